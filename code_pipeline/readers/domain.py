"""Which kind of judge a row asks for, told before any row is read as a problem."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

TEST_COLUMNS = (
    "test_cases", "input_output", "public_tests", "private_tests", "generated_tests", "tests", "test", "test_list",
    "official_tests", "public_test_cases", "private_test_cases", "verification_info",
)  # fmt: skip
_DOMAINS = {
    "code": "code", "coding": "code", "programming": "code",
    "math": "math", "maths": "math", "mathematics": "math",
    "science": "science", "biology": "science", "chemistry": "science", "physics": "science",
    "puzzle": "puzzle", "puzzles": "puzzle",
}  # fmt: skip


def domain_of(columns: Collection[str], row: Mapping[str, Any]) -> str:
    """One of "code", "math", "science" and "puzzle".

    The row's own `domain` where it is one of the known ones; else code where it has tests, math where it has an
    `answer` and none; else code.
    """
    stated = row.get("domain")
    if isinstance(stated, str) and (known := _DOMAINS.get(stated.strip().lower())) is not None:
        return known
    if any(row.get(column) for column in TEST_COLUMNS):
        return "code"
    has_answer = row.get("answer") not in (None, "") if row else "answer" in columns
    return "math" if has_answer else "code"
