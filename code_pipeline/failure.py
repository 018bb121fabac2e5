"""What is shown of the first test that was not passed: cut to size, and safe whatever the values are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from code_pipeline.checkers.plain import in_order
from code_pipeline.types import Failure, TestCase, Verdict

CUT = 1_000  # characters of each field
_DEEPEST = 40  # nesting shown; deeper is "..."
# What machines say that differs from run to run: addresses of Python's objects, numbers of its threads and Rust's.
_UNSTEADY = re.compile(
    r"(?<= at )0x[0-9a-f]+(?=>)|(?<=, started )[0-9]+(?=\)>)|(?<=, started daemon )[0-9]+(?=\)>)"
    r"|(?<=hread )0x[0-9a-f]{8,16}\b|(?<=' \()[0-9]+(?=\) panicked at )"
)
_LONGEST_INT_BITS = 12_000  # about 3,600 digits; Python refuses to print 4,300 and more


def failure_of(index: int, test: TestCase, got: Any, stderr: bytes, verdict: Verdict, *, is_call: bool) -> Failure:
    """The Failure of test `index`; `got` is what came back (bytes of the output, or a Call's value).

    What a program had said when a limit stopped it hangs on the moment, which differs from run to run: it is left out,
    but for the beginning of an output that was too long.
    """
    stopped = verdict in (Verdict.TIME_LIMIT, Verdict.MEMORY_LIMIT)
    return Failure(
        index=index,
        input=_values(test.arguments) if is_call else text_of(test.stdin),
        expected=show(test.expected) if is_call else text_of(test.expected),
        got="" if stopped else steady(show(got) if is_call else text_of(got)),
        stderr="" if stopped or verdict is Verdict.OUTPUT_LIMIT else steady(end_of(stderr)),
    )


def steady(text: str) -> str:
    """The text without the numbers of objects and threads, which differ from run to run where nothing else does."""
    return _UNSTEADY.sub("...", text)


def text_of(value: Any) -> str:
    """At most CUT characters of a text, bytes or other value; bytes that are not UTF-8 show as backslashes."""
    if isinstance(value, bytes):
        # A character has at most four bytes, so this many bytes hold at least CUT + 1 characters if there are any more.
        return _cut(value[: 4 * (CUT + 1)].decode("utf-8", "backslashreplace"))
    return _cut(value) if isinstance(value, str) else show(value)


def end_of(stderr: bytes) -> str:
    """The last CUT characters of stderr: where a traceback says what happened."""
    text = stderr[-4 * (CUT + 1) :].decode("utf-8", "backslashreplace")
    return text if len(text) <= CUT else "…" + text[-CUT:]


def show(value: Any) -> str:
    """At most CUT characters of how plain data looks in Python. Never raises for a large or deep value."""
    pieces: list[str] = []
    length = 0
    for piece in _pieces(value, 0):
        pieces.append(piece)
        length += len(piece)
        if length > CUT:
            break
    return _cut("".join(pieces))


def _values(arguments: tuple[Any, ...] | None) -> str:
    shown = show(list(arguments or ()))
    return shown[1:-1] if shown.endswith("]") else shown[1:]


def _cut(text: str) -> str:
    # Lone surrogates become backslashes too: such a text can be written to no file.
    kept = text[:CUT].encode("utf-8", "backslashreplace").decode("utf-8")
    return kept if len(text) <= CUT else kept + "…"


def _pieces(value: Any, depth: int) -> Iterator[str]:
    """The text of `value` piece by piece, so that the reader may stop early."""
    if depth > _DEEPEST:
        yield "..."
    elif isinstance(value, (list, tuple, set, frozenset)):
        opening, closing = ("[", "]") if isinstance(value, list) else ("(", ")") if isinstance(value, tuple) else "{}"
        members = value if isinstance(value, (list, tuple)) else in_order(value)
        if members is None:
            yield f"<a set of {len(value):,} members>"
            return
        yield opening
        for position, item in enumerate(members):
            yield ", " if position else ""
            yield from _pieces(item, depth + 1)
        yield ",)" if isinstance(value, tuple) and len(value) == 1 else closing
    elif isinstance(value, dict):
        yield "{"
        for position, (key, item) in enumerate(value.items()):
            yield ", " if position else ""
            yield from _pieces(key, depth + 1)
            yield ": "
            yield from _pieces(item, depth + 1)
        yield "}"
    elif isinstance(value, int) and value.bit_length() > _LONGEST_INT_BITS:
        yield f"<an integer of about {int(value.bit_length() * 0.30103) + 1:,} digits>"
    elif isinstance(value, (str, bytes)):
        yield repr(value[: CUT + 1])
    else:
        yield repr(value)
