"""How an answer that the rule rejects differs from the expected one, and a digest that tells answers apart. Pure."""

from __future__ import annotations

import re
from collections import Counter
from enum import Enum
from hashlib import blake2b
from typing import Any

from code_pipeline.checkers import AnyOrderChecker, TokensChecker
from code_pipeline.checkers.base import Actual, Checker, expected_text
from code_pipeline.checkers.tokens import token_blocks
from code_pipeline.suite import plain_bytes
from code_pipeline.types import TestCase

MOST_COMPARED = 4 * 1024 * 1024  # bytes of an output that is looked at for its build

_WHOLE = re.compile(rb"[+-]?\d+\Z")
_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")


class Difference(Enum):
    """What kind of difference there is. The first of these that holds."""

    CASE = "case"
    TOLERANCE = "tolerance"
    ORDER = "order"
    SIMILAR = "similar"
    OTHER = "other"

    @property
    def is_plausible(self) -> bool:
        """Whether the answer is built like the expected one, so that both may be right."""
        return self in (Difference.ORDER, Difference.SIMILAR)


def difference(case: TestCase, actual: Actual, tolerance: float) -> Difference:
    """How a rejected answer differs. tolerance: what the statement allows, or a usual one."""
    if case.arguments is not None:
        return _between_values(case, actual, tolerance)
    if not isinstance(case.expected, (str, bytes)) or len(actual.stdout) > MOST_COMPARED:
        return Difference.OTHER
    looser: tuple[tuple[Difference, Checker], ...] = (
        (Difference.CASE, TokensChecker(case_sensitive=False)),
        (Difference.TOLERANCE, TokensChecker(float_tolerance=tolerance)),
    )
    for kind, checker in looser:
        if checker.check(case, actual).passed:
            return kind
    wanted = expected_text(case)
    if Counter(wanted.split()) == Counter(actual.stdout.split()):
        return Difference.ORDER
    build = _build(wanted)
    return Difference.SIMILAR if build is not None and build == _build(actual.stdout) else Difference.OTHER


def _between_values(case: TestCase, actual: Actual, tolerance: float) -> Difference:
    looser = (
        (Difference.TOLERANCE, TokensChecker(float_tolerance=tolerance)),
        (Difference.ORDER, AnyOrderChecker()),
    )
    for kind, checker in looser:
        if checker.check(case, actual).passed:
            return kind
    wanted, got = case.expected, actual.returned
    if isinstance(wanted, (list, tuple)) and isinstance(got, (list, tuple)) and len(wanted) == len(got) > 1:
        return Difference.SIMILAR if _kinds(wanted) == _kinds(got) else Difference.OTHER
    return Difference.OTHER


def _kinds(values: Any) -> list[str]:
    return [f"{type(item).__name__}{len(item)}" if isinstance(item, (list, tuple)) else "" for item in values]


def _build(text: bytes) -> list[list[str]] | None:
    """The kind of each token, line by line; None for a lone token, of which another is simply another answer."""
    lines = [[_kind(token) for token in line.split()] for line in text.split(b"\n") if not line.isspace() and line]
    return lines if sum(map(len, lines)) > 1 else None


def _kind(token: bytes) -> str:
    if _WHOLE.match(token):
        return "whole"
    return "number" if _NUMBER.match(token) else "word"


def digest(case: TestCase, actual: Actual) -> bytes:
    """Equal for answers that are the same but for white space, and different for others."""
    hasher = blake2b(digest_size=16)
    if case.arguments is not None:
        data = plain_bytes(actual.returned)
        hasher.update(b"value" if data is None else data)
    for tokens in token_blocks(actual.stdout) if case.arguments is None else ():
        for token in tokens:
            hasher.update(token + b" ")
    return hasher.digest()
