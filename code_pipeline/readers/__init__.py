"""Readers: rows of one dataset's schema -> Problem and Submissions, or RowError.

The next schema is a new file beside these and one more entry in READERS.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from code_pipeline.errors import SchemaError
from code_pipeline.readers.apps import AppsReader
from code_pipeline.readers.base import JUDGED, Candidate, ProblemRow, Reader, ReadOptions
from code_pipeline.readers.camel import CamelReader
from code_pipeline.readers.codecontests import CodeContestsReader
from code_pipeline.readers.codeforces import CodeforcesReader
from code_pipeline.readers.conversations import ConversationsReader
from code_pipeline.readers.domain import domain_of
from code_pipeline.readers.humaneval import HumanEvalReader
from code_pipeline.readers.livecodebench import LiveCodeBenchReader
from code_pipeline.readers.math import MathReader, read_math
from code_pipeline.readers.mbpp import MbppReader
from code_pipeline.readers.openthoughts import OpenThoughtsReader
from code_pipeline.readers.package import PackageReader
from code_pipeline.readers.plain import SOURCE_SCHEMA, PlainReader
from code_pipeline.readers.riddlesense import RiddleSenseReader
from code_pipeline.readers.submissions import SubmissionsReader
from code_pipeline.readers.taco import TacoReader
from code_pipeline.readers.verification_info import VerificationInfoReader
from code_pipeline.readers.verl import VerlReader

__all__ = [
    "JUDGED",
    "READERS",
    "Candidate",
    "ProblemRow",
    "ReadOptions",
    "Reader",
    "domain_of",
    "read_math",
    "reader_for",
    "reader_named",
]

# In the order in which they are asked whether they know the columns: the most particular first.
READERS: Mapping[str, Reader] = {
    reader.name: reader
    for reader in (
        PackageReader(),
        CodeforcesReader(),
        LiveCodeBenchReader(),
        VerificationInfoReader(),
        SubmissionsReader(),
        CodeContestsReader(),
        TacoReader(),
        MbppReader(),
        HumanEvalReader(),
        VerlReader(),
        AppsReader(),
        OpenThoughtsReader(),
        CamelReader(),
        RiddleSenseReader(),
        MathReader(),
        PlainReader(),
        ConversationsReader(),
    )
}
_ALIASES = {
    "openthoughts114k": "openthoughts",
    "deepmindcodecontests": "codecontests",
    "codeforcespythonsubmissions": "codeforcessubmissions",
    "codeforcescots": "codeforces",
    "verifiablecodingproblemspython": "verifiablecode",
    "codegenerationlite": "livecodebench",
    "codegeneration": "livecodebench",
    "openaihumaneval": "humaneval",
    "humanevalplus": "humaneval",
    "mbppplus": "mbpp",
    "physics": "camel",
    "chemistry": "camel",
    "biology": "camel",
    "commonsenseqa": "riddlesense",
    "numinamathcot": "math",
    "numinamath15": "math",
    "openr1math220k": "math",
    "openr1mathraw": "math",
    "openthoughts21m": "conversations",
    "openthoughts312m": "conversations",
}


def reader_for(columns: Collection[str], source: str | None) -> Reader:
    """The reader named by `source`, else the first that recognises the columns.

    Raises SchemaError where there is none, or where the named one would find no tests in these columns.
    """
    names = (name if name and name == name.strip() else repr(name) for name in sorted(columns))  # blanks are seen
    have = ", ".join(names) or "none"
    if source is None and SOURCE_SCHEMA in columns:  # standard rows, whatever columns their source had
        return READERS[PlainReader.name]
    if source is None:
        found = next((reader for reader in READERS.values() if reader.recognises(columns)), None)
        if found is None:
            raise SchemaError(
                f"no known schema has these columns: {have}. Tests are looked for in "
                f"{', '.join(_all_needs())}; rename the column, or name the schema with --source ({', '.join(READERS)})"
            )
        return found
    chosen = reader_named(source)
    if not chosen.recognises(columns) and not any(column in columns for column in chosen.needs):
        raise SchemaError(
            f"source {chosen.name} has its tests in {' or '.join(chosen.needs)}, and the input has only: {have}"
        )
    return chosen


def reader_named(source: str) -> Reader:
    """The reader of a schema, by its name or that of a dataset. Raises SchemaError where there is none."""
    key = re.sub(r"[^a-z0-9]", "", source.rsplit("/", 1)[-1].lower())
    chosen = READERS.get(_ALIASES.get(key, key))
    if chosen is None:
        raise SchemaError(f"unknown source {source!r}; the known ones are {', '.join(READERS)}")
    return chosen


def _all_needs() -> list[str]:
    return sorted({column for reader in READERS.values() for column in reader.needs})
