"""The dataset card: README.md with the header that the hub and `datasets` read, counts, licences, recipe, figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from ot_code.publishing.licences import UNKNOWN, header_licence, licences_of
from ot_code.publishing.tally import PublishTally

_SIZES = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"),
)  # fmt: skip
_FIGURES = {
    "verdicts.svg": "Verdicts by domain",
    "pass_rates.svg": "Share of answers that passed, by problem",
    "lengths.svg": "Answers by length",
}
_CONFIGS = {
    "verified": "answers that were found right, as conversations",
    "unverified": "all answers, right or wrong or not judged, in the same form",
    "metadata": "all answers with problem, ground truth, tests, verdict and what judged them",
}

_JUDGED = (
    "Made with ot-code. Answers were judged by running them against tests, or by comparing them with the gold answer. "
    "In the config `metadata`, `passed` says what was found (null: nobody knows), `reason` why, and `kept` whether the "
    "row is in `verified`."
)
_UNJUDGED = "Made with ot-code. The answers were not judged."


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says. configs: name to rows, in order. format: of the conversations. recipe: its text."""

    name: str
    configs: Mapping[str, int]
    format: str
    style: str
    split: str
    tally: PublishTally
    licences: Mapping[str, str] = field(default_factory=dict)
    recipe: str | None = None
    figures: Sequence[str] = ()

    def text(self) -> str:
        """The card, header and all."""
        licences = licences_of(sorted(self.tally.by_source), self.tally.schemas, self.licences)
        header = yaml.safe_dump(self._header(licences), sort_keys=False, allow_unicode=True)
        parts = [
            f"# {self.name}",
            _JUDGED if self.tally.is_judged else _UNJUDGED,
            self._configs(),
            self._domains(),
            self._sources(licences),
            *([self._judged_with()] if self.tally.lineage else []),
            *([f"## Recipe\n\n````yaml\n{self.recipe.rstrip()}\n````"] if self.recipe else []),
        ]
        return f"---\n{header}---\n\n" + "\n\n".join(parts) + "\n"

    def _header(self, licences: Mapping[str, str]) -> dict[str, Any]:
        most = max(self.configs.values(), default=0)
        entries = [
            {
                "config_name": name,
                "data_files": [{"split": self.split, "path": f"{name}/{self.split}-*"}],
                **({"default": True} if place == 0 else {}),
            }
            for place, name in enumerate(self.configs)
        ]
        domains = sorted(name for name in self.tally.by_domain if not name.startswith("("))
        return {
            "license": header_licence(licences),
            "pretty_name": self.name,
            "task_categories": ["text-generation"],
            "size_categories": [next((name for bound, name in _SIZES if most < bound), "100M<n<1B")],
            "tags": ["ot-code", "reasoning", *domains],
            "configs": entries,
        }

    def _configs(self) -> str:
        lines = ["## Configs", "", "| config | rows | what |", "|---|---|---|"]
        lines += [f"| `{name}` | {rows:,} | {_CONFIGS[name]} |" for name, rows in self.configs.items()]
        told = f"Conversations are in the format `{self.format}`"
        told += "." if self.format == "verl" else f", answers in the style `{self.style}`."
        first = next(iter(self.configs))
        load = f'rows = load_dataset("OWNER/NAME", "{first}", split="{self.split}")'
        code = f"```python\nfrom datasets import load_dataset\n\n{load}\n```"
        return "\n".join([*lines, "", told, "", code])

    def _domains(self) -> str:
        lines = ["## Counts", "", "| domain | verdict | answers |", "|---|---|---|"]
        for domain, counts in sorted(self.tally.by_domain.items()):
            for verdict, count in sorted(counts.items(), key=lambda item: -item[1]):
                lines.append(f"| {_cell(domain)} | {_cell(verdict)} | {count:,} |")
        total = f"{self.tally.read:,} answers, of which {self.tally.kept:,} were kept"
        if self.tally.without_answer:
            total += f"; {self.tally.without_answer:,} rows have no answer"
        shown = [f"![{_FIGURES[name]}](figures/{name})" for name in self.figures]
        return "\n".join([*lines, "", f"{total}.", *(["", *shown] if shown else [])])

    def _sources(self, licences: Mapping[str, str]) -> str:
        lines = ["## Sources and licences", "", "| source | answers | kept | licence |", "|---|---|---|---|"]
        for name, counts in sorted(self.tally.by_source.items(), key=lambda item: -item[1]["rows"]):
            lines.append(f"| {_cell(name)} | {counts['rows']:,} | {counts['kept']:,} | {_cell(licences[name])} |")
        if UNKNOWN in licences.values():
            lines += ["", f"`{UNKNOWN}`: look at the source's own page before you use its rows."]
        return "\n".join(lines)

    def _judged_with(self) -> str:
        lines = ["## Judged with", "", "| what | answers |", "|---|---|"]
        lines += [f"| {_cell(told)} | {count:,} |" for told, count in self.tally.lineage.most_common(20)]
        return "\n".join([*lines, "", "The limits of each answer stand in its `lineage`."])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())[:200]
