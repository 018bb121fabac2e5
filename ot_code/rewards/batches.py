"""What a trainer hands over -> rows with their responses, equal rows once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from code_pipeline.readers.domain import TEST_COLUMNS

RESPONSES = "ot_code_responses"  # the column that the pool reads answers from; no dataset has it
_TRAINERS_OWN = frozenset(
    {"prompts", "completions", "completion_ids", "prompt_ids", "trainer_state", "log_extra", "log_metric",
     "environments"}
)  # fmt: skip
_PLAIN = (str, int, float, bool, bytes, list, tuple, dict)


@dataclass(slots=True)
class Batch:
    """Rows, each with its responses. places: of each completion of the trainer, its row and its place in that row."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)

    def add(self, columns: Mapping[str, Any], response: str) -> None:
        """Adds a completion of the row that has these columns."""
        key = json.dumps(columns, skipkeys=True, default=_as_data)  # unsorted: keys of several types have no order
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self.rows)
            self.rows.append({"columns": json.loads(key), "responses": []})
        responses = self.rows[number]["responses"]
        self.places.append((number, len(responses)))
        responses.append(response)


def batch_of(completions: Sequence[Any], prompts: Sequence[Any] | None, columns: Mapping[str, Any]) -> Batch:
    """The batch of one call. columns: each a list with a value for each completion, as TRL hands them over.

    Raises ValueError for a column of another length, TypeError for a completion that is neither text nor messages.
    """
    batch = Batch()
    wanted = {name: values for name, values in columns.items() if name not in _TRAINERS_OWN and _is_column(values)}
    if prompts is not None and len(prompts) != len(completions):
        raise ValueError(f"there are {len(prompts)} prompts for {len(completions)} completions")
    for name, values in wanted.items():
        if len(values) != len(completions):
            raise ValueError(f"column {name!r} has {len(values)} values for {len(completions)} completions")
    for at, completion in enumerate(completions):
        row = {name: values[at] for name, values in wanted.items() if values[at] is None or _is_data(values[at])}
        if prompts is not None:
            row.setdefault("prompt", prompts[at])
        batch.add(as_row(row), text_of(completion))
    return batch


def as_row(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as a reader knows them: a bare `ground_truth` may hold tests or an answer, as verl's does.

    Beside tests it is a solution, and says nothing that they do not.
    """
    row = {"prompt": "", **columns}
    has_tests = any(_is_there(row.get(name)) for name in TEST_COLUMNS)
    if row.get("ground_truth") is not None and "reward_model" not in row and not has_tests:
        row["reward_model"] = {"ground_truth": row["ground_truth"]}
    return row


def _is_there(value: Any) -> bool:
    """Whether a cell holds anything; an array has no truth value."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def text_of(completion: Any) -> str:
    """What a model said: the text, or that of the assistant's last message. Raises TypeError."""
    if isinstance(completion, str):
        return completion
    if isinstance(completion, Mapping):
        completion = [completion]
    if isinstance(completion, (list, tuple)):
        for message in reversed(completion):
            if not isinstance(message, Mapping):
                break
            if message.get("role", "assistant") == "assistant":
                return _content(message.get("content"))
        else:
            return ""  # messages, and none of them the assistant's: it said nothing
    raise TypeError(f"a completion must be text or a list of messages, not {completion!r:.80}")


def _content(content: Any) -> str:
    if isinstance(content, (list, tuple)):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _is_column(values: Any) -> bool:
    is_array = hasattr(values, "tolist") and getattr(values, "ndim", 0) > 0
    return is_array or (isinstance(values, Sequence) and not isinstance(values, (str, bytes)))


def _is_data(value: Any) -> bool:
    return isinstance(value, _PLAIN) or hasattr(value, "tolist")


def _as_data(value: Any) -> Any:
    """Arrays and scalars of numpy or torch as lists and numbers, bytes as text; what nothing can read by its name."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return value.decode(errors="replace") if isinstance(value, bytes) else str(type(value))
