"""Pieces of sampling by themselves: the pace, prompts, replies, the ledger, statistics, settings."""

from __future__ import annotations

import asyncio
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.types import Problem
from ot_code.cli import main
from ot_code.errors import OutputError, UsageError
from ot_code.sampling.ledger import Ledger
from ot_code.sampling.pace import Pace
from ot_code.sampling.prompts import messages
from ot_code.sampling.replies import Reply, reply_of, reply_of_stream
from ot_code.sampling.settings import SampleSettings
from ot_code.sampling.statistics import BANDS, band_of, pass_at_k


class Clock:
    """A clock that goes on when somebody sleeps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0

        async def sleep(seconds: float) -> None:
            self.now += seconds

        monkeypatch.setattr(asyncio, "sleep", sleep)

    def __call__(self) -> float:
        return self.now


def test_requests_a_minute(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace(60, None, clock=clock)
    for _ in range(10):
        asyncio.run(pace.turn())
    assert clock.now == pytest.approx(109)


def test_tokens_a_minute(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace(None, 6_000, clock=clock)
    for _ in range(60):
        pace.answered(1_000, asyncio.run(pace.turn()))
    # A minute's worth at once, then 100 a second: 60,000 tokens take some nine minutes.
    assert 500 <= clock.now - 100 <= 620


def test_tries_that_cost_nothing_hold_up_nobody(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace(None, 6_000, clock=clock)
    for _ in range(100):
        pace.answered(10, sum(asyncio.run(pace.turn()) for _ in range(4)))
    assert clock.now - 100 <= 10  # 1,000 tokens in all


def test_a_429_slows_down_and_time_mends_it(monkeypatch):
    clock = Clock(monkeypatch)
    pace = Pace(None, None, clock=clock)
    asyncio.run(pace.turn())
    assert clock.now == 100
    for _ in range(5):  # of requests that were under way together
        pace.refused(7.0)
    assert pace.gap_s == 0.05
    asyncio.run(pace.turn())
    assert clock.now == pytest.approx(107)
    pace.refused(None)
    assert pace.gap_s == pytest.approx(0.075)
    for _ in range(200):
        pace.answered(5, 0.0)
    assert pace.gap_s == 0.0


def test_prompts_by_domain():
    problem = Problem("p", (), statement="Add {language} {x}.")
    (said,) = messages(problem, "code", "python3", system=None, templates={})
    assert said["content"].startswith("Add {language} {x}.\n\nWrite a python3 program")
    function = Problem("p", (), statement="Add.", function="add", starter_code="def add(a, b):")
    (said,) = messages(function, "code", "python3", system=None, templates={})
    assert "def add(a, b):\n\nWrite the python3 function `add`" in said["content"]
    told = messages(problem, "math", "python3", system="S", templates={"math": "Q: {problem}"})
    assert told == [{"role": "system", "content": "S"}, {"role": "user", "content": "Q: Add {language} {x}."}]
    held = Problem("p", (), statement="S", starter_code="'{problem}'", function="f")
    assert "'{problem}'" in messages(held, "code", "python3", system=None, templates={})[0]["content"]
    assert "\\boxed{}" in messages(problem, "math", "x", system=None, templates={})[0]["content"]


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["choices", "message", "content", "usage", "finish_reason", "prompt_tokens"]), inner, max_size=4
    ),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_no_body_breaks_a_reply(body):
    reply = reply_of(body)
    assert (reply.text is None) == bool(reply.why)


@given(st.lists(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["choices", "delta", "content", "usage", "finish_reason", "text"]), inner, max_size=4
    ),
), max_size=4))  # fmt: skip
def test_no_stream_breaks_a_reply(chunks):
    async def stream():
        for chunk in chunks:
            yield chunk

    reply = asyncio.run(reply_of_stream(stream(), 5.0))
    assert (reply.text is None) == bool(reply.why)


@pytest.mark.parametrize(
    ("message", "more", "text"),
    [({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, {}, "ab"),
     ({"content": None, "reasoning_content": "hm"}, {"finish_reason": "length"}, ""),
     ({"content": ""}, {"finish_reason": "stop"}, None)],
)  # fmt: skip
def test_what_counts_as_an_answer(message, more, text):
    assert reply_of(json.dumps({"choices": [{"message": message, **more}]}).encode()).text == text


def test_numbers_of_tokens_that_are_none():
    usage = {"prompt_tokens": 10**30, "completion_tokens": 7}
    reply = reply_of(json.dumps({"choices": [{"message": {"content": "a"}}], "usage": usage}).encode())
    assert (reply.prompt_tokens, reply.completion_tokens) == (0, 7)


def test_a_ledger_survives_a_torn_line(tmp_path):
    path = tmp_path / "samples.jsonl"
    ledger = Ledger(path)
    ledger.sent(3, 0)
    ledger.sent(3, 1)
    ledger.got(3, 1, Reply("yes", prompt_tokens=5, completion_tokens=2))
    ledger.close()
    whole = path.read_bytes()
    for cut in (0, 5, 20):
        path.write_bytes(whole + b'["got", 3, 0, {"text": "no", "x'[: cut or None][:cut])
        again = Ledger(path)
        assert path.read_bytes() == whole
        assert again.unanswered == [(3, 0)]
        assert again.tokens == 7
        assert again.replies(3) == {1: Reply("yes", prompt_tokens=5, completion_tokens=2)}
        again.close()
    path.write_bytes(b"nonsense\n" + whole)
    with pytest.raises(OutputError, match="is damaged"):
        Ledger(path)


@given(st.integers(1, 9), st.data())
def test_pass_at_k_is_what_counting_says(n, data):
    right, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    draws = list(itertools.combinations([True] * right + [False] * (n - right), k))
    assert pass_at_k(n, right, k) == pytest.approx(sum(map(any, draws)) / len(draws))


def test_bands_are_whole():
    assert [band_of(rate) for rate in (0, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 1)] == list(BANDS)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"until": 3, "n": 2}, "--until 3"), ({"rounds": 3, "n": 2}, "--rounds 3"), ({"rounds": 1}, "--rounds says"),
     ({"keep": "some"}, "--keep must"), ({"temperature": float("nan")}, "--temperature must"),
     ({"top_p": 0}, "--top-p must"), ({"base_url": "localhost:8000/v1"}, "--base-url must begin with http")],
)  # fmt: skip
def test_settings_that_make_no_sense(wrong, says):
    with pytest.raises(UsageError, match=says):
        SampleSettings("m", **wrong)


def test_where_the_key_is_looked_for(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    assert SampleSettings("deepseek-reasoner").base == "https://api.deepseek.com"
    assert SampleSettings("deepseek-reasoner").key_variable == "DEEPSEEK_API_KEY"
    assert SampleSettings("x", base_url="https://openrouter.ai/api/v1").key_variable == "OPENROUTER_API_KEY"
    assert SampleSettings("gpt-4o").key_variable == "OPENAI_API_KEY"
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps({"problem": "?", "answer": "3"}) + "\n")
    assert main(["sample", str(path), "--model", "deepseek-chat", "--out", str(tmp_path / "out"), "--quiet"]) == 2
    assert "set DEEPSEEK_API_KEY" in capsys.readouterr().err


def test_a_template_without_the_problem_is_refused(tmp_path, capsys):
    (tmp_path / "t.txt").write_text("Hello")
    argv = ["sample", "x", "--model", "m", "--out", "o", "--template", f"math={tmp_path / 't.txt'}"]
    assert main(argv) == 2
    assert "has no {problem} in it" in capsys.readouterr().err
