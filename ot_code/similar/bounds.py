"""How far apart two texts may be whose fuzzy ratio reaches a threshold.

The ratio is 100 * (1 - d / (la + lb)), with d the indel distance: how many characters must be taken out of one text or
put into it to make the other. So a threshold bounds d, and all that each such step can change but a little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ot_code.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SLACK = 1e-9  # of rounding: bounds are a hair too wide, never too narrow


@dataclass(frozen=True, slots=True)
class Bound:
    """A threshold in percent, above 0 and at most 100. Raises UsageError for another."""

    threshold: float

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 100:
            raise UsageError(f"--threshold must be above 0 and at most 100, not {self.threshold:g}")

    def distances(self, totals: NDArray[np.int64]) -> NDArray[np.int64]:
        """The greatest indel distance of pairs with these lengths together."""
        most: NDArray[np.int64] = np.floor(totals * ((100.0 - self.threshold) / 100.0 + _SLACK) + _SLACK).astype(
            np.int64
        )
        return most

    def shortest(self, length: int) -> int:
        """The least length of a text that can reach the threshold with one of this length."""
        return int(np.ceil(length * self.threshold / (200.0 - self.threshold) * (1.0 - _SLACK) - _SLACK))

    def longest(self, length: int) -> int:
        """The greatest length of such a text."""
        return int(np.floor(length * (200.0 - self.threshold) / self.threshold * (1.0 + _SLACK) + _SLACK))
