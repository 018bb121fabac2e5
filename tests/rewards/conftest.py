"""A pool of this session's own, which ends soon after it."""

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
        patch.setenv("OT_REWARDS_IDLE_S", "3.25")
        yield
        pool._forget()
        for pid in pools():
            os.kill(pid, signal.SIGTERM)
