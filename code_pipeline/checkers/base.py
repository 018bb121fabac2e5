"""What a checker is: a test and what the program did go in, a `Check` comes out. Pure, on the host, after the run.

A checker meets both kinds of tests. The rules about text (`tokens`, `exact`, ...) judge what stands on stdout; on a
test that calls a function they compare what was returned by value, with their own tolerance. `values` on a stdin test
compares tokens. Which rule accepted stands in `Check.rule`, with everything that had to be overlooked after a colon:
`tokens`, `tokens: float tolerance 1e-06`, `values: one-element list unwrapped`.

Nothing that a program printed can make a checker raise. A test's expected value that is not of the right kind does
(TypeError): it is the row's fault or ours, never the candidate's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Protocol

from code_pipeline.encoding import encoded
from code_pipeline.types import TestCase

SHOWN = 80  # how much of a value a reason shows, in characters


@dataclass(frozen=True, slots=True)
class Actual:
    """What the program did: the bytes on stdout, and for a call the value it gave back as plain data."""

    stdout: bytes = b""
    returned: Any = None
    has_returned: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a test was passed. reason: one sentence, where they differ. rule: what accepted, empty unless passed."""

    passed: bool
    reason: str = ""
    rule: str = ""


class Checker(Protocol):
    """A rule by which an answer is compared with the expected one; frozen, its parameters are its fields."""

    name: ClassVar[str]

    @property
    def spec(self) -> dict[str, Any]:
        """The description that `checker_from_spec` turns into an equal checker; plain data, always the same."""
        ...

    def check(self, case: TestCase, actual: Actual) -> Check:
        """Whether `actual` answers `case`. Raises TypeError where the test's expected value is of the wrong kind."""
        ...


class Rule:
    """What the rules share: a description made of their name and fields."""

    __slots__ = ()
    name: ClassVar[str]

    @property
    def spec(self) -> dict[str, Any]:
        """The description that `checker_from_spec` turns into an equal checker."""
        parameters = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return {"type": self.name, **parameters}


def accepted(rule: str, overlooked: Iterable[str] = ()) -> Check:
    """A pass that names the rule and, after a colon, what it overlooked."""
    notes = ", ".join(overlooked)
    return Check(passed=True, rule=f"{rule}: {notes}" if notes else rule)


def rejected(reason: str) -> Check:
    """A failure with its one sentence."""
    return Check(passed=False, reason=reason)


def expected_text(case: TestCase) -> bytes:
    """The expected output as bytes. Raises TypeError where it is neither text nor bytes.

    Lone surrogates in a row's text are the bytes they stand for where they came from undecodable input, else their
    three-byte form: no valid output equals it, and nothing is raised.
    """
    expected = case.expected
    if isinstance(expected, bytes):
        return expected
    if not isinstance(expected, str):
        raise TypeError(f"a test's expected output must be text, not {type(expected).__name__}; join lines with '\\n'")
    return encoded(expected)


def shown(data: bytes) -> str:
    """`data` as it appears in a reason: quoted, unprintables escaped, cut."""
    text = repr(data[:SHOWN].decode("utf-8", "backslashreplace"))
    return f"{text[:SHOWN]}..." if len(data) > SHOWN or len(text) > SHOWN + 2 else text
