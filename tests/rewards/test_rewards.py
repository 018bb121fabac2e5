"""What each function makes of what a trainer hands over: real programs, real answers, the real pool."""

from __future__ import annotations

import asyncio
import inspect
import json
import pickle

import numpy as np
import pytest
from reward_rows import HOSTILE, RIGHT, TESTS, THIRD, WRONG, columns, fenced

from ot_code.errors import RewardError
from ot_code.rewards import Reward, open_r1, open_r1_async, trl, trl_async, verl, verl_async, verl_batch
from ot_code.rewards.batches import batch_of, text_of
from ot_code.rewards.scores import as_verl, score_of

FOUND = {"verdict": "x", "passed": None, "reason": "", "tests_passed": None, "tests_total": 4, "provoked": False}


def test_trl_takes_texts_and_messages():
    said = [fenced(RIGHT), [{"role": "assistant", "content": fenced(RIGHT)}], WRONG, "", HOSTILE]
    assert trl(completions=said, **columns(5), completion_ids=[[1]] * 5, trainer_state=object()) == [1, 1, 0, 0, 0]


def test_programs_and_answers_side_by_side():
    said = [RIGHT, r"It is \boxed{0.5}.", WRONG, r"It is \boxed{2}."]
    tests, answers = [TESTS, None, TESTS, None], [None, "1/2", None, "1/2"]
    assert trl(said, prompts=["?"] * 4, test_cases=tests, answer=answers) == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["answer", "ground_truth", "solution", "target"])
def test_a_gold_answer_has_many_names(name):
    gold = r"So it is \boxed{7}." if name == "solution" else "7"
    assert trl([r"\boxed{7}", r"\boxed{8}"], prompts=["?"] * 2, **{name: [gold] * 2}) == [1.0, 0.0]


def test_ground_truth_may_hold_tests():
    assert trl([RIGHT, WRONG], prompts=["?"] * 2, ground_truth=[json.dumps(TESTS)] * 2) == [1.0, 0.0]


def test_a_share_of_the_tests():
    reward = pickle.loads(pickle.dumps(Reward(partial="fraction")))
    assert reward.trl([RIGHT, THIRD, WRONG, "no program"], **columns(4)) == [1.0, pytest.approx(1 / 3), 0.0, 0.0]
    assert trl([THIRD], **columns(1)) == [0.0]


def test_nobody_knows_is_no_number():
    said = trl([RIGHT, RIGHT], prompts=["?"] * 2, test_cases=[{"inputs": [], "outputs": []}, {"inputs": 3}])
    assert said == [None, None]
    words = trl([r"\boxed{a convergent sequence of some kind}"], prompts=["?"], answer=["it converges weakly"])
    assert words[0] in (None, 0.0)


def test_open_r1_reads_verification_info_alone():
    case = {"input": "1 2\n", "output": "3\n", "type": "stdin_stdout", "fn_name": None}
    info = {"language": "python", "test_cases": [case]}
    said = [[{"role": "assistant", "content": fenced(RIGHT)}], [{"role": "assistant", "content": WRONG}]]
    assert open_r1(said, verification_info=[info, json.dumps(info)], answer=["3", "3"]) == [1.0, 0.0]
    with pytest.raises(RewardError, match="verification_info"):
        open_r1(said, answer=["3", "3"])


def test_verl_has_the_same_keys_each_time():
    dicts = [
        verl("code", RIGHT, json.dumps(TESTS), {"index": 3}, reward_router_address=None),
        verl("code", THIRD, TESTS),
        verl("math", r"\boxed{2}", "2"),
        verl("code", RIGHT, json.dumps({"inputs": ["1"], "outputs": []})),
    ]
    assert [each["score"] for each in dicts] == [1.0, 0.0, 1.0, 0.0]
    assert [each["judged"] for each in dicts] == [1.0, 1.0, 1.0, 0.0]
    assert dicts[3]["verdict"] == "bad_problem"
    assert len({tuple(each) for each in dicts}) == 1
    assert {type(value) for each in dicts for value in each.values()} == {float, str, int}
    assert verl("code", THIRD, TESTS, partial="fraction")["score"] == pytest.approx(1 / 3)


def test_verl_takes_a_batch():
    found = verl_batch(["m"] * 3, [r"\boxed{2}", r"\boxed{3}", r"\boxed{2}"], np.array(["2", "2", "2"]))
    assert [each["score"] for each in found] == [1.0, 0.0, 1.0]


def test_they_may_be_awaited():
    async def all_of_them() -> list[object]:
        info = {"language": "python", "test_cases": [{"input": "1 2\n", "output": "3\n"}]}
        return await asyncio.gather(
            trl_async([RIGHT], **columns(1)),
            open_r1_async([RIGHT], verification_info=[info]),
            verl_async("m", r"\boxed{2}", "2"),
        )

    assert inspect.iscoroutinefunction(trl_async)
    first, second, third = asyncio.run(all_of_them())
    assert (first, second, third["score"]) == ([1.0], [1.0], 1.0)


def test_a_deadline_is_never_a_zero():
    reward = Reward(deadline_s=1.5)
    assert reward.trl(["while True: pass", RIGHT], **columns(2))[0] is None
    with pytest.raises(RewardError, match="1 of 1 completions could not be judged"):
        reward.verl("code", "while True: pass", TESTS)


def test_columns_that_say_nothing_stop_the_run():
    with pytest.raises(RewardError, match="no known schema"):
        trl(["x"], prompts=["?"], colour=["red"])
    with pytest.raises(ValueError, match="'test_cases' has 1 values for 2"):
        trl(["x", "y"], test_cases=[TESTS])
    with pytest.raises(TypeError, match="text or a list of messages"):
        trl([3], test_cases=[TESTS])
    with pytest.raises(ValueError, match="partial must be"):
        Reward(partial="half")
    with pytest.raises(ValueError, match="deadline_s must be positive"):
        Reward(deadline_s=0)


def test_equal_rows_go_once_and_pictures_stay_behind():
    batch = batch_of(
        ["a", "b", "c"], ["p", "p", "q"], {"answer": [np.int64(7), np.int64(7), 7], "image": [object()] * 3}
    )
    assert [row["responses"] for row in batch.rows] == [["a", "b"], ["c"]]
    assert batch.rows[0]["columns"] == {"answer": 7, "prompt": "p"}
    assert batch.places == [(0, 0), (0, 1), (1, 0)]


def test_columns_may_be_arrays_and_hold_anything_beside():
    tests = np.array([json.dumps(TESTS)] * 2)
    assert trl([RIGHT, WRONG], prompts=["?"] * 2, test_cases=tests, meta=[{1: 2, "a": 3, (4,): 5}] * 2) == [1.0, 0.0]


def test_prompts_for_other_completions_are_an_error():
    with pytest.raises(ValueError, match="1 prompts for 2 completions"):
        trl([RIGHT, WRONG], prompts=["?"], test_cases=[TESTS] * 2)


def test_the_last_words_of_the_assistant_count():
    talk = [
        {"role": "assistant", "content": "first"},
        {"role": "tool", "content": "42"},
        {"role": "assistant", "content": [{"type": "text", "text": "la"}, {"type": "text", "text": "st"}]},
        {"role": "tool", "content": "43"},
    ]
    assert text_of(talk) == "last"
    assert text_of([{"role": "tool", "content": "43"}]) == ""
    assert text_of({"role": "assistant", "content": None}) == ""


@pytest.mark.parametrize(
    ("changed", "score"),
    [
        ({"passed": True}, 1.0),
        ({"passed": False}, 0.0),
        ({"passed": False, "tests_passed": 1}, 0.25),
        ({"passed": None}, None),
        ({"passed": None, "provoked": True}, 0.0),
        ({"passed": True, "provoked": True}, 0.0),
    ],
)
def test_scores(changed, score):
    found = {**FOUND, **changed}
    assert score_of(found, fraction=True) == score
    assert as_verl(found, fraction=True)["score"] == (score or 0.0)
    assert as_verl(found, fraction=True)["judged"] == float(score is not None)
