"""What is shown while a model is sampled: tokens and accepted answers a second, verdicts, what is spent, time left."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from ot_code.progress import Progress
from ot_code.sampling.ledger import Ledger
from ot_code.sampling.sampler import Sampler
from ot_code.verdicts import PASSED

_JSON_EVERY_S = 1.0


class SampleScreen(Progress):
    """As Progress; `watch` gives it the sampler. lines: a JSON object a second on stdout, for machines."""

    def __init__(self, *, total: int | None, quiet: bool, lines: bool) -> None:
        super().__init__(total=total, quiet=quiet)
        self._lines = lines
        self._written = time.monotonic()
        self._seen: tuple[Sampler, Ledger] | None = None

    def watch(self, sampler: Sampler, ledger: Ledger) -> None:
        """From here on their figures are shown."""
        self._seen = (sampler, ledger)

    def rows(self, done: int) -> None:
        """So many input rows are done, of all."""
        super().rows(done)
        now = time.monotonic()
        if self._lines and now - self._written >= _JSON_EVERY_S:
            self._written = now
            sys.stdout.write(json.dumps({"progress": {"rows": done, "of": self._total, **self.figures()}}) + "\n")
            sys.stdout.flush()

    def figures(self) -> dict[str, Any]:
        """The figures of this sitting, as plain JSON; tokens_spent is of all sittings."""
        if self._seen is None:
            return {}
        sampler, ledger = self._seen
        elapsed = max(time.monotonic() - self._started, 1e-9)
        with self._lock:
            verdicts = dict(self._verdicts)
        accepted = sum(count for name, count in verdicts.items() if name in PASSED)
        return {
            "in_flight": sampler.in_flight,
            "samples": sampler.answered,
            "tokens_per_s": round(sampler.completion_tokens / elapsed, 1),
            "accepted_per_s": round(accepted / elapsed, 3),
            "tokens_spent": ledger.tokens,
            "verdicts": verdicts,
        }

    def line(self) -> str:
        """Progress's line, with what sampling adds."""
        figures = self.figures()
        if not figures:
            return super().line()
        return (
            f"{super().line()} · {figures['in_flight']} in flight · {figures['tokens_per_s']:,.0f} tokens/s · "
            f"{figures['accepted_per_s']:,.2f} accepted/s · {figures['tokens_spent']:,} tokens spent"
        )
