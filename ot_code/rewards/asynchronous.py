"""The reward functions for trainers that await them: the same, in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from ot_code.rewards.reward import open_r1, trl, verl


async def trl_async(
    completions: Sequence[Any], prompts: Sequence[Any] | None = None, **columns: Any
) -> list[float | None]:
    """`trl`, awaited."""
    return await asyncio.to_thread(trl, completions, prompts, **columns)


async def open_r1_async(
    completions: Sequence[Any], prompts: Sequence[Any] | None = None, **columns: Any
) -> list[float | None]:
    """`open_r1`, awaited."""
    return await asyncio.to_thread(open_r1, completions, prompts, **columns)


async def verl_async(
    data_source: str,
    solution_str: str,
    ground_truth: Any,
    extra_info: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> dict[str, Any]:
    """`verl`, awaited."""
    return await asyncio.to_thread(verl, data_source, solution_str, ground_truth, extra_info, **kwargs)
