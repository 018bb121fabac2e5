"""The columns of CodeContests, and the features that `datasets` keeps of them in a Parquet file."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from sources.dress import code

SOURCES = ["UNKNOWN_SOURCE", "CODECHEF", "CODEFORCES", "HACKEREARTH", "CODEJAM", "ATCODER", "AIZU"]
DIFFICULTIES = [
    "UNKNOWN_DIFFICULTY",
    "EASY",
    "MEDIUM",
    "HARD",
    "HARDER",
    "HARDEST",
    "EXTERNAL",
    *"ABCDEFGHIJKLMNOPQRSTUV",
]
LANGUAGES = ["UNKNOWN_LANGUAGE", "PYTHON", "CPP", "PYTHON3", "JAVA"]
PYTHON2, CPP, PYTHON3, JAVA = 1, 2, 3, 4

_TESTS = pa.struct([("input", pa.list_(pa.string())), ("output", pa.list_(pa.string()))])
_PROGRAMS = pa.struct([("language", pa.list_(pa.int64())), ("solution", pa.list_(pa.string()))])
_CANDIDATE = pa.struct([(name, pa.string()) for name in ("language", "response", "expected", "about")])
COLUMNS: dict[str, pa.DataType] = {
    "name": pa.string(),
    "description": pa.string(),
    "public_tests": _TESTS,
    "private_tests": _TESTS,
    "generated_tests": _TESTS,
    "source": pa.int64(),
    "difficulty": pa.int64(),
    "solutions": _PROGRAMS,
    "incorrect_solutions": _PROGRAMS,
    "cf_contest_id": pa.int64(),
    "cf_index": pa.string(),
    "cf_points": pa.float32(),
    "cf_rating": pa.int32(),
    "cf_tags": pa.list_(pa.string()),
    "is_description_translated": pa.bool_(),
    "untranslated_description": pa.string(),
    "time_limit": pa.struct([("seconds", pa.int64()), ("nanos", pa.int64())]),
    "memory_limit_bytes": pa.int64(),
    "input_file": pa.string(),
    "output_file": pa.string(),
    "candidates": pa.list_(_CANDIDATE),
}


def features() -> dict[str, Any]:
    """The columns as `datasets` writes them into a file's metadata, with the names of the class labels."""
    found = {name: _feature(kind) for name, kind in COLUMNS.items()}
    found["source"] = {"names": SOURCES, "_type": "ClassLabel"}
    found["difficulty"] = {"names": DIFFICULTIES, "_type": "ClassLabel"}
    for name in ("public_tests", "private_tests", "generated_tests"):
        found[name] = {"feature": {"input": _value("string"), "output": _value("string")}, "_type": "Sequence"}
    for name in ("solutions", "incorrect_solutions"):
        language = {"names": LANGUAGES, "_type": "ClassLabel"}
        found[name] = {"feature": {"language": language, "solution": _value("string")}, "_type": "Sequence"}
    return found


def _value(dtype: str) -> dict[str, Any]:
    return {"dtype": dtype, "_type": "Value"}


def _feature(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_list(kind):
        inner = _feature(kind.value_type)
        return [inner] if pa.types.is_struct(kind.value_type) else {"feature": inner, "_type": "Sequence"}
    return _value({"float": "float32"}.get(str(kind), str(kind)))


def tests(*pairs: tuple[str, str]) -> dict[str, list[str]]:
    """Pairs of input and output as the struct of two lists."""
    return {"input": [given for given, _ in pairs], "output": [wanted for _, wanted in pairs]}


def programs(*pairs: tuple[int, str]) -> dict[str, list[Any]]:
    """Pairs of language number and source as the struct of two lists."""
    return {"language": [language for language, _ in pairs], "solution": [program for _, program in pairs]}


def row(name: str, description: str, answers: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A row: what `more` names, and in the other columns what the hub has where nothing is known."""
    given = [{"language": None, **answer} for answer in answers]
    empty = {
        "name": name,
        "description": code(description),
        "public_tests": tests(),
        "private_tests": tests(),
        "generated_tests": tests(),
        "source": 0,
        "difficulty": 0,
        "solutions": programs(),
        "incorrect_solutions": programs(),
        "cf_contest_id": 0,
        "cf_index": "",
        "cf_points": 0.0,
        "cf_rating": 0,
        "cf_tags": [],
        "is_description_translated": False,
        "untranslated_description": "",
        "time_limit": None,
        "memory_limit_bytes": 0,
        "input_file": "",
        "output_file": "",
        "candidates": given,
    }
    return {**empty, **more}
