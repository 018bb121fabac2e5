"""The folder of a run, opened: its summary, its settings, and its judged rows as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ot_code.errors import InputError
from ot_code.inputs import open_input
from ot_code.stages.conditions import texts_of

_RESPONSES = (
    "candidate", "response", "generation", "deepseek_solution", "completion", "code", "messages", "conversations",
)  # fmt: skip
_STATEMENTS = ("problem", "question", "question_content", "description", "prompt", "problem-description", "text")


@dataclass(frozen=True, slots=True)
class Output:
    """An output folder. judged: the folder of judged rows, None where the run judged nothing.

    verify: the summary of the run that judged. run: its settings.
    """

    path: Path
    summary: Mapping[str, Any]
    judged: Path | None
    verify: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The judged rows, one at a time. Raises InputError for one that cannot be read."""
        if self.judged is None or not any(self.judged.iterdir()):
            return
        for row in open_input(str(self.judged)).rows():
            if row.values is None:
                raise InputError(f"{row.where}: {row.error}")
            yield row.values

    def statement_of(self, row: Mapping[str, Any]) -> str:
        """The statement of a row's problem; empty where no column has one."""
        return next((row[name] for name in _STATEMENTS if isinstance(row.get(name), str)), "")

    def response_of(self, row: Mapping[str, Any]) -> str:
        """The answer that was judged; empty where it is not found."""
        named = (self.run.get("settings") or {}).get("response_column")
        for name in (*([named] if named else []), *_RESPONSES):
            value = row.get(name)
            if isinstance(value, Mapping):
                value = value.get("response", value.get("source"))
            text = next(texts_of(value), None)
            if text is not None:
                return text
        return ""


def open_output(path: Path) -> Output:
    """The folder that verify, build or a stage left. Raises InputError where it is none, or not finished."""
    summary = _json(path, "summary.json")
    if (path / "judged").is_dir():
        return Output(path, summary, path / "judged", summary, _json(path, "run.json"))
    inner = [found.parent for found in sorted(path.glob("stages/*/judged")) if found.is_dir()]
    if not inner:
        return Output(path, summary, None)
    last = inner[-1]
    return Output(path, summary, last / "judged", _json(last, "summary.json"), _json(last, "run.json"))


def _json(folder: Path, name: str) -> dict[str, Any]:
    file = folder / name
    try:
        found = json.loads(file.read_bytes())
    except FileNotFoundError as error:
        raise InputError(
            f"{folder}: has no {name}; it must be the finished OUT of a command (one that was stopped goes on with the "
            "same command)"
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: cannot be read ({error})") from error
    if not isinstance(found, dict):
        raise InputError(f"{file}: must hold a JSON object")
    return found
