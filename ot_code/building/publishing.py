"""The step that publishes: `ot-code publish` in a recipe, always the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ot_code.building.base import Context, Done
from ot_code.errors import InputError, MadeOtherwiseError, SettingError, UsageError
from ot_code.given import Given, shown
from ot_code.inputs import Table
from ot_code.publishing.tally import UNJUDGED
from ot_code.publishing.templates import Templates, templates_of
from ot_code.stages.publish import PublishSettings, publish

_JUDGING = ("verify", "sample")


@dataclass(frozen=True, slots=True)
class PublishStep:
    """Writes the dataset. given: as the recipe has it."""

    config: PublishSettings
    given: Mapping[str, Any] = field(default_factory=dict)

    name = "publish"

    @classmethod
    def of(cls, given: Given) -> PublishStep:
        """From a recipe's table. Raises SettingError."""
        licences = given.table("licences")
        for source, licence in licences.items():
            if not isinstance(licence, str):
                raise SettingError(licences.at(source), f"must be the name of a licence, not {shown(licence)}")
        try:
            templates = templates_of(given.table("templates").plain) if "templates" in given else Templates()
            config = PublishSettings(
                input="",
                out=Path(),
                format=given.text("format", "sharegpt"),
                style=given.text("style", "openthoughts"),
                templates=templates,
                name=given.text("name", None),
                licences=dict(licences.items()),
            )
        except SettingError:
            raise
        except (UsageError, InputError) as error:
            raise SettingError(given.path, str(error)) from error
        given.finish()
        return cls(config, given.plain)

    def settings(self) -> Mapping[str, Any]:
        """As given."""
        return {"format": self.config.format, "style": self.config.style, **self.given}

    def run(self, table: Table, out: Path, context: Context) -> Done:
        """Raises as publish does."""
        last, unverified = _mixes(context)
        config = replace(
            self.config,
            input=str(last),
            unverified=None if unverified is None else str(unverified),
            out=out,
            name=self.config.name or context.name,
            recipe=context.recipe,
            push=context.push,
        )
        try:
            summary = publish(config, quiet=context.quiet)
        except MadeOtherwiseError:
            summary = publish(replace(config, overwrite=True), quiet=context.quiet)
        written, unread = summary["read"], summary["malformed"]
        is_judged = any(name != UNJUDGED for verdicts in summary["by_domain"].values() for name in verdicts)
        kept = summary["kept"] if is_judged else written
        reasons = {"malformed": unread, "in the unverified mix alone": written - kept}
        counts = {
            **summary,
            "stage": self.name,
            "input_rows": table.row_count,
            "read": written + unread,
            "kept": kept,
            "removed": written + unread - kept,
            "reasons": {name: count for name, count in reasons.items() if count},
        }
        return Done(counts, None)


def _mixes(context: Context) -> tuple[Path, Path | None]:
    """What is published, and the mix before verification where that stands elsewhere.

    The output of verify holds both. What was drawn from the right answers since then holds the verified mix alone, and
    the other is what came before verify.
    """
    (kind, last) = context.before[-1]
    judging = [place for place, (name, _) in enumerate(context.before) if name in _JUDGING]
    if kind in _JUDGING or not judging or context.answers == "all":
        return last, None
    place = judging[-1]
    if context.before[place][0] == "sample":  # before it there were no answers
        return last, context.before[place][1]
    return last, context.before[place - 1][1] if place > 0 else None
