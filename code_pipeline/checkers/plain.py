"""Compares what a call returned with the expected value: plain data by exact types, never by a foreign `==`.

What equals what, beside the same value of the same type; each of these but the first two stands in the rule's notes:
- a tuple is the list with the same items (JSON has no tuples), NaN is NaN;
- numbers as Python's own `==`, which the graders of APPS and LiveCodeBench use: 2 is 2.0, and True is 1 (noted);
- where a float is expected, a number within the tolerance, absolute or relative to it; infinities only the same one;
  an expected integer never has a tolerance;
- one-element list: the data of APPS wraps the answer, so expected `[x]` takes `x` (only a list of exactly one);
- JSON's string keys: where all expected keys are text, a returned key 1, 1.5, True or None is "1", "1.5", "true",
  "null", as `json.dumps` writes it; two returned keys that fall together are not accepted;
- any order: only where asked for, the items of the outermost list as a multiset.

Sets equal sets with the same members, without tolerance. Text is never bytes, a list never a set. The walk keeps its
own stack, so depth cannot exhaust the host's, and integers of any size are compared, and shown, without printing them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from code_pipeline.checkers.base import SHOWN, Actual, Check, accepted, rejected

_SCALARS = frozenset({type(None), bool, int, float, str, bytes})
_LISTS = frozenset({list, tuple})
_SETS = frozenset({set, frozenset})
_NUMBERS = frozenset({bool, int, float})
_PLAIN_EQUALITY = frozenset({int, str, bytes, type(None)})  # lists of these: `==` says all there is to say
_DEEPEST_KEY = 50  # nesting of a set's member or a dict's key: hashing is recursive
_LONGEST_KEY_BITS = 12_000  # beyond 4,300 digits Python refuses to print an integer
_SHOWN_BITS = 512
_MOST_ORDERED = 10_000  # members of a set that are sorted to be shown

_BOOL = "a bool for a number"
_KEYS = "JSON string keys"
_UNWRAPPED = "one-element list unwrapped"

_Path = tuple[Any, Any] | None


@dataclass(slots=True)
class _Walk:
    """One comparison: what is still to be compared, and what had to be overlooked so far."""

    tolerance: float
    todo: list[tuple[Any, Any, _Path]] = field(default_factory=list)
    overlooked: dict[str, None] = field(default_factory=dict)

    def difference(self, expected: Any, returned: Any) -> str | None:
        """The first difference as one sentence, None where there is none."""
        self.todo.append((expected, returned, None))
        while self.todo:
            wanted, got, path = self.todo.pop()
            if not self._same(wanted, got, path):
                return f"{_where(path)}: expected {describe(wanted)}, got {describe(got)}."
        return None

    def _same(self, wanted: Any, got: Any, path: _Path) -> bool:
        """Whether two values may be equal; the parts of containers are put on the stack."""
        kind, got_kind = type(wanted), type(got)
        if kind in _NUMBERS and got_kind in _NUMBERS:
            return self._same_number(wanted, got)
        if kind in _SCALARS:
            return kind is got_kind and bool(wanted == got)
        if kind in _LISTS:
            return got_kind in _LISTS and self._same_list(wanted, got, path)
        if kind is dict:
            return got_kind is dict and self._same_dict(wanted, got, path)
        if kind in _SETS:
            frozen, got_frozen = _freeze(wanted), (_freeze(got) if got_kind in _SETS else None)
            return frozen is not None and frozen == got_frozen
        raise TypeError(f"a test's expected value holds a {kind.__name__}, which is not plain data")

    def _same_number(self, wanted: float, got: float) -> bool:
        if wanted == got:
            if type(wanted) is not type(got) and bool in (type(wanted), type(got)):
                self.overlooked[_BOOL] = None
            return True
        if type(wanted) is not float or type(got) is bool:
            return False
        if math.isnan(wanted):
            return type(got) is float and math.isnan(got)
        if not self.tolerance or (type(got) is int and got.bit_length() > 1023):
            return False
        difference = abs(wanted - got)  # inf or nan where `got` is, and then not within anything
        if difference <= self.tolerance or difference <= self.tolerance * abs(wanted) < math.inf:
            self.overlooked[f"float tolerance {self.tolerance:g}"] = None
            return True
        return False

    def _same_list(self, wanted: list[Any], got: list[Any], path: _Path) -> bool:
        if len(wanted) != len(got):
            return False
        kinds = set(map(type, wanted))
        if kinds <= _PLAIN_EQUALITY and set(map(type, got)) <= _PLAIN_EQUALITY and list(wanted) == list(got):
            return True
        if kinds == {float} and set(map(type, got)) == {float} and list(wanted) == list(got):
            return True
        pairs = zip(reversed(wanted), reversed(got), strict=True)
        last = len(wanted) - 1
        self.todo.extend((one, other, (path, last - back)) for back, (one, other) in enumerate(pairs))
        return True

    def _same_dict(self, wanted: dict[Any, Any], got: dict[Any, Any], path: _Path) -> bool:
        if len(wanted) != len(got) or not all(_is_plain_key(key) for key in got):
            return False
        if any(key not in got for key in wanted):
            renamed = _with_json_keys(got) if all(type(key) is str for key in wanted) else None
            if renamed is None or renamed.keys() != wanted.keys():
                return False
            self.overlooked[_KEYS] = None
            got = renamed
        self.todo.extend((value, got[key], (path, key)) for key, value in reversed(wanted.items()))
        return True


def compare_values(
    expected: Any,
    actual: Actual,
    *,
    float_tolerance: float,
    unwrap_single: bool = True,
    any_order: bool = False,
) -> Check:
    """Whether a call returned the expected value; the module's docstring says what equals what.

    Raises TypeError where the expected value is not plain data.
    """
    if not actual.has_returned:
        return rejected("Nothing was returned.")
    if any_order and type(expected) in _LISTS and type(actual.returned) in _LISTS:
        check = _compare_any_order(expected, actual.returned)
        if check.passed or not (unwrap_single and len(expected) == 1 and type(expected[0]) in _LISTS):
            return check
        inner_check = _compare_any_order(expected[0], actual.returned, [_UNWRAPPED])
        return inner_check if inner_check.passed else check
    walk = _Walk(float_tolerance)
    difference = walk.difference(expected, actual.returned)
    if difference is None:
        return accepted("values", sorted(walk.overlooked))
    if unwrap_single and type(expected) is list and len(expected) == 1:
        inner = _Walk(float_tolerance)
        inner_difference = inner.difference(expected[0], actual.returned)
        if inner_difference is None:
            return accepted("values", [_UNWRAPPED, *sorted(inner.overlooked)])
        if type(actual.returned) not in _LISTS:
            difference = inner_difference
    return rejected(difference)


def _compare_any_order(expected: list[Any], returned: list[Any], overlooked: Sequence[str] = ()) -> Check:
    if len(expected) != len(returned):
        return rejected(f"The returned list has {len(returned)} items, where {len(expected)} were expected.")
    missing = Counter(_freeze(item) for item in expected)
    for item in returned:
        frozen = _freeze(item)
        if frozen is None or not missing[frozen]:
            return rejected(f"The returned list has {describe(item)}, which is not expected, or not so often.")
        missing[frozen] -= 1
    return accepted("values", ["any order", *overlooked])


def _freeze(value: Any, depth: int = 0) -> Any:
    """A hashable value that equals another's exactly where the two values do; None where there is none (too deep)."""
    kind = type(value)
    if kind in _SCALARS:
        return (float, "nan") if kind is float and math.isnan(value) else (None, value)
    if depth >= _DEEPEST_KEY:
        return None
    if kind in _LISTS:
        items = tuple(_freeze(item, depth + 1) for item in value)
        return None if None in items else (list, items)
    if kind in _SETS:
        members = frozenset(_freeze(item, depth + 1) for item in value)
        return None if None in members else (set, members)
    if kind is dict:
        pairs = frozenset((_freeze(key, depth + 1), _freeze(item, depth + 1)) for key, item in value.items())
        return None if any(None in pair for pair in pairs) else (dict, pairs)
    return None


def _is_plain_key(key: Any) -> bool:
    return type(key) in _SCALARS or _freeze(key) is not None


def _with_json_keys(returned: dict[Any, Any]) -> dict[str, Any] | None:
    """The same dict with the keys that JSON would give it, None where it has no such form.

    Two keys that fall together make it smaller, so that it equals no dict of the same size.
    """
    renamed: dict[str, Any] = {}
    for key, value in returned.items():
        name = _json_key(key)
        if name is None:
            return None
        renamed[name] = value
    return renamed


def _json_key(key: Any) -> str | None:
    kind = type(key)
    if kind is str:
        return str(key)
    if kind is int:
        return str(key) if key.bit_length() < _LONGEST_KEY_BITS else None
    if kind is float:
        return repr(key) if math.isfinite(key) else None
    return {None: "null", True: "true", False: "false"}[key] if kind in (bool, type(None)) else None


def _where(path: _Path) -> str:
    keys: list[str] = []
    while path is not None and len(keys) < 5:
        path, key = path
        keys.append(f"[{describe(key, 1)}]")
    if not keys:
        return "The value differs"
    return f"The value differs at {'...' if path is not None else ''}{''.join(reversed(keys))}"


def describe(value: Any, depth: int = 0) -> str:
    """A value as it appears in a reason: cut to about 80 characters, at a cost that does not grow with it."""
    kind = type(value)
    if kind is int and value.bit_length() > _SHOWN_BITS:
        return f"an integer of {value.bit_length()} bits"
    if kind in (str, bytes):
        return _cut(repr(value[:SHOWN])) + ("..." if len(value) > SHOWN else "")
    if kind in _SCALARS:
        return repr(value)
    if kind not in _LISTS and kind not in _SETS and kind is not dict:
        return f"a {kind.__name__}, which is not plain data"
    if depth >= 2:
        return f"a {kind.__name__} of {len(value)}"
    members = value if kind not in _SETS else in_order(value)
    if members is None:
        return f"a {kind.__name__} of {len(value)}"
    shown: list[str] = []
    for item in value.items() if kind is dict else members:
        if len(shown) == 8:
            shown.append("...")
            break
        shown.append(
            ": ".join(describe(part, depth + 1) for part in item) if kind is dict else describe(item, depth + 1)
        )
    opening, closing = "[]" if kind is list else "()" if kind is tuple else "{}"
    return _cut(f"{opening}{', '.join(shown)}{closing}") + (f" ({len(value)} items)" if len(value) > 8 else "")


def in_order(members: AbstractSet[Any]) -> list[Any] | None:
    """A set's members in an order that every process has; None where there are too many to be put in order.

    Texts hash differently in each process, and so a set shows itself differently from run to run.
    """
    return sorted(members, key=_rank) if len(members) <= _MOST_ORDERED else None


def _rank(member: Any) -> tuple[str, Any]:
    kind = type(member)
    if kind in _LISTS:
        return kind.__name__, tuple(map(_rank, member))
    if kind in _SETS:
        return kind.__name__, sorted(map(_rank, member))
    if kind in (int, str, bytes):
        return kind.__name__, member
    return kind.__name__, repr(member) if kind in _SCALARS else ""


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN + 2 else f"{text[:SHOWN]}..."
