"""Rows drawn at random, group by group, and yet the same each time: those with the least hash of seed and row.

So a draw depends on the rows themselves: not on how they lie in files, nor on their order, nor on the other rows. Equal
rows are drawn in the order in which they come. It holds 12 bytes a row.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ot_code.shapes import clean_text
from ot_code.stages.base import Row

_NO_GROUP = -1


class Draw:
    """Takes note of every row, with its group, and then says which are drawn."""

    def __init__(self, seed: int) -> None:
        self._seed = str(seed).encode()
        self._numbers: dict[str, int] = {}
        self._groups = array("i")
        self._ranks = array("Q")

    def add(self, row: Row, group: str | None) -> None:
        """Notes the next row; None: it is in no group, and so never drawn."""
        if group is None:
            self._groups.append(_NO_GROUP)
            self._ranks.append(0)
        else:
            self._groups.append(self._numbers.setdefault(group, len(self._numbers)))
            self._ranks.append(rank_of(row, self._seed))

    def counts(self) -> dict[str, int]:
        """The rows noted in each group."""
        groups = np.array(self._groups, dtype=np.int32)
        found = np.bincount(groups[groups >= 0], minlength=len(self._numbers))
        return {name: int(found[number]) for name, number in self._numbers.items()}

    def chosen(self, quotas: Mapping[str, int]) -> npt.NDArray[np.bool_]:
        """For each row noted, whether it is drawn: of each group as many as its quota says, or all there are."""
        groups = np.array(self._groups, dtype=np.int32)
        wanted = np.array([quotas.get(name, 0) for name in self._numbers] + [0], dtype=np.int64)  # -1 is the last
        order = np.lexsort((np.array(self._ranks, dtype=np.uint64), groups))
        ordered = groups[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, np.int64)
        place = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
        drawn = np.zeros(len(ordered), dtype=np.bool_)
        drawn[order] = place < wanted[ordered]
        return drawn


def rank_of(row: Mapping[str, Any], seed: bytes) -> int:
    """A number of 64 bits, of the row's values that are not null."""
    plain = {name: value for name, value in row.items() if value is not None}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.blake2b(clean_text(text).encode(), key=seed[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big")


def group_of(value: Any) -> str | None:
    """The name of a value's group; None for what is missing or no plain value."""
    if value is None or isinstance(value, (dict, list)):
        return None
    return str(value)
