"""Contest packages of both formats -> rows -> problems and submissions. Files come as a dict: nothing is on disk."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from code_pipeline.checkers import KattisChecker, ProgramChecker
from code_pipeline.errors import RowError
from code_pipeline.packages import COLUMNS, looks_like_package, read_package
from code_pipeline.readers import ProblemRow, ReadOptions, reader_for
from code_pipeline.types import Verdict

OPTIONS = ReadOptions()
BASE = {
    "problem.yaml": "name: Sum\n",
    "data/sample/1.in": "1 2\n",
    "data/sample/1.ans": "3\n",
    "data/secret/1.in": "5 6\n",
    "data/secret/1.ans": "11\n",
    "submissions/accepted/sum.py": "print(sum(map(int, input().split())))\n",
}


def row_of(files: dict[str, str | bytes | None], **more: str) -> dict[str, Any]:
    """The row of BASE with these files in it; None takes one out."""
    every = {**BASE, **files, **more}
    return read_package(
        {name: text.encode() if isinstance(text, str) else text for name, text in every.items() if text is not None},
        "sum",
    )


def read(files: dict[str, str | bytes | None]) -> ProblemRow:
    row = row_of(files)
    return reader_for(row.keys(), None).read(row, 0, OPTIONS)


def labels(files: dict[str, str | bytes | None]) -> dict[str, str]:
    return {each["file"]: each["label"] for each in row_of(files)["submissions"]}


def test_a_small_legacy_package() -> None:
    found = read({})
    assert found.problem.id == "sum"
    assert [(test.stdin, test.expected) for test in found.problem.tests] == [("1 2\n", "3\n"), ("5 6\n", "11\n")]
    assert found.problem.checker == KattisChecker()
    assert (found.problem.limits.time_limit_s, found.problem.limits.memory_limit_mb) == (10, 2048)
    assert not found.problem.limits.tuned_for_cpp
    (candidate,) = found.candidates
    assert candidate.submission.origin == {"column": "submissions", "index": 0, "label": "accepted"}
    assert (candidate.submission.entry, candidate.submission.language) == ("sum.py", "python3")
    assert candidate.submission.response == BASE["submissions/accepted/sum.py"]


@pytest.mark.parametrize(
    ("files", "seconds", "where"),
    [
        ({"problem.yaml": "limits: {time_limit: 1.5}", ".timelimit": "4", "domjudge-problem.ini": "timelimit=3"}, 1.5,
         "problem.yaml: limits.time_limit"),
        ({"domjudge-problem.ini": "name = 'x'\ntimelimit = '3'\n", ".timelimit": "4"}, 3,
         "domjudge-problem.ini: timelimit"),
        ({".timelimit": "4\n"}, 4, ".timelimit"),
        ({".timelimit": "\n"}, 10, "the default: the package gives none"),
        ({"problem.yaml": "limits: {time_multiplier: 2}"}, 10, "the default: the package gives none"),
    ],
)  # fmt: skip
def test_where_the_time_limit_stands(files: dict[str, str | bytes | None], seconds: float, where: str) -> None:
    row = row_of(files)
    assert (row["time_limit_s"], row["time_limit_from"], row["package_error"]) == (seconds, where, None)


def test_memory_and_output() -> None:
    limits = read({"problem.yaml": "limits: {memory: 64, output: 1}"}).problem.limits
    assert (limits.memory_limit_mb, limits.output_limit_mb) == (64, 1)


VALIDATOR: dict[str, str | bytes | None] = {"output_validators/check.py": "raise SystemExit(42)\n"}


@pytest.mark.parametrize("kind", ["custom", "custom interactive"])
def test_limits_of_the_validator(kind: str) -> None:
    limits = "limits: {validation_time: 90, validation_memory: 300, validation_output: 1}\n"
    problem = read({**VALIDATOR, "problem.yaml": f"validation: {kind}\n{limits}"}).problem
    program = problem.interactor or problem.checker
    assert isinstance(program, ProgramChecker)
    assert (program.time_limit_s, program.memory_limit_mb, program.output_limit_mb) == (90, 300, 1)
    plain = read({**VALIDATOR, "problem.yaml": f"validation: {kind}\n"}).problem
    program = plain.interactor or plain.checker
    assert isinstance(program, ProgramChecker)
    assert (program.time_limit_s, program.memory_limit_mb, program.output_limit_mb) == (None, None, None)


def test_a_limit_of_the_validator_that_is_none_is_named() -> None:
    row = row_of({**VALIDATOR, "problem.yaml": "validation: custom\nlimits: {validation_time: soon}\n"})
    assert "`limits.validation_time`: must be a number above 0, not 'soon'" in row["package_error"]


def test_java_of_several_files_is_built_together() -> None:
    found = read(
        {
            "submissions/accepted/sum.py": None,
            "submissions/accepted/both/Main.java": "public class Main { }",
            "submissions/accepted/both/Two.java": "public class Two { }",
        }
    )
    [candidate] = found.candidates
    submission = candidate.submission
    assert (candidate.verdict, submission.language, submission.entry) == (None, "java", "Main.java")
    assert (set(submission.files), submission.sources) == ({"Two.java"}, ("Two.java",))


def test_tests_are_in_the_order_of_a_contest_and_nothing_beside_them_is_read() -> None:
    names = row_of(
        {
            "data/secret/2/b.in": "", "data/secret/2/b.ans": "", "data/secret/10.in": "", "data/secret/10.ans": "",
            "data/secret/1.desc": "x", "data/secret/1.hint": "x", "data/secret/1.png": b"\x89",
            "data/sample/1.out": "?",
            "data/invalid_input/x.in": "", "data/secret/.hidden.in": "", "data/secret/lone.ans": "",
        }
    )["test_cases"]["names"]  # fmt: skip
    assert names == ["sample/1", "secret/1", "secret/10", "secret/2/b"]


def test_an_answer_may_be_called_out() -> None:
    assert row_of({"data/secret/1.ans": None, "data/secret/1.out": "9\n"})["test_cases"]["outputs"] == ["3\n", "9\n"]


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    assert read({"data/secret/1.in": b"\xff\x00\r\n"}).problem.tests[1].stdin == b"\xff\x00\r\n"


@pytest.mark.parametrize(
    ("files", "args"),
    [
        ({"problem.yaml": "validator_flags: float_tolerance 1e-6"}, [["float_tolerance", "1e-6"]] * 2),
        ({"data/testdata.yaml": "output_validator_flags: case_sensitive"}, [["case_sensitive"]] * 2),
        ({"data/secret/testdata.yaml": "output_validator_flags: case_sensitive"}, [[], ["case_sensitive"]]),
        ({"problem.yaml": "validator_flags: float_tolerance 1e-6",
          "data/secret/testdata.yaml": "output_validator_flags: case_sensitive"},
         [["float_tolerance", "1e-6"], ["float_tolerance", "1e-6", "case_sensitive"]]),
        ({"data/testdata.yaml": "output_validator_flags: case_sensitive",
          "data/secret/testdata.yaml": "output_validator_flags: ''"}, [["case_sensitive"], []]),
        ({"data/testdata.yaml": "output_validator_flags: case_sensitive",
          "data/secret/testdata.yaml": "on_reject: continue"}, [["case_sensitive"]] * 2),
        ({"data/testdata.yaml": "output_validator_flags: {name: v, flags: case_sensitive}"}, [["case_sensitive"]] * 2),
        ({"data/secret/test_group.yaml": "output_validator_args: [float_tolerance, 1.0e-6]",
          "data/secret/1.yaml": "output_validator_args: [case_sensitive]"}, [[], ["case_sensitive"]]),
        ({"data/secret/test_group.yaml": "output_validator_args: ['{{tol}}', 1e-6]",
          "problem.yaml": "problem_format_version: 2023-07\nname: x\nconstants: {tol: float_tolerance}"},
         [[], ["float_tolerance", "1e-6"]]),
    ],
)  # fmt: skip
def test_arguments_of_the_validator_come_down_the_groups(
    files: dict[str, str | bytes | None], args: list[list[str]]
) -> None:
    row = row_of(files)
    assert row["package_error"] is None
    assert row["test_cases"]["validator_args"] == args


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"problem.yaml": "a: [1"}, "problem.yaml: broken YAML"),
        ({"problem.yaml": "- a"}, "problem.yaml: must be a mapping"),
        ({"problem.yaml": "when: 2023-99-99"}, "problem.yaml: broken YAML"),
        ({"problem.yaml": b"name: \xff"}, "not valid UTF-8"),
        ({"problem.yaml": "a: &a [1]\nb: [" + "*a, " * 30 + "1]"}, "aliases"),
        ({"problem.yaml": "[" * 5000}, "problem.yaml: broken YAML"),
        ({"problem.yaml": "problem_format_version: vista"}, "problem_format_version"),
        ({"problem.yaml": "problem_format_version: 2023-07\ntype: [pass-fail, multi-pass]"}, "multi-pass"),
        ({"problem.yaml": "type: submit-answer"}, "submit-answer"),
        ({"problem.yaml": "validation: strange"}, "`validation`"),
        ({"problem.yaml": "limits: {time_limit: -1}"}, "limits.time_limit"),
        ({"problem.yaml": "limits: {memory: true}"}, "limits.memory"),
        ({"problem.yaml": "limits: [1]"}, "`limits` must be a mapping"),
        ({".timelimit": "soon"}, ".timelimit: must be a number"),
        ({"data/secret/1.ans": None}, "data/secret/1.in: has no 1.ans"),
        ({"data/secret/1.yaml": "args: [-v]"}, "gives the submission arguments"),
        ({"data/secret/1.files/x.txt": ""}, "files beside the input"),
        ({"data/testdata.yaml": "output_validator_flags: 'a \"b'"}, "no list of arguments"),
        ({"data/testdata.yaml": "output_validator_flags: fuzzy"}, "no argument 'fuzzy'"),
        ({"problem.yaml": "validation: custom"}, "own validator is not in it"),
        ({"problem.yaml": "problem_format_version: 2023-07\ntype: interactive"}, "own validator is not in it"),
        ({"problem.yaml": "validation: custom", "output_validators/v/build": "#!", "output_validators/v/a.py": ""},
         "script that builds or starts"),
        ({"problem.yaml": "validation: custom", "output_validators/a.py": "", "output_validators/b.py": ""},
         "holds 2 validators"),
        ({"problem.yaml": "validation: custom", "output_validators/v/a.kt": ""}, "validator: "),
        ({"submissions/accepted/sum.py": None}, "no program to judge"),
        ({"submissions/submissions.yaml": "x: ["}, "submissions.yaml: broken YAML"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_named(files: dict[str, str | bytes | None], words: str) -> None:
    with pytest.raises(RowError, match=words.replace("(", r"\(")):
        read(files)


def test_a_validator_and_its_headers() -> None:
    files: dict[str, str | bytes | None] = {
        "problem.yaml": "validation: custom",
        "output_validators/v/validate.cc": '#include "validate.h"\nint main(){}',
        "output_validators/v/validate.h": "// {{x}}",
    }
    assert row_of(files)["checker"] == {
        "type": "program", "protocol": "kattis", "language": "cpp", "flags": [],
        "files": {"validate.cc": '#include "validate.h"\nint main(){}', "validate.h": "// {{x}}"},
    }  # fmt: skip
    beside = {name.replace("/v/", "/"): text for name, text in files.items()}
    assert row_of(beside)["checker"] == row_of(files)["checker"]
    assert row_of({**files, "problem.yaml": "validation: default"})["checker"] == {"type": "kattis"}


def test_the_new_format_has_a_validator_where_the_folder_is() -> None:
    new = "problem_format_version: 2023-07\nname: {en: Sum, sv: Summa}\nconstants: {x: 7}\n"
    row = row_of({"problem.yaml": new, "output_validator/v.py": "print({{x}})"})
    assert (row["name"], row["checker"]["files"]) == ("Sum", {"v.py": "print(7)"})
    assert row_of({"problem.yaml": new})["checker"] == {"type": "kattis"}
    row = row_of({"problem.yaml": new + "type: [pass-fail, interactive]", "output_validator/v.py": ""})
    assert (row["checker"], row["interactor"]["language"]) == (None, "python3")


def test_an_interactive_problem_needs_no_answers() -> None:
    row = row_of(
        {"problem.yaml": "validation: custom interactive", "output_validators/v.py": "", "data/secret/1.ans": None}
    )
    assert row["package_error"] is None
    assert row["test_cases"]["outputs"] == ["3\n", ""]


def test_labels_by_folder() -> None:
    folders = {
        "accepted": "accepted", "wrong_answer": "wrong_answer", "time_limit_exceeded": "time_limit",
        "run_time_error": "runtime_error", "partially_accepted": "rejected", "rejected": "rejected", "mixed": "",
        "brute_force": "time_limit|memory_limit|runtime_error", "compiler_error": "compile_error",
    }  # fmt: skip
    files: dict[str, str | bytes | None] = {f"submissions/{folder}/x.py": "" for folder in folders}
    found = labels(files)
    assert {name.split("/")[0]: label for name, label in found.items() if name.endswith("x.py")} == folders


@pytest.mark.parametrize(
    ("comment", "label"),
    [
        ("# @EXPECTED_RESULTS@: CORRECT", "accepted"),
        ("/* @EXPECTED_RESULTS@: WRONG-ANSWER, TIMELIMIT */", "wrong_answer|time_limit"),
        ("// @EXPECTED_RESULTS@: RUN-ERROR", "runtime_error"),
        ("# @EXPECTED_RESULTS@: CHECK-MANUALLY", "wrong_answer"),
        ("# nothing", "wrong_answer"),
    ],
)
def test_what_a_program_says_of_itself_comes_first(comment: str, label: str) -> None:
    assert labels({"submissions/wrong_answer/x.py": comment})["wrong_answer/x.py"] == label


@pytest.mark.parametrize(
    ("rules", "label"),
    [
        ("mixed/x.py: {permitted: [AC, TLE], required: [TLE]}", "time_limit"),
        ("mixed/*: {permitted: [AC]}", "accepted"),
        ("mixed/{x,y}.py: {required: [WA, RTE]}", "wrong_answer|memory_limit|runtime_error"),
        ("m*d/*x*.*y: {permitted: [AC]}", "accepted"),
        ("mixed/*xx*: {permitted: [AC]}", ""),
        ("mixed/x.p*: {permitted: [AC]}", "accepted"),
        ("mixed/{a,{x,y}}.{cc,py}: {permitted: [AC]}", "accepted"),
        (f"mixed/{'*a' * 100}: {{permitted: [AC]}}", ""),
        (f"mixed/{'{*,*}' * 50}: {{permitted: [AC]}}", "accepted"),
        ("mixed: {permitted: [AC, WA]}", "accepted|wrong_answer"),
        ("mixed/x.py: {secret/group1: {permitted: [AC]}, secret/group2: {permitted: [AC, TLE], required: [TLE]}}",
         "time_limit"),
        ("other/*: {permitted: [AC]}", ""),
        ("mixed/*: nonsense", ""),
        ("mixed/x.py: {authors: Someone}", ""),
    ],
)  # fmt: skip
def test_rules_of_submissions_yaml(rules: str, label: str) -> None:
    found = labels({"submissions/mixed/x.py": "", "submissions/submissions.yaml": rules})
    assert found["mixed/x.py"] == label


def test_submissions_of_several_files() -> None:
    files: dict[str, str | bytes | None] = {
        "submissions/accepted/py/main.py": "import helper", "submissions/accepted/py/helper.py": "",
        "submissions/accepted/cc/solve.cc": "int main() {}", "submissions/accepted/cc/part.cc": "",
        "submissions/accepted/cc/shown.cc": "", "submissions/accepted/cc/part.h": '#include "shown.cc"',
        "submissions/accepted/unclear/a.py": "", "submissions/accepted/unclear/b.py": "",
        "submissions/accepted/both/a.py": "", "submissions/accepted/both/b.cc": "",
        "submissions/accepted/README.md": "", "submissions/accepted/notes/x.txt": "",
        "submissions/accepted/told/a.py": "", "submissions/accepted/told/b.py": "",
        "submissions/submissions.yaml": "accepted/told: {entrypoint: b.py}",
    }  # fmt: skip
    found = {each.raw["file"]: each for each in read(files).candidates}
    assert set(found) == {f"accepted/{name}" for name in ("py", "cc", "unclear", "both", "told", "sum.py")}
    python, cpp = found["accepted/py"].submission, found["accepted/cc"].submission
    assert (python.entry, python.files, python.sources) == ("main.py", {"helper.py": ""}, ())
    assert (cpp.entry, cpp.sources) == ("solve.cc", ("part.cc",))
    assert found["accepted/told"].submission.entry == "b.py"
    for name in ("unclear", "both"):
        assert found[f"accepted/{name}"].verdict is Verdict.UNSUPPORTED_LANGUAGE


def test_languages_by_ending() -> None:
    names = {
        "a.c": "c",
        "a.C": "cpp",
        "a.cxx": "cpp",
        "A.java": "java",
        "a.py3": "python3",
        "a.rs": "rust",
        "a.go": "go",
    }
    files: dict[str, str | bytes | None] = {f"submissions/accepted/{name}": "" for name in names}
    found = {each.raw["file"]: each.submission.language for each in read(files).candidates}
    assert {name: found[f"accepted/{name}"] for name in names} == names


@pytest.mark.parametrize("source", ["#!/usr/bin/env python2\nprint 1", "#!/usr/bin/python2.7\n", "#!/usr/bin/pypy\n"])
def test_python_2_is_no_verdict_about_the_candidate(source: str) -> None:
    (candidate,) = read({"submissions/accepted/sum.py": source}).candidates
    assert (candidate.verdict, candidate.submission.language) == (Verdict.UNSUPPORTED_LANGUAGE, "Python 2")


def test_included_files_come_with_every_submission() -> None:
    (candidate,) = read(
        {"include/python3/grader.py": "x = 1", "include/cpp/grader.h": "", "include/default/a.txt": "{"}
    ).candidates
    assert candidate.submission.files == {"grader.py": "x = 1", "a.txt": "{"}


def test_an_included_main_file_uses_the_submission() -> None:
    (candidate,) = read({"include/python3/main.py": "import sum"}).candidates
    assert (candidate.submission.entry, set(candidate.submission.files)) == ("main.py", {"sum.py"})
    cpp = read({"submissions/accepted/sum.py": None, "submissions/accepted/a.cc": "", "include/cpp/grader.cpp": ""})
    assert (cpp.candidates[0].submission.entry, cpp.candidates[0].submission.sources) == ("a.cc", ("grader.cpp",))


def test_a_validator_that_gives_points_leaves_poor_answers_open() -> None:
    files: dict[str, str | bytes | None] = {
        "problem.yaml": "type: scoring\nvalidation: custom score", "output_validators/v.py": "",
        "submissions/partially_accepted/x.py": "",
    }  # fmt: skip
    assert labels(files)["partially_accepted/x.py"] == ""


def test_what_looks_like_a_package() -> None:
    assert looks_like_package(BASE)
    assert looks_like_package(["domjudge-problem.ini", "data/"])
    assert not looks_like_package(["problem.yaml"])
    assert not looks_like_package(["data/secret/1.in"])


NAMES = st.sampled_from(
    [*BASE, ".timelimit", "domjudge-problem.ini", "submissions/submissions.yaml", "data/testdata.yaml",
     "data/secret/test_group.yaml", "data/secret/1.yaml", "output_validators/v.py", "output_validators/v/build",
     "output_validator/v.cc", "include/python3/x.py", "submissions/mixed/a/b/c.py", "submissions/mixed/x.cc",
     "data/secret/x.in", "data/secret/x.ans", "statement/problem.en.md"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["name: x", "type: scoring", "type: [interactive]", "validation: custom interactive", "validator_flags: a 'b",
     "limits: {time_limit: 1}", "limits: {memory: .nan}", "problem_format_version: 2023-07", "constants: {a: {b: c}}",
     "a: &a {b: *a}", "? [1]\n: 2", "!!python/object:os.system x", "output_validator_args: [{}]",
     "mixed/*: {permitted: AC}",
     "{a,*}*{: {required: [[]]}", "<<: 1", "x: 0o9", "timelimit=", "\t", "@EXPECTED_RESULTS@:"]
)  # fmt: skip
CONTENTS = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(WORDS, max_size=4).map(lambda words: "\n".join(words).encode()),
)


@given(st.dictionaries(st.one_of(NAMES, st.text("abc./{}*", max_size=20)), CONTENTS, max_size=12), st.booleans())
def test_whatever_is_in_the_folder_is_a_row(files: dict[str, bytes], whole: bool) -> None:
    based = {name: text.encode() for name, text in BASE.items()} if whole else {}
    row = read_package({**based, **files}, "p")
    assert tuple(row) == COLUMNS
    try:
        found = reader_for(row.keys(), None).read(row, 0, OPTIONS)
    except RowError:
        return
    assert found.candidates


CELLS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=12,
)


@given(st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELLS)), st.sampled_from(COLUMNS), CELLS)
def test_whatever_is_in_the_cells_is_a_problem_or_an_error(row: dict[str, Any], column: str, cell: Any) -> None:
    for values in (row, {**row_of({}), column: cell}):
        try:
            found = reader_for(values.keys(), None).read(values, 0, OPTIONS)
        except RowError:
            continue
        assert found.candidates
