"""The type of a column whose rows were not agreed on by anyone: found value by value, joined, and written as one.

A shape is plain JSON, so that it can stand in a journal: a string for a leaf, [shape] for a list, {key: shape} for a
dict whose keys are always the same. The leaves:

    null    nothing seen but null (written as text)
    bool    true and false
    int     whole numbers that a float holds exactly        long    other whole numbers of 64 bits
    float   numbers                                         text    strings
    bytes   bytes (of Arrow inputs)
    json    anything else: values that have no one type are written as JSON text, each value by itself

`join` is commutative and associative, so that the type of a column does not depend on how its rows are dealt out.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union

if TYPE_CHECKING:
    import pyarrow as pa

Shape = Union[str, list["Shape"], dict[str, "Shape"]]  # noqa: UP007 - `|` cannot name itself at run time

DEEPEST = 8  # deeper values than this are JSON text: nobody reads a column of that type
WIDEST = 256  # a dict with more keys is a map, not a record

_EXACT = 2**53
_LONG = 2**63
_LEAF: dict[type, str] = {type(None): "null", bool: "bool", float: "float", str: "text", bytes: "bytes"}


def shape_of(value: Any, depth: int = 0) -> Shape:
    """The narrowest shape that holds `value`."""
    kind = type(value)
    leaf = _LEAF.get(kind)
    if leaf is not None:
        return leaf
    if kind is int:
        return _shape_of_int(value, value)
    if depth >= DEEPEST:
        return "json"
    if kind is list or kind is tuple:
        return _listed(_shape_of_items(value, depth + 1))
    if kind is dict:
        return _shape_of_dict(value, depth + 1)
    return "json"


def _shape_of_int(low: int, high: int) -> str:
    if low >= -_EXACT and high <= _EXACT:
        return "int"
    return "long" if low >= -_LONG and high < _LONG else "json"


def _listed(item: Shape) -> Shape:
    return "json" if item == "json" else [item]


def _shape_of_items(items: Sequence[Any], depth: int) -> Shape:
    kinds = set(map(type, items))
    if len(kinds) == 1:  # long lists of one plain type cost one pass in C
        kind = next(iter(kinds))
        if kind is int:
            return _shape_of_int(min(items), max(items))
        if kind in _LEAF:
            return _LEAF[kind]
    found: Shape = "null"
    for item in items:
        found = join(found, shape_of(item, depth))
        if found == "json":
            break
    return found


def _shape_of_dict(value: Mapping[Any, Any], depth: int) -> Shape:
    if not 0 < len(value) <= WIDEST or not all(isinstance(key, str) and _is_name(key) for key in value):
        return "json"
    fields: dict[str, Shape] = {}
    for key, item in value.items():
        fields[key] = shape_of(item, depth)
        if fields[key] == "json":
            return "json"
    return fields


def _is_name(key: str) -> bool:
    # "_type" is how `datasets` writes its own types down, so that a record with such a field does not load again.
    return bool(key) and key != "_type" and clean_name(key) == key


def join(one: Shape, other: Shape) -> Shape:
    """The narrowest shape that holds what either holds, without losing a digit."""
    if other in (one, "null"):
        return one
    if one == "null":
        return other
    if isinstance(one, list) and isinstance(other, list):
        return _listed(join(one[0], other[0]))
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return "json"
        fields = {key: join(item, other[key]) for key, item in one.items()}
        return "json" if "json" in fields.values() else fields
    if isinstance(one, str) and isinstance(other, str):
        pair = {one, other}
        if pair == {"int", "long"}:
            return "long"
        if pair == {"int", "float"}:
            return "float"
    return "json"


def arrow_type(shape: Shape) -> pa.DataType:
    """How a column of this shape is written in Arrow."""
    import pyarrow as pa  # noqa: PLC0415 - 0.3 s that reading a shape does not need

    if isinstance(shape, list):
        return pa.list_(arrow_type(shape[0]))
    if isinstance(shape, dict):
        return pa.struct([(key, arrow_type(item)) for key, item in shape.items()])
    leaves = {"bool": pa.bool_, "int": pa.int64, "long": pa.int64, "float": pa.float64, "bytes": pa.binary}
    return leaves.get(shape, pa.string)()


def fitted(value: Any, shape: Shape) -> Any:
    """`value` as it is written in a column of `shape`: JSON text where that is the type, text that UTF-8 can hold."""
    if value is None:
        return None
    if shape == "json":
        return json_text(value)
    if isinstance(value, str):
        return clean_text(value)
    if shape == "float":
        return float(value)
    if isinstance(shape, list):
        return [fitted(item, shape[0]) for item in value]
    if isinstance(shape, dict):
        return {key: fitted(value[key], item) for key, item in shape.items()}
    return value


def clean_text(text: str) -> str:
    """The text, with lone surrogates (which UTF-8 cannot hold) as backslash escapes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def clean_name(name: str) -> str:
    """A column's name without what a file's schema cannot hold: NUL and lone surrogates become backslash escapes."""
    return clean_text(name).replace("\0", "\\x00")


def json_text(value: Any) -> str:
    """The value as one line of JSON; whole numbers of any length, NaN and Infinity as Python reads them back."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=_as_text)
    except RecursionError:
        return '"(nested too deeply to be written)"'
    except TypeError:  # keys that JSON has no word for, from Arrow maps
        return json.dumps(str(value))
    try:
        text.encode()
    except UnicodeEncodeError:  # escaped, a lone surrogate survives
        return json.dumps(value, default=_as_text)
    return text


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return str(value)
