"""Which kind of judge a row asks for, told before any row is read as a problem."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from code_pipeline.readers.answered import is_choice, is_message_pair

TEST_COLUMNS = (
    "test_cases", "input_output", "public_tests", "private_tests", "generated_tests", "tests", "test", "test_list",
    "official_tests", "public_test_cases", "private_test_cases", "verification_info",
    "base_input", "plus_input", "judged_as",
)  # fmt: skip
DOMAINS = {
    "code": "code", "coding": "code", "programming": "code",
    "math": "math", "maths": "math", "mathematics": "math",
    "science": "science", "biology": "science", "chemistry": "science", "physics": "science",
    "puzzle": "puzzle", "puzzles": "puzzle",
}  # fmt: skip

_TESTS = re.compile(r"""[{,]\s*\\?["'](?:inputs?|outputs?|fn_name|assert_case)\\?["']\s*:|^\s*assert\b""")
_LOOKED_AT = 10_000  # characters


def domain_of(columns: Collection[str], row: Mapping[str, Any]) -> str:
    """One of "code", "math", "science" and "puzzle".

    The row's own `domain` where it is one of the known ones; else code where it has tests, science where it is two
    messages (CAMEL), puzzle where it is a choice among options, math where it has an `answer` (or a column for one, and
    none for tests) or a worked solution; else code.
    """
    stated = row.get("domain")
    if isinstance(stated, str) and (known := DOMAINS.get(stated.strip().lower())) is not None:
        return known
    if any(row.get(column) for column in TEST_COLUMNS):
        return "code"
    if (truth := _ground_truth(row)) is not None:
        return _of_verl(row, truth)
    if is_message_pair(row.keys() or columns):
        return "science"
    if is_choice(row.keys() or columns):
        return "puzzle"
    if "answer" in (row.keys() or columns):
        has_answer = not row or row["answer"] not in (None, "")
        return "math" if has_answer or not any(column in row for column in TEST_COLUMNS) else "code"
    return "math" if _is_worked(row) else "code"


def _is_worked(row: Mapping[str, Any]) -> bool:
    """Whether there is a worked solution that boxes its answer, as in NuminaMath."""
    solution = row.get("solution")
    return isinstance(solution, str) and "\\boxed" in solution


def _ground_truth(row: Mapping[str, Any]) -> Any:
    """What verl's rows are judged by, None in other rows."""
    reward = row.get("reward_model")
    if isinstance(reward, str) and '"ground_truth"' in reward:  # a cell of a CSV
        return reward.partition('"ground_truth"')[2].lstrip(" :\t\r\n").lstrip('"')
    return reward.get("ground_truth") if isinstance(reward, Mapping) else None


def _of_verl(row: Mapping[str, Any], truth: Any) -> str:
    """By `ability`, else by the looks of the ground truth: tests, or an answer."""
    ability = row.get("ability")
    if isinstance(ability, str) and (known := DOMAINS.get(ability.strip().lower())) is not None:
        return known
    if isinstance(truth, str):
        return "code" if _TESTS.search(truth[:_LOOKED_AT]) is not None else "math"
    items = truth if isinstance(truth, (list, tuple)) else [truth]
    return "code" if items and isinstance(items[0], Mapping) else "math"
