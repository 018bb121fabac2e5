"""Unified rows as rows of a trainer's format: ShareGPT, messages, TRL, verl; and how LLaMA-Factory finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from code_pipeline.types import Verdict
from ot_code.publishing.templates import Templates, answer_text
from ot_code.rows import BESIDE_TESTS, beside_types

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = ("sharegpt", "messages", "trl", "verl")
_NAMED = ("id", "domain", "source")
_JUDGED_BY = ("language", "starter_code", *BESIDE_TESTS)  # beside the tests
_TRUTH = ("ground_truth", "test_cases", *_JUDGED_BY, "passed")


@dataclass(frozen=True, slots=True)
class Format:
    """How unified rows become rows of a format. split: its name, which verl's rows hold."""

    name: str
    style: str
    templates: Templates
    split: str

    @property
    def per_problem(self) -> bool:
        """Whether there is one row a problem, and not one an answer."""
        return self.name == "verl"

    def row(self, unified: Mapping[str, Any], number: int) -> dict[str, Any] | None:
        """The row, or None where the unified one has not what it needs. number: its place in the config."""
        if not unified["problem"]:
            return None
        if self.per_problem:
            return self._verl(unified, number)
        if unified["solution"] is None or not (unified["solution"] or unified["reasoning"]):
            return None
        system = self.templates.system_for(unified, self.style)
        asked, answer = self.templates.prompt(unified), answer_text(unified, self.style)
        row = {name: unified[name] for name in _NAMED}
        if self.name == "sharegpt":
            turns = [{"from": "user", "value": asked}, {"from": "assistant", "value": answer}]
            return {**row, "system": system, "conversations": turns}
        prompt = [*([_message("system", system)] if system else []), _message("user", asked)]
        if self.name == "messages":
            return {**row, "messages": [*prompt, _message("assistant", answer)]}
        truth = {name: unified[name] for name in _TRUTH}
        return {**row, "prompt": prompt, "completion": [_message("assistant", answer)], **truth}

    def _verl(self, unified: Mapping[str, Any], number: int) -> dict[str, Any] | None:
        truth = unified["test_cases"] if unified["domain"] == "code" else unified["ground_truth"]
        if not truth or unified["verdict"] == Verdict.BAD_PROBLEM:
            return None
        system = self.templates.system_for(unified, self.style)
        extra = {"split": self.split, "index": number, "id": unified["id"]}
        return {
            "data_source": unified["source"] or "",
            "prompt": [
                *([_message("system", system)] if system else []),
                _message("user", self.templates.prompt(unified)),
            ],
            "ability": unified["domain"] or "",
            "reward_model": {"style": "rule", "ground_truth": truth},
            "extra_info": {
                **extra,
                "ability": unified["domain"],  # verl hands a reward function what is in here, and nothing else
                **{name: unified[name] for name in _JUDGED_BY},
                "sample_count": unified["sample_count"],
                "pass_rate": unified["pass_rate"],
            },
        }


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def format_types(name: str) -> dict[str, pa.DataType]:
    """The Arrow type of each column of a format, in order."""
    import pyarrow as pa  # noqa: PLC0415 - 0.3 s that `ot-code --help` does not need

    text, whole = pa.string(), pa.int64()
    messages = pa.list_(pa.struct([("role", text), ("content", text)]))
    named = dict.fromkeys(_NAMED, text)
    judged_by = {**dict.fromkeys(_JUDGED_BY, text), **beside_types()}
    if name == "sharegpt":
        turns = pa.list_(pa.struct([("from", text), ("value", text)]))
        return {**named, "system": text, "conversations": turns}
    if name == "messages":
        return {**named, "messages": messages}
    if name == "trl":
        truth = {"ground_truth": text, "test_cases": text, **judged_by, "passed": pa.bool_()}
        return {**named, "prompt": messages, "completion": messages, **truth}
    extra = [("split", text), ("index", whole), ("id", text), ("ability", text), *judged_by.items()]
    return {
        "data_source": text,
        "prompt": messages,
        "ability": text,
        "reward_model": pa.struct([("style", text), ("ground_truth", text)]),
        "extra_info": pa.struct([*extra, ("sample_count", whole), ("pass_rate", pa.float64())]),
    }


def dataset_info(name: str, format_name: str, configs: list[str]) -> dict[str, Any] | None:
    """LLaMA-Factory's dataset_info.json: an entry for each config of conversations; None for formats of others."""
    if format_name == "sharegpt":
        columns = {"messages": "conversations", "system": "system"}
        tags = {"role_tag": "from", "content_tag": "value", "user_tag": "user", "assistant_tag": "assistant"}
    elif format_name == "messages":
        columns = {"messages": "messages"}
        tags = {
            "role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant",
            "system_tag": "system",
        }  # fmt: skip
    else:
        return None
    entry = {"formatting": "sharegpt", "columns": columns, "tags": tags}
    return {f"{name}_{config}": {"file_name": config, **entry} for config in configs}
