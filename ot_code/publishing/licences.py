"""Under which licence each source stands, as its card on the hub says; the user's word goes before ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

UNKNOWN = "unknown"
OTHER = "other"  # the hub's word for several, or for none that it knows
_OF_SCHEMA = {
    "apps": "mit",
    "taco": "apache-2.0",
    "codecontests": "cc-by-4.0",
    "codeforces": "cc-by-4.0",
    "openthoughts": "apache-2.0",
    "humaneval": "mit",
    "mbpp": "cc-by-4.0",
    "camel": "cc-by-nc-4.0",
}


def licences_of(
    sources: Iterable[str], schemas: Mapping[str, Iterable[str]], given: Mapping[str, str]
) -> dict[str, str]:
    """The licence of each source. schemas: those that a source's rows have. given: by source, or by schema."""
    return {source: _licence(source, set(schemas.get(source, ())), given) for source in sources}


def _licence(source: str, schemas: set[str], given: Mapping[str, str]) -> str:
    if source in given:
        return given[source]
    found = {given.get(name) or _OF_SCHEMA.get(name, UNKNOWN) for name in schemas}
    return found.pop() if len(found) == 1 else UNKNOWN


def header_licence(licences: Mapping[str, str]) -> str | list[str]:
    """The card's licence: the one that all have, several, or "other" where one is not known."""
    found = sorted(set(licences.values()))
    if not found or UNKNOWN in found:
        return OTHER
    return found[0] if len(found) == 1 else found
