"""What the self-test makes of its programs: limits that bind are told from those that do not, on a busy machine too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sandbox import Limits, Program, Run, Sandbox, Status
from sandbox.probe import _PROBES

PROBES = {probe.what: probe for probe in _PROBES}


@pytest.mark.parametrize("what", ["CPU time", "wall time"])
def test_times(sandbox: Sandbox, what: str) -> None:
    probe = PROBES[what]
    done = sandbox.run_unchecked(Program(probe.source), Run(), probe.limits)
    assert probe.holds(done), done
    assert probe.holds(replace(done, wall_time_s=done.wall_time_s + 4)), "the machine was busy"
    assert not probe.holds(replace(done, status=Status.EXITED))


def test_a_limit_of_cpu_time_that_does_not_bind_is_seen(sandbox: Sandbox) -> None:
    probe = PROBES["CPU time"]
    unbound = Limits(cpu_time_s=60, wall_time_s=probe.limits.wall_s, memory_mb=64)
    done = sandbox.run_unchecked(Program(probe.source), Run(), unbound)
    assert done.status is Status.TIME_LIMIT
    assert not probe.holds(done), done
