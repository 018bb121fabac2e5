"""The problem's own checker as data, and what its words mean: no sandbox here."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.checkers import ProgramChecker, checker_from_spec
from code_pipeline.checkers.described import described_in
from code_pipeline.checkers.program import JUDGE_MESSAGE, NEXT_PASS, PROTOCOLS, SCORE
from code_pipeline.checkers.protocols import Word, read
from code_pipeline.errors import CheckerSpecError
from code_pipeline.interactive import INTERACTOR_LIMITS, interactor_limits
from code_pipeline.jury import jury_limits
from code_pipeline.readers import ReadOptions, reader_for
from sandbox import Execution, Status

SPEC = {
    "type": "program",
    "protocol": "kattis",
    "language": "cpp",
    "files": {"validate.cc": "int main() { return 42; }", "validate.h": "// nothing"},
    "flags": ["case_sensitive"],
}


def exited(code, stdout=b"", stderr=b"", **files):
    return Execution(Status.EXITED, exit_code=code, stdout_bytes=stdout, stderr_bytes=stderr, files=files)


# ---- the description ----


def test_a_spec_comes_back_as_it_was():
    checker = checker_from_spec(SPEC)
    assert isinstance(checker, ProgramChecker)
    assert checker.spec == SPEC
    assert checker_from_spec(checker.spec) == checker
    assert hash(checker_from_spec(checker.spec)) == hash(checker)


def test_a_language_may_go_by_another_name_and_flags_may_be_left_out():
    checker = checker_from_spec({"type": "program", "protocol": "score", "language": "Python", "files": {"a.py": ""}})
    assert (checker.language, checker.flags) == ("python3", ())
    assert checker == checker_from_spec(checker.spec)


def test_the_summary_tells_checkers_apart_and_holds_no_file():
    checker = checker_from_spec(SPEC)
    other = checker_from_spec({**SPEC, "files": {**SPEC["files"], "validate.h": "// something"}})
    assert checker.summary != other.summary
    assert "int main" not in str(checker.summary)
    assert checker.summary["flags"] == ["case_sensitive"]


WRONG = [
    ({"protocol": "dmoj"}, "`protocol` must be one of kattis, testlib, score"),
    ({"protocol": None}, "`protocol` must be text"),
    ({"language": "cobol"}, "`language`: no language 'cobol'"),
    ({"language": 3}, "`language` must be text"),
    ({"files": {}}, "`files` need a source file in cpp"),
    ({"files": {"validate.h": "int x;"}}, "`files` need a source file in cpp"),
    ({"files": ["validate.cc"]}, "`files` must be an object"),
    ({"files": {"validate.cc": 3}}, "`files`: 'validate.cc' must be text"),
    ({"files": {"../validate.cc": ""}}, "`files` hold '../validate.cc'"),
    ({"files": {"/etc/validate.cc": ""}}, "`files` hold '/etc/validate.cc'"),
    ({"files": {"run/validate.cc": ""}}, "`files` hold 'run/validate.cc'"),
    ({"files": {"-o.cc": ""}}, "`files` hold '-o.cc'"),
    ({"flags": "case_sensitive"}, "`flags` must be a list of texts"),
    ({"flags": ["a\0b"]}, "`flags` hold"),
    ({"checker": "x"}, "no parameter 'checker'; allowed: protocol, language, files, flags"),
]


@pytest.mark.parametrize(("change", "words"), WRONG, ids=[words for _, words in WRONG])
def test_a_wrong_spec_names_its_key(change, words):
    with pytest.raises(CheckerSpecError) as caught:
        checker_from_spec({**SPEC, **change})
    assert words in str(caught.value)


CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("protocol", "language", "files", "flags", "x"), CELLS)))
def test_any_spec_is_a_checker_or_an_error_of_its_own(cells):
    try:
        checker = checker_from_spec({"type": "program", **cells})
    except CheckerSpecError:
        return
    assert checker_from_spec(checker.spec) == checker


@given(st.dictionaries(st.sampled_from(["a.py", "b/c.py", "main.py", "x.txt", "Checker.py"]), st.text(max_size=9)))
def test_the_main_file_is_a_source_and_the_same_in_any_order(files):
    def sources(these):
        try:
            return ProgramChecker("kattis", "python3", these).sources
        except CheckerSpecError:
            return ()

    found = sources(files)
    assert set(found) == {name for name in files if name.endswith(".py")}
    assert found == sources(dict(reversed(files.items())))


def test_the_main_file_by_rule():
    def main(*names, language="python3"):
        return ProgramChecker("kattis", language, dict.fromkeys(names, "")).sources[0]

    assert main("zzz.py", "notes.txt") == "zzz.py"
    assert main("geometry.py", "Output_Validator.py") == "Output_Validator.py"
    assert main("check.py", "main.py") == "main.py"
    assert main("b.py", "a.py") == "a.py"
    assert main("lib/a.py", "z.py") == "z.py"
    assert main("validate.h", "validate.cc", language="cpp") == "validate.cc"


def test_sources_are_compiled_together_but_for_those_that_another_includes():
    files = {"main.cpp": '#include "lib/inline.cpp"\nint main() {}', "other.cc": "", "lib/inline.cpp": "", "x.h": ""}
    program = ProgramChecker("kattis", "cpp", files).program
    assert (program.entry, program.sources) == ("main.cpp", ("other.cc",))


def test_the_arguments_of_each_protocol():
    def words(protocol):
        given_files = {"a.py": ""}
        arguments = ProgramChecker(protocol, "python3", given_files, ("-x",)).program.arguments
        return [argument.removeprefix("/tmp/run/") for argument in arguments]

    assert words("kattis") == ["input", "answer", "feedback/", "-x"]
    assert words("testlib") == ["input", "output", "answer", "-x"]
    assert words("score") == ["input", "answer", "output", "-x"]


def test_a_plain_row_says_it_also_as_a_struct_with_nulls():
    row = {
        "test_cases": {"inputs": ["1"], "outputs": ["1"]},
        "candidates": ["print(1)"],
        "checker": {**SPEC, "case_sensitive": None, "files": {**SPEC["files"], "of_another_row.py": None}},
    }
    problem = reader_for(list(row), None).read(row, 0, ReadOptions()).problem
    assert problem.checker == checker_from_spec(SPEC)


# ---- what it said ----

KATTIS = [
    (exited(42), Word.RIGHT, ""),
    (exited(43), Word.WRONG, ""),
    (exited(43, b"on stdout"), Word.WRONG, "on stdout"),
    (exited(43, b"on stdout", **{JUDGE_MESSAGE: b" too\n few \x07\n"}), Word.WRONG, "too few ?"),
    (exited(42, **{SCORE: b"7.5\n"}), Word.POINTS, ""),
    (exited(42, **{SCORE: b" \n"}), Word.RIGHT, ""),
    (exited(42, **{SCORE: b"nan"}), Word.CRASHED, "it wrote nan in place of a score"),
    (exited(43, **{SCORE: b"nan"}), Word.WRONG, ""),
    (exited(42, **{NEXT_PASS: b""}), Word.CRASHED, "it asks for another pass"),
    (exited(0), Word.CRASHED, ""),
    (exited(1, b"42"), Word.CRASHED, ""),
]
TESTLIB = [
    (exited(0, stderr=b"ok 3 numbers"), Word.RIGHT, "ok 3 numbers"),
    (exited(1, stderr=b"wrong answer 1st differs"), Word.WRONG, "wrong answer 1st differs"),
    (exited(2), Word.WRONG, ""),
    (exited(4), Word.WRONG, ""),
    (exited(8), Word.WRONG, ""),
    (exited(3, stderr=b"FAIL participant has better"), Word.CRASHED, "FAIL participant has better"),
    (exited(7, stderr=b"points 12.5 fine"), Word.POINTS, "points 12.5 fine"),
    (exited(7, stderr=b"fine, points 100"), Word.CRASHED, ""),
    (exited(7), Word.CRASHED, ""),
    (exited(0, stderr=b"partially correct (0) half"), Word.POINTS, "partially correct (0) half"),
    (exited(20, stderr=b"partially correct (20) half"), Word.POINTS, ""),
    (exited(70, stderr=b"partially correct (20) half"), Word.POINTS, ""),
    (exited(1, stderr=b"partially correct (100) is what was printed"), Word.WRONG, ""),
    (exited(0, stderr=b"partially correct (7) is what was printed"), Word.RIGHT, ""),
    (exited(42), Word.CRASHED, ""),
]
SCORES = [
    (exited(0, b"1"), Word.RIGHT, ""),
    (exited(0, b" 100\n"), Word.RIGHT, ""),
    (exited(0, b"1.0"), Word.RIGHT, ""),
    (exited(0, b"0\n"), Word.WRONG, "score 0"),
    (exited(0, b"0.5"), Word.WRONG, "score 0.5"),
    (exited(0, b"99.9"), Word.WRONG, "score 99.9"),
    (exited(0, b"101"), Word.CRASHED, "100 is the most"),
    (exited(0, b""), Word.CRASHED, "it printed nothing in place of a score"),
    (exited(0, b"1\n1"), Word.CRASHED, "it printed 1 1 in place"),
    (exited(0, b"inf"), Word.CRASHED, "it printed inf in place"),
    (exited(1, b"1"), Word.CRASHED, ""),
]
SAID = [
    (protocol, *row) for protocol, rows in (("kattis", KATTIS), ("testlib", TESTLIB), ("score", SCORES)) for row in rows
]


@pytest.mark.parametrize(("protocol", "execution", "word", "words"), SAID)
def test_what_it_said(protocol, execution, word, words):
    said = read(protocol, execution)
    assert said.word is word
    assert words in said.reason


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.EXITED])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_run_that_was_stopped_said_nothing(protocol, status):
    assert read(protocol, Execution(status, exit_code=42, stdout_bytes=b"1")).word is Word.CRASHED


@given(st.sampled_from(PROTOCOLS), st.integers(0, 255), st.binary(max_size=40), st.binary(max_size=40))
def test_only_its_own_word_accepts(protocol, code, stdout, stderr):
    said = read(protocol, exited(code, stdout, stderr, **{JUDGE_MESSAGE: stderr, SCORE: stdout}))
    may = {"kattis": code == 42, "testlib": code == 0, "score": code == 0 and stdout.strip() not in (b"", b"0")}
    assert said.word is not Word.RIGHT or may[protocol]
    assert said.reason.isprintable()
    assert len(said.reason) < 300


# ---- limits of its own ----


def test_limits_of_its_own_bind_and_are_part_of_the_description():
    own = {"time_limit_s": 90, "memory_limit_mb": 300.5, "output_limit_mb": 1}
    checker = checker_from_spec({**SPEC, **own})
    assert isinstance(checker, ProgramChecker)
    assert checker.spec == {**SPEC, **own}
    assert checker.summary != checker_from_spec(SPEC).summary
    limits, usual = jury_limits(checker, 0), jury_limits(checker_from_spec(SPEC), 0)
    assert (limits.cpu_time_s, limits.output_bytes) == (90, 2**20)
    assert limits.memory_mb == usual.memory_mb - 2048 + 301
    talk = interactor_limits(checker)
    assert (talk.cpu_time_s, talk.wall_time_s, talk.memory_mb, talk.output_bytes) == (90, 270, 301, 2**20)
    assert interactor_limits(checker_from_spec(SPEC)) == INTERACTOR_LIMITS


@pytest.mark.parametrize("value", [0, -1, True, "3", float("nan"), float("inf"), 10**400, [1]])
@pytest.mark.parametrize("key", ["time_limit_s", "memory_limit_mb", "output_limit_mb"])
def test_limits_that_nothing_can_have_are_named(key, value):
    with pytest.raises(CheckerSpecError, match=f"`{key}` must be a number above 0"):
        checker_from_spec({**SPEC, key: value})


# ---- described in a file ----


def test_a_description_in_a_file_names_files_beside_it(tmp_path):
    (tmp_path / "validate.cc").write_text(SPEC["files"]["validate.cc"])
    (tmp_path / "validate.h").write_text(SPEC["files"]["validate.h"])
    described = tmp_path / "checker.json"
    for files in (["validate.cc", "validate.h"], SPEC["files"]):
        described.write_text(json.dumps({**SPEC, "files": files}))
        assert described_in(described) == SPEC


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read"),
        ("[1]", "must hold a JSON object with `type`, not list"),
        ('{"type": "program", "files": ["lost.cc"]}', "`files` names 'lost.cc', which cannot be read"),
        ('{"type": "program", "files": [3]}', "`files` must be names of files beside it"),
    ],
)
def test_a_description_that_cannot_be_used_says_why(tmp_path, content, said):
    described = tmp_path / "checker.json"
    described.write_text(content)
    with pytest.raises(CheckerSpecError, match=f"checker.json.*{said}"):
        described_in(described)
