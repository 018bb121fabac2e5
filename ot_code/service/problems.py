"""Problems that clients have sent, by the digest of their content; the least used are forgotten first. Thread-safe."""

from __future__ import annotations

import threading
from collections import OrderedDict

from code_pipeline.suite import Suite


class Problems:
    """Keeps at most `most_bytes` of problems, as long as they were on the way here."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held = 0
        self._kept: OrderedDict[str, tuple[Suite, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: str) -> Suite | None:
        """The problem's tests, ready to run, or None where they are not here (any more)."""
        with self._lock:
            found = self._kept.get(digest)
            if found is None:
                return None
            self._kept.move_to_end(digest)
            return found[0]

    def put(self, digest: str, suite: Suite, size: int) -> None:
        """Keeps a problem; `size` is what it counts for. One larger than all the room is kept alone."""
        with self._lock:
            if digest in self._kept:
                return
            self._kept[digest] = (suite, size)
            self._held += size
            while self._held > self._most and len(self._kept) > 1:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._held -= dropped
