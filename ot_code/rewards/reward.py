"""The reward functions, as trainers call them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ot_code.errors import RewardError
from ot_code.rewards.batches import Batch, as_row, batch_of
from ot_code.rewards.pool import Asked, judged
from ot_code.rewards.scores import as_verl, score_of
from ot_code.rows import BESIDE_TESTS

PARTIAL = ("all_or_nothing", "fraction")
_LOG = logging.getLogger("ot_code.rewards")
_WHERE_VERL_LOOKS = ("ability", "language", "starter_code", *BESIDE_TESTS)  # of extra_info: what publish writes there


@dataclass(frozen=True, slots=True)
class Reward:
    """Reward functions under one set of settings. Thread-safe, and may be pickled.

    partial: "all_or_nothing": 1 or 0; "fraction": programs get the share of tests that they pass, so all tests are run.
    deadline_s: what a call may take; what is not judged by then is a fault of ours. None: as long as the programs do.
    Raises ValueError naming the setting.
    """

    partial: str = "all_or_nothing"
    deadline_s: float | None = None

    def __post_init__(self) -> None:
        if self.partial not in PARTIAL:
            raise ValueError(f"partial must be {' or '.join(PARTIAL)}, not {self.partial!r}")
        if self.deadline_s is not None and not self.deadline_s > 0:
            raise ValueError(f"deadline_s must be positive, not {self.deadline_s!r}")

    def trl(
        self, completions: Sequence[Any], prompts: Sequence[Any] | None = None, **columns: Any
    ) -> list[float | None]:
        """For TRL: a number for each completion, None where nobody knows (a fault of ours, a row without tests).

        completions: texts, or lists of messages. columns: those of the dataset, each a list.
        Raises RewardError where no pool can be had or the columns say nothing to judge by.
        """
        batch = batch_of(completions, prompts, columns)
        return [None if each is None else score_of(each, fraction=self._fraction) for each in self._found(batch)]

    def open_r1(
        self, completions: Sequence[Any], prompts: Sequence[Any] | None = None, **columns: Any
    ) -> list[float | None]:
        """For open-r1's code rows: as `trl`, by the column `verification_info` alone."""
        if "verification_info" not in columns:
            raise RewardError(f"open_r1 needs the column verification_info; there are {', '.join(sorted(columns))}")
        kept = {name: columns[name] for name in ("verification_info", "language", "problem_id") if name in columns}
        return self.trl(completions, prompts, **kept)

    def verl(
        self,
        data_source: str,
        solution_str: str,
        ground_truth: Any,
        extra_info: Mapping[str, Any] | None = None,
        **kwargs: Any,  # noqa: ARG002 - verl hands over more from version to version
    ) -> dict[str, Any]:
        """For verl's `compute_score`: a dict with `score` and constant keys.

        Raises RewardError for a fault of ours; it is never a 0.
        """
        return self.verl_batch([data_source], [solution_str], [ground_truth], [extra_info])[0]

    def verl_batch(
        self,
        data_sources: Sequence[str],
        solution_strs: Sequence[str],
        ground_truths: Sequence[Any],
        extra_infos: Sequence[Mapping[str, Any] | None] | None = None,
        **kwargs: Any,  # noqa: ARG002 - as above
    ) -> list[dict[str, Any]]:
        """For verl's batch reward manager: a dict for each. Raises RewardError for a fault of ours."""
        batch = Batch()
        extras = extra_infos if extra_infos is not None else [None] * len(solution_strs)
        for source, said, truth, extra in zip(data_sources, solution_strs, ground_truths, extras, strict=True):
            more = {name: extra[name] for name in _WHERE_VERL_LOOKS if name in extra} if extra else {}
            columns = {"data_source": source, "reward_model": {"ground_truth": truth}, **more}
            batch.add(as_row(columns), said)
        found = self._found(batch)
        missing = sum(each is None for each in found)
        if missing:
            raise RewardError(
                f"{missing} of {len(found)} completions could not be judged, tried again and in vain; the log of "
                "ot_code.rewards says why. A fault of ours is no reward: let the step fail, or drop these samples"
            )
        return [as_verl(each, fraction=self._fraction) for each in found if each is not None]

    @property
    def _fraction(self) -> bool:
        return self.partial == "fraction"

    def _found(self, batch: Batch) -> list[dict[str, Any] | None]:
        """What was found of each completion, in their order; None for a fault of ours."""
        found = judged(batch, Asked(all_tests=self._fraction, deadline_s=self.deadline_s))
        unknown = {
            f"{each['verdict']}: {each['reason']}" for each in found if each is not None and each["passed"] is None
        }
        for sentence in sorted(unknown)[:5]:
            _LOG.warning("a completion has no reward: %s", sentence)
        return found


def trl(completions: Sequence[Any], prompts: Sequence[Any] | None = None, **columns: Any) -> list[float | None]:
    """`Reward().trl`."""
    return Reward().trl(completions, prompts, **columns)


def open_r1(completions: Sequence[Any], prompts: Sequence[Any] | None = None, **columns: Any) -> list[float | None]:
    """`Reward().open_r1`."""
    return Reward().open_r1(completions, prompts, **columns)


def verl(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    *,
    partial: str = "all_or_nothing",
    deadline_s: float | None = None,
    **kwargs: Any,
) -> dict[str, Any]:
    """`Reward(partial, deadline_s).verl`; the two are what `reward_kwargs` may set."""
    return Reward(partial, deadline_s).verl(data_source, solution_str, ground_truth, extra_info, **kwargs)


def verl_batch(
    data_sources: Sequence[str],
    solution_strs: Sequence[str],
    ground_truths: Sequence[Any],
    extra_infos: Sequence[Mapping[str, Any] | None] | None = None,
    *,
    partial: str = "all_or_nothing",
    deadline_s: float | None = None,
    **kwargs: Any,
) -> list[dict[str, Any]]:
    """`Reward(partial, deadline_s).verl_batch`."""
    return Reward(partial, deadline_s).verl_batch(data_sources, solution_strs, ground_truths, extra_infos, **kwargs)
