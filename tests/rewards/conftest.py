"""A pool of this session's own, which ends soon after it: sessions side by side stop and count theirs alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from reward_rows import pools

from ot_code.rewards import pool


@pytest.fixture(autouse=True, scope="session")
def own_pool() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        side_by_side = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        patch.setenv("OT_REWARDS_IDLE_S", str(3.25 + side_by_side / 1000))
        yield
        pool._forget()
        for pid in pools():
            os.kill(pid, signal.SIGTERM)
