"""publish: judged rows -> a dataset as the hub has them: configs in Parquet shards, a card, and the push if asked for.

The configs: `verified` (answers that were kept), `unverified` (all answers), both in the format of a trainer, and
`metadata` (all answers as unified rows). A run that was stopped while it wrote starts over; a push goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import ot_code
from ot_code.errors import InputError, UsageError
from ot_code.outputs import SUMMARY_FILE, OutputFolder
from ot_code.progress import Progress
from ot_code.publishing.card import Card
from ot_code.publishing.figures import figures_of
from ot_code.publishing.formats import FORMATS, Format, dataset_info, format_types
from ot_code.publishing.push import Destination, push_folder
from ot_code.publishing.rows import Published, rows_to_publish
from ot_code.publishing.secrets import plain_without_secrets, without_secrets
from ot_code.publishing.shards import ConfigShards
from ot_code.publishing.tally import PublishTally
from ot_code.publishing.templates import STYLES, Templates
from ot_code.rows import answers_in, arrow_types, unified

CARD = "README.md"
DATASET_INFO = "dataset_info.json"
VERIFIED, UNVERIFIED, METADATA = "verified", "unverified", "metadata"
VERSION = 1  # of what is written; a part of run.json
_SPLIT = "train"
_FIGURES = "figures"


@dataclass(frozen=True, slots=True)
class PublishSettings:
    """What to publish, and how.

    input: the output of `ot-code verify` (or its folder judged/ or kept/), of another command, or any rows.
    unverified: where the mix before verification stands, if not in `input`; all of `input` is verified then.
    format: sharegpt, messages, trl or verl. style: of answers: openthoughts, think or plain. licences: by source or
    schema, before what is known of them. recipe: the file that the card shows. push: owner/name on the hub, or a name
    for HF_ORG to own; None: nothing leaves this machine.
    """

    input: str
    out: Path
    unverified: str | None = None
    format: str = "sharegpt"
    style: str = "openthoughts"
    templates: Templates = field(default_factory=Templates)
    name: str | None = None
    licences: Mapping[str, str] = field(default_factory=dict)
    recipe: Path | None = None
    push: str | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        """Raises UsageError for what cannot be meant."""
        for option, value, known in (("format", self.format, FORMATS), ("style", self.style, STYLES)):
            if value not in known:
                raise UsageError(f"{option}: must be one of {', '.join(known)}, not {value!r}")

    def identity(self) -> dict[str, Any]:
        """What the output depends on beside the rows, as plain JSON without secrets."""
        plain = {
            "version": VERSION,
            "format": self.format,
            "style": self.style,
            "templates": self.templates.identity(),
            "name": self.name,
            "licences": dict(sorted(self.licences.items())),
            "recipe": _recipe_text(self.recipe),
        }
        found: dict[str, Any] = plain_without_secrets(plain)
        return found


def publish(settings: PublishSettings, *, quiet: bool = False) -> dict[str, Any]:
    """Writes the dataset to settings.out, pushes it where that is asked for, and returns what stands in summary.json.

    With `pushed`, the address of the repository, where it was pushed. Raises UsageError, InputError, OutputError or
    OSError for what stops it; whatever does, the same call goes on, the push too.
    """
    destination = None if settings.push is None else Destination.of(settings.push)  # refused before hours of writing
    rows = rows_to_publish(settings.input)
    mix = None if settings.unverified is None else rows_to_publish(settings.unverified)
    with OutputFolder(settings.out) as folder:
        inputs = [settings.input, settings.unverified]
        folder.claim(_identity(settings, rows, mix), overwrite=settings.overwrite, anew=True, inputs=inputs)
        journal = folder.journal()
        if not journal.finished:
            journal.close()
            folder.restart()
            journal = folder.journal()
        with journal:
            if not journal.finished:
                with Progress(total=rows.count, quiet=quiet) as screen:
                    _Writing(settings, folder, screen).write(rows, mix)
                journal.mark("finished")
            folder.tidy()
        summary = folder.read_json(SUMMARY_FILE)
        if destination is not None:
            pushed = push_folder(settings.out, destination, configs=list(summary["configs"]), quiet=quiet)
            summary = {**summary, "pushed": pushed}
        return summary


def _identity(settings: PublishSettings, rows: Published, mix: Published | None) -> dict[str, Any]:
    return {
        "input": {"spec": without_secrets(settings.input), "fingerprint": rows.fingerprint},
        **({} if mix is None else {"unverified": {"spec": settings.unverified, "fingerprint": mix.fingerprint}}),
        "stage": "publish",
        "settings": settings.identity(),
        "versions": {"ot-code": ot_code.__version__},
    }


def _recipe_text(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return without_secrets(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: the recipe cannot be read ({error})") from error


class _Writing:
    """One writing of a dataset, from the first row to the card."""

    def __init__(self, settings: PublishSettings, folder: OutputFolder, screen: Progress) -> None:
        self._settings = settings
        self._folder = folder
        self._screen = screen
        self._format = Format(settings.format, settings.style, settings.templates, _SPLIT)
        self._tally = PublishTally()
        types = format_types(settings.format)
        path = folder.path
        self._verified = ConfigShards(path, VERIFIED, types, _SPLIT)
        self._unverified = ConfigShards(path, UNVERIFIED, types, _SPLIT)
        self._metadata = ConfigShards(path, METADATA, arrow_types(), _SPLIT)
        self._seen: dict[str, set[int]] = {VERIFIED: set(), UNVERIFIED: set()}  # problems, of formats of one row each

    def write(self, rows: Published, mix: Published | None) -> None:
        for row, found in self._unified(rows):
            if mix is not None:
                found["kept"] = True
            self._tally.count(found, row.get("source_schema"))
            if found["kept"]:
                self._put(self._verified, found)
            if mix is None:
                self._put(self._unverified, found)
            self._metadata.add(found)
        unread = rows.unread
        if mix is not None:
            for _, found in self._unified(mix):
                self._put(self._unverified, found)
            unread += mix.unread
        if self._tally.read == 0:
            raise InputError(f"{self._settings.input}: has no row that can be published ({unread} cannot be read)")
        self._complete(unread)

    def _unified(self, rows: Published) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
        for number, row in enumerate(rows):
            self._screen.rows(number)
            for answer in answers_in(row):
                yield answer, unified(answer)

    def _put(self, shards: ConfigShards, found: Mapping[str, Any]) -> None:
        if self._format.per_problem:
            seen = self._seen[shards.config]
            key = _key(found)
            if key in seen:
                return
            seen.add(key)
        row = self._format.row(found, shards.rows)
        if row is not None:
            shards.add(row)

    def _complete(self, unread: int) -> None:
        # A config without rows could not be loaded: so there is no verified mix where nothing was judged, or right.
        shards = [each for each in (self._verified, self._unverified, self._metadata) if each.rows]
        for each in shards:
            each.close()
        configs = {each.config: each.rows for each in shards}
        settings, path = self._settings, self._folder.path
        name = without_secrets(settings.name or (settings.push or settings.out.resolve().name).rsplit("/", 1)[-1])
        figures = figures_of(self._tally)
        (path / _FIGURES).mkdir(exist_ok=True)
        for file, text in figures.items():
            (path / _FIGURES / file).write_text(text, "utf-8")
        card = Card(
            name=name, configs=configs, format=settings.format, style=settings.style, split=_SPLIT, tally=self._tally,
            licences=settings.licences, recipe=_recipe_text(settings.recipe), figures=list(figures),
        )  # fmt: skip
        (path / CARD).write_text(without_secrets(card.text()), "utf-8")
        info = dataset_info(name, settings.format, [each for each in configs if each != METADATA])
        if info is not None:
            self._folder.write_json(DATASET_INFO, info)
        said = {"stage": "publish", "configs": configs, "malformed": unread, **self._tally.as_json()}
        self._folder.write_json(SUMMARY_FILE, plain_without_secrets(said))


def _key(found: Mapping[str, Any]) -> int:
    """A problem in 8 bytes, so that a million of them are remembered in 60 MB."""
    name = f"{found['source']}\0{found['id']}".encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big")
