"""HumanEval, MBPP, EvalPlus and LeetCode rows: what a reader makes of them, and the verdicts that follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from code_pipeline import Judge, Judgement, Verdict
from code_pipeline.checkers import checker_from_spec
from code_pipeline.errors import RowError
from code_pipeline.readers import READERS, ReadOptions, reader_for
from sandbox import Sandbox

HALF = {
    "task_id": "Own/0",
    "prompt": 'from typing import List\n\n\ndef halves(numbers: List[int]) -> List[int]:\n    """Half of each."""\n',
    "canonical_solution": "    return [n // 2 for n in numbers]\n",
    "test": "\n\nMETADATA = {'author': 'own'}\n\n\ndef check(candidate):\n"
    "    assert candidate([4, 6]) == [2, 3]\n    assert candidate([]) == []\n",
    "entry_point": "halves",
}
LOOPED = {**HALF, "test": "def check(candidate):\n    for n in range(4):\n        assert candidate([n]) == [n // 2]\n"}
PLUS = {
    **{key: HALF[key] for key in ("task_id", "prompt", "canonical_solution", "entry_point")},
    "contract": "", "base_input": [[[4, 6]]], "plus_input": [[[]], [[9, 1]]], "atol": 0,
}  # fmt: skip
TREE = {
    "task_id": 7,
    "text": "Write a class of pairs and a function that adds one.",
    "code": "class Pair(object):\r\n    def __init__(self, a, b):\r\n        self.a, self.b = a, b\r\n"
    "def total(pair):\r\n    return pair.a + pair.b\r\n",
    "test_list": ["assert total(one) == 3", "assert total(Pair(2, 2)) == 4"],
    "test_setup_code": "one = Pair(1, 2)\r\n",
    "challenge_test_list": [],
}
LEET = {
    "task_id": "own-largest",
    "prompt": '"""The largest."""\nclass Solution:\n    def largest(self, values: List[int]) -> int:\n        ',
    "test": "my_solution = Solution()\n\ntest_input = {'values': [1, 3]}\n"
    "assert my_solution.largest(**test_input) == 3\n\ntest_input = {'values': [5]}\n"
    "assert my_solution.largest(**test_input) == 5\n",
}  # fmt: skip
ROOT = {  # EvalPlus' own release of HumanEval/32, whose canonical solution finds one of the two roots
    "task_id": "HumanEval/32",
    "prompt": "import math\n\n\ndef find_zero(xs: list):\n",
    "canonical_solution": "    return math.sqrt(2)\n",
    "entry_point": "find_zero", "contract": "", "base_input": [[[-2, 0, 1]]], "plus_input": [], "atol": 1e-4,
}  # fmt: skip
NODES = (
    "from typing import *\n\n\nclass ListNode:\n    def __init__(self, val=0, next=None):\n"
    "        self.val = val\n        self.next = next\n\n\n"
    "def list_node(values):\n    head = None\n    for value in reversed(values):\n"
    "        head = ListNode(value, head)\n    return head\n\n\n"
    "def is_same_list(one, other):\n    while one and other and one.val == other.val:\n"
    "        one, other = one.next, other.next\n    return one is other is None\n"
)
LINKED = {  # LeetCodeDataset: nothing to complete in the prompt, an entry point that is a method
    "task_id": "own-turn-round", "prompt": NODES, "entry_point": "Solution().turnRound",
    "test": "def check(candidate):\n"
    "    assert is_same_list(candidate(head = list_node([1, 2, 3])), list_node([3, 2, 1]))\n",
    "completion": "class Solution:\n    def turnRound(self, head: Optional[ListNode]) -> Optional[ListNode]:\n"
    "        before = None\n        while head:\n            head.next, before, head = before, head, head.next\n"
    "        return before\n",
    "query": "Turn the list round.", "response": "Prose.", "input_output": [{"input": "head = [1]", "output": "[1]"}],
}  # fmt: skip
SAME = "class Solution:\n    def turnRound(self, head):\n        return head\n"
METHOD = "class Solution:\n    def largest"
RIGHT = "    return [n // 2 for n in numbers]\n"


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Sandbox(jobs=2) as sandbox, Judge(sandbox) as shared:
        yield shared


def judged(judge: Judge, row: dict[str, Any], *answers: str, source: str | None = None) -> list[Judgement]:
    read = reader_for(list(row), source).read({**row, "candidates": list(answers)}, 0, ReadOptions())
    return judge.judge(read.problem, [each.submission for each in read.candidates])


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (RIGHT, Verdict.ACCEPTED),
        (f"```python\n{HALF['prompt']}{RIGHT}```", Verdict.ACCEPTED),
        ("```python\ndef halves(numbers: List[int]):\n    return [n >> 1 for n in numbers]\n```", Verdict.ACCEPTED),
        ("    return tuple(n // 2 for n in numbers)\n", Verdict.WRONG_ANSWER),
        ("    return [n / 2 for n in numbers]\n", Verdict.ACCEPTED),  # 2.0 == 2, in Python
        ("    return numbers\n", Verdict.WRONG_ANSWER),
        ("    import sys\n    sys.exit(0)\n", Verdict.RUNTIME_ERROR),
        ("    import os\n    os._exit(0)\n", Verdict.RUNTIME_ERROR),
        ("    pass\n\n\nimport sys\nsys.exit(0)\n", Verdict.RUNTIME_ERROR),
        ("    pass\n\n\nimport os\nos._exit(0)\n", Verdict.RUNTIME_ERROR),
        ("    return [math.floor(n / 2) for n in numbers]\n", Verdict.RUNTIME_ERROR),  # math was not imported
        ("    return [n // 2 for n in numbers\n", Verdict.COMPILE_ERROR),
        ("    class Any(list):\n        __eq__ = lambda a, b: True\n    return Any()\n", Verdict.WRONG_ANSWER),
    ],
)
def test_humaneval(judge: Judge, answer: str, verdict: Verdict) -> None:
    (found,) = judged(judge, HALF, answer)
    assert (found.verdict, found.accepted_by) == (verdict, "python_equal" if verdict is Verdict.ACCEPTED else None)


@pytest.mark.parametrize("row", [LOOPED, PLUS], ids=["loop", "canonical"])
def test_a_program_that_is_left_whole_says_that_it_can_be_gamed(judge: Judge, row: dict[str, Any]) -> None:
    right, wrong, leaves, at_once = judged(
        judge, row, RIGHT, "    return numbers\n", "    import os\n    os._exit(0)\n", "    pass\nraise SystemExit(0)\n"
    )
    assert (right.verdict, right.accepted_by) == (Verdict.ACCEPTED, "assertions (can be gamed)")
    assert wrong.verdict is Verdict.WRONG_ANSWER
    assert leaves.verdict is at_once.verdict is Verdict.RUNTIME_ERROR


def test_no_rule_of_the_run_stands_in_for_an_assertion_program(judge: Judge) -> None:
    with Judge(judge._sandbox, checker=checker_from_spec("values")) as other:
        (found,) = judged(other, LOOPED, RIGHT)
    assert found.accepted_by == "assertions (can be gamed)"


def test_mbpp_with_classes_setup_and_carriage_returns(judge: Judge) -> None:
    right, wrong, lacks = judged(
        judge, TREE, TREE["code"], TREE["code"].replace("+", "-"), "def total(pair):\n    return 3\n"
    )
    assert (right.verdict, right.accepted_by) == (Verdict.ACCEPTED, "assertions (can be gamed)")
    assert wrong.verdict is Verdict.WRONG_ANSWER
    assert (lacks.verdict, "NameError" in lacks.reason) == (Verdict.RUNTIME_ERROR, True)


def test_mbpp_imports_and_several_functions(judge: Judge) -> None:
    row = {
        "task_id": 1, "prompt": "Two functions.", "code": "", "test_imports": ["import math"],
        "test_list": ["assert up(1) == 2", "assert down(2) == 1", "assert math.isclose(up(0.5), 1.5)"],
    }  # fmt: skip
    both = "def up(x):\n    return x + math.floor(1.5)\n\n\ndef down(x):\n    return x - 1\n"
    right, wrong = judged(judge, row, both, both.replace("- 1", "- 2"))
    assert right.verdict is Verdict.ACCEPTED
    assert right.accepted_by is not None
    assert "gamed" not in right.accepted_by
    assert (wrong.verdict, wrong.first_failure is not None and wrong.first_failure.index) == (Verdict.WRONG_ANSWER, 1)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("return max(values)\n", Verdict.ACCEPTED),
        (
            "best = 0\n        for v in values:\n            best = max(best, v)\n        return best\n",
            Verdict.ACCEPTED,
        ),
        (f"{METHOD}(self, values: List[int]) -> int:\n        return max(values)\n", Verdict.ACCEPTED),
        (f"{METHOD}(self, numbers):\n        return max(numbers)\n", Verdict.RUNTIME_ERROR),  # called by keyword
        ("return values[0]\n", Verdict.WRONG_ANSWER),
    ],
)
def test_leetcode(judge: Judge, answer: str, verdict: Verdict) -> None:
    assert judged(judge, LEET, answer)[0].verdict is verdict


def test_leetcode_dataset_s_helpers_stand_before_every_answer(judge: Judge) -> None:
    right = LINKED["completion"]
    found = judged(judge, LINKED, str(right), f"So:\n```python\n{right}```\n", SAME)
    assert [each.verdict for each in found] == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.WRONG_ANSWER]
    begun = {**LINKED, "starter_code": "class Solution:\n    def turnRound(self, head: Optional[ListNode]):\n        "}
    body = "return list_node([3, 2, 1])\n"
    assert [each.verdict for each in judged(judge, begun, str(right), body)] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    flat = {**LINKED, "test": "def check(candidate):\n    assert candidate(head = [1, 2]) == [1, 2]\n"}
    accepted = judged(judge, flat, SAME)[0]
    assert (accepted.verdict, accepted.accepted_by) == (Verdict.ACCEPTED, "python_equal")


def test_leetcode_dataset_s_completion_is_a_reference() -> None:
    reader = reader_for(list(LINKED), None)
    assert reader.judged_columns(list(LINKED), ReadOptions()) == ("response",)
    read = reader.read(LINKED, 0, ReadOptions(judged="solutions"))
    assert [each.submission.origin["column"] for each in read.candidates] == ["completion"]
    assert read.problem.statement == "Turn the list round."


def test_methods_may_recurse_deeply_and_functions_as_python_lets_them(judge: Judge) -> None:
    deep = "class Solution:\n    def depth(self, n):\n        return 0 if n == 0 else 1 + self.depth(n - 1)\n"
    row = {"task_id": "own-depth", "prompt": "import math\n", "entry_point": "Solution().depth"}
    row["test"] = "def check(candidate):\n    assert candidate(n = 20000) == 20000\n"
    assert judged(judge, row, deep)[0].verdict is Verdict.ACCEPTED
    plain = {**row, "entry_point": "depth", "prompt": "def depth(n):\n"}
    found = judged(judge, plain, "    return 0 if n == 0 else 1 + depth(n - 1)\n")[0]
    assert (found.verdict, "RecursionError" in found.reason) == (Verdict.RUNTIME_ERROR, True)


def test_evalplus_takes_every_root_of_a_polynomial(judge: Judge) -> None:
    found = judged(judge, ROOT, "    return math.sqrt(2)\n", "    return -math.sqrt(2)\n", "    return 1.0\n")
    assert [each.verdict for each in found] == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.WRONG_ANSWER]


@pytest.mark.parametrize(
    ("value", "expected", "accepted"),
    [
        ("{1: 2}.keys()", "{1}", True),
        ("Fraction(4, 2)", "2", True),
        ("Decimal('0.5')", "0.5", True),
        ("Decimal('0.1')", "0.1", False),
        ("Counter('aab')", "{'a': 2, 'b': 1}", True),
        ("range(2)", "[0, 1]", False),
        ("deque([0, 1])", "[0, 1]", False),
        ("numpy.array([0, 1])", "[0, 1]", False),
        ("numpy.int64(3)", "3", True),
        ("5 + 0j", "5", True),
        ("bytearray(b'x')", "b'x'", True),
        ("frozenset({1})", "{1}", True),
        ("(x for x in [1])", "[1]", False),
        ("True", "1", True),
        ("[(1, 2)]", "[[1, 2]]", False),
    ],
)
def test_the_taken_assertion_means_what_it_meant(judge: Judge, value: str, expected: str, accepted: bool) -> None:
    source = (
        "import numpy\nfrom collections import Counter, deque\nfrom decimal import Decimal\nfrom fractions import "
        f"Fraction\n\nlist = set = type = isinstance = None\n\n\ndef f():\n    return {value}\n"
    )
    row = {"test_list": [f"assert f() == {expected}"], "prompt": "p", "code": ""}
    left = {"test_list": [*row["test_list"], "for _ in (1,):\n    assert f() is not f"], "prompt": "p", "code": ""}
    for tests, rule in ((row, "python_equal"), (left, "assertions (can be gamed)")):
        (found,) = judged(judge, tests, source)
        assert (found.passed, found.accepted_by) == ((True, rule) if accepted else (False, None)), rule


@pytest.mark.parametrize(
    ("source", "row", "says"),
    [
        ("mbpp", {"test_list": ["assert f("]}, "column `test_list`: the assertions are no Python"),
        ("mbpp", {"test_list": 3}, "column `test_list`: must be a list of texts"),
        ("humaneval", {"prompt": "p", "entry_point": "a b", "test": ""}, "column `entry_point`"),
        ("humaneval", {**PLUS, "canonical_solution": ""}, "column `canonical_solution`"),
        ("humaneval", {**PLUS, "plus_input": [1]}, "column `plus_input`"),
        ("humaneval", {**PLUS, "task_id": "Mbpp/2"}, "take evalplus/mbppplus"),
    ],
)
def test_rows_that_cannot_be_read(source: str, row: dict[str, Any], says: str) -> None:
    with pytest.raises(RowError) as caught:
        READERS[source].read(row, 0, ReadOptions())
    assert says in str(caught.value)


def test_a_row_without_assertions_has_no_tests() -> None:
    assert READERS["humaneval"].read({**HALF, "test": ""}, 0, ReadOptions()).problem.tests == ()
    assert READERS["mbpp"].read({"test_list": []}, 0, ReadOptions()).problem.tests == ()


def test_the_column_of_completions_is_an_answer() -> None:
    read = READERS["humaneval"].read({**HALF, "completion": RIGHT}, 0, ReadOptions())
    assert [each.submission.response for each in read.candidates] == [RIGHT]
    assert READERS["humaneval"].judged_columns([*HALF, "completion"], ReadOptions()) == ("completion",)
