"""Calls one function of a program and reduces what it gave back to plain data. Runs in the child.

The answer is not believed because it comes from here: it is only data, compared on the host with an expected value
that never was in this jail.
"""

from __future__ import annotations

import bisect
import builtins
import collections
import functools
import heapq
import itertools
import math
import operator
import random
import re
import string
import sys
import typing
from typing import Any

from . import wire

# With the usual names: LeetCode allows deep recursion without a word, and LiveCodeBench's evaluation sets this one.
RECURSION_LIMIT = 50_000


def usual_names() -> dict[str, Any]:
    """What LeetCode and the graders of call-based datasets put before a program, which may use it without an import.

    Their modules, and the public names of some; never one that would hide a builtin (math.pow).
    """
    names: dict[str, Any] = {}
    for module in (typing, collections, heapq, bisect, itertools, functools, math):
        public = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
        names.update((name, getattr(module, name)) for name in public if not hasattr(builtins, name))
    for module in (bisect, collections, functools, heapq, itertools, math, operator, random, re, string, sys, typing):
        names[module.__name__] = module
    return names


class NotPlainError(TypeError):
    """What the function returned cannot be reduced to plain data; names the type."""


def find(namespace: dict[str, Any], name: str) -> Any:
    """The method `name` of the program's Solution class, else its function. Raises AttributeError naming it."""
    solution = namespace.get("Solution")
    if isinstance(solution, type) and hasattr(solution, name):
        return getattr(solution(), name)
    try:
        return namespace[name]
    except KeyError:
        raise AttributeError(f"the program defines no function or Solution method named {name!r}") from None


def result(function: Any, arguments: tuple[Any, ...]) -> bytes:
    """What the call returned, as wire.dump_plain writes it. Raises what the function raises, or NotPlainError."""
    value = function(*arguments)
    try:
        return wire.dump_plain(value, reduce_value)
    except wire.WireError as error:
        raise NotPlainError(str(error)) from None


def reduce_value(value: Any) -> Any:
    """A subclass of a plain type by its base type's own methods; numpy scalars and arrays as numbers and lists.

    What Python's `==` takes for equal to plain data is that data: a Decimal, Fraction or complex the float or integer
    that it equals, keys and items of a dict are a set.
    """
    for base, take in _BASES:
        if isinstance(value, base):
            return take(value)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic)):
        plain = value.tolist()
        if type(plain) is type(value):
            raise NotPlainError(f"a numpy value of dtype {value.dtype} is not plain data")
        return plain
    if isinstance(value, _exact_numbers()):
        return _equal_number(value)
    if isinstance(value, complex) and not value.imag:
        return value.real
    if isinstance(value, _VIEWS):
        return set(value)
    kind = type(value)
    raise NotPlainError(f"the function returned a {kind.__module__}.{kind.__qualname__}, which is not plain data")


def _exact_numbers() -> tuple[type, ...]:
    """The classes of exact numbers, of modules that are loaded."""
    found = (getattr(sys.modules.get(module), name, None) for module, name in _EXACT)
    return tuple(kind for kind in found if isinstance(kind, type))


def _equal_number(value: Any) -> Any:
    for kind in (float, int):
        try:
            number = kind(value)
        except (ValueError, OverflowError):  # not a number, infinite, or too large for a float
            continue
        if number == value:
            return number
    raise NotPlainError(f"the function returned {value!r:.80}, which neither a float nor an integer equals")


_EXACT = (("decimal", "Decimal"), ("fractions", "Fraction"))
_VIEWS: Any = (type({}.keys()), type({}.items()))
_BASES: tuple[tuple[type, Any], ...] = (
    (int, int.__pos__),
    (float, float.__pos__),
    (str, lambda value: str.__getitem__(value, slice(None))),
    (bytes, lambda value: bytes.__getitem__(value, slice(None))),
    (list, lambda value: list(list.__iter__(value))),
    (tuple, lambda value: tuple(tuple.__iter__(value))),
    (dict, lambda value: dict(dict.items(value))),
    (set, lambda value: set(set.__iter__(value))),
    (frozenset, lambda value: set(frozenset.__iter__(value))),
)
