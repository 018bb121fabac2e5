"""A recipe: which sources, and what is done with their rows, checked as a whole before anything is read.

name: mine
sources:
  - {input: problems.jsonl, domain: code, where: {difficulty: {min: 3}}, take: {n: 100, per: source, seed: 1}}
stages:
  - filter: {like: openthoughts}
  - verify: {answers: right}
  - mix: {by: domain, shares: {code: 0.5, math: 0.5}}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from code_pipeline.errors import SchemaError
from code_pipeline.readers import reader_named
from code_pipeline.readers.mapped import ColumnMap
from ot_code.building.base import Step
from ot_code.building.steps import STAGES
from ot_code.building.yaml_text import YamlText, read_yaml
from ot_code.config import ROW_DOMAINS
from ot_code.errors import InputError, SettingError
from ot_code.given import Given, shown
from ot_code.stages.conditions import conditions_of
from ot_code.stages.filter import Filter, Take

_HOME = Path(__file__).resolve().parents[1]
_FOLDERS = (_HOME / "recipes", _HOME.parent / "recipes")  # in an installed package, in a checkout


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one input. where and take: which of them, after `limit`, the first so many."""

    input: str
    name: str
    split: str | None = None
    domain: str | None = None
    source: str | None = None
    schema: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    limit: int | None = None
    chosen: Filter = field(default_factory=Filter)

    @classmethod
    def of(cls, given: Given, number: int) -> Source:
        """From a recipe's table. Raises SettingError."""
        columns = given.table("map")
        for column, name in columns.items():
            if not isinstance(name, str):
                raise SettingError(columns.at(column), f"must be the name of a field, not {shown(name)}")
        _known(columns.path, lambda: ColumnMap(columns.plain))
        schema = given.text("schema", None)
        if schema is not None:
            _known(given.at("schema"), lambda: reader_named(schema))
        asked = {name: given.value(name) for name in ("where", "take") if name in given}
        chosen = Filter(
            where=conditions_of(given.table("where")),
            take=Take.of(given.table("take")) if "take" in given else None,
            given=asked,
        )
        source, place = given.text("source", None), given.text("input")
        stem = "".join(letter if letter.isalnum() else "-" for letter in source or Path(place).stem).strip("-")
        made = cls(
            input=place,
            name=f"{number:02d}-{stem[:60] or 'source'}",
            split=given.text("split", None),
            domain=given.choice("domain", ROW_DOMAINS, None),
            source=source,
            schema=schema,
            columns=dict(columns.items()),
            limit=given.whole("limit", None, least=1),
            chosen=chosen,
        )
        given.finish()
        return made


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a build is to do. file: where it stands; its paths start from there."""

    file: Path
    name: str
    sources: tuple[Source, ...]
    steps: tuple[Step, ...]

    @property
    def folders(self) -> list[str]:
        """The folder of each step, in order."""
        return [f"{number:02d}-{step.name}" for number, step in enumerate(self.steps, 1)]


def load_recipe(name: str) -> Recipe:
    """The recipe in a file, or one of those that come with ot-code, by its name.

    Raises InputError where there is none, SettingError with file, line and key for what is wrong in it.
    """
    file = find_recipe(name)
    return recipe_of(read_yaml(file), file)


def find_recipe(name: str) -> Path:
    """The file of a recipe. Raises InputError naming those that come with ot-code."""
    file = Path(name)
    if file.is_file():
        return file
    for folder in _FOLDERS:
        ours = folder / f"{name}.yaml"
        if ours.is_file():
            return ours
    known = sorted({path.stem for folder in _FOLDERS for path in folder.glob("*.yaml")})
    raise InputError(f"{name}: there is no such file; the recipes that come with ot-code are {', '.join(known)}")


def recipe_of(text: YamlText, file: Path) -> Recipe:
    """The recipe that stands in the text. Raises SettingError."""
    try:
        return _recipe(Given(text.values), file)
    except SettingError as error:
        raise text.located(error) from error


def _recipe(given: Given, file: Path) -> Recipe:
    name = given.text("name", file.stem)
    given.text("description", None)
    sources = [Source.of(Given(item, path), number) for number, (item, path) in enumerate(_items(given, "sources"), 1)]
    if not sources:
        raise SettingError(given.at("sources"), "must name at least one source")
    steps = [_step(item, path) for item, path in _items(given, "stages")]
    given.finish()
    for number, step in enumerate(steps):
        path = (*given.at("stages"), number, "publish")
        if step.name == "publish" and number < len(steps) - 1:
            raise SettingError(path, "must be the last stage: it hands no rows on")
        if step.name == "publish" and number == 0:
            raise SettingError(path, "needs a stage before it, such as verify")
    return Recipe(file, name, tuple(sources), tuple(steps))


def _known(path: tuple[str | int, ...], look_up: Callable[[], object]) -> None:
    """Raises SettingError where what the key names is not known."""
    try:
        look_up()
    except SchemaError as error:
        raise SettingError(path, str(error).removeprefix("--map").lstrip(": ")) from error


def _items(given: Given, name: str) -> list[tuple[Any, tuple[str | int, ...]]]:
    found = given.value(name, [])
    if not isinstance(found, list):
        raise SettingError(given.at(name), f"must be a list (each item begins with '- '), not {shown(found)}")
    return [(item, (*given.at(name), number)) for number, item in enumerate(found)]


def _step(item: Any, path: tuple[str | int, ...]) -> Step:
    if isinstance(item, str):
        item = {item: {}}
    if not isinstance(item, Mapping) or len(item) != 1:
        raise SettingError(path, f"must be one stage with its settings, such as `filter: {{...}}`, not {shown(item)}")
    ((kind, settings),) = item.items()
    if kind not in STAGES:
        near = get_close_matches(str(kind), STAGES, 1)
        hint = f"did you mean {near[0]}?" if near else f"the stages are {', '.join(STAGES)}"
        raise SettingError((*path, kind) if isinstance(kind, str) else path, f"is no stage: {hint}")
    return STAGES[kind](Given({} if settings is None else settings, (*path, kind)))
