"""The same programs where no control group can be had, and limits rest on what the supervisor sees in /proc."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from abuse_control import Control
from abuse_corpus import Case, cases

from sandbox import Sandbox, executor
from sandbox.jails.cgroup import NoCgroups

_OVERSHOOT_MB = 400.0  # what processes can take between two looks, 10 ms apart, on a busy machine
_PROPERTIES = {
    "cpu_limit",
    "descriptors",
    "disk_cap",
    "memory_limit",
    "no_state",
    "outlives",
    "process_cap",
    "wall_limit",
}
_CASES = [case for case in cases() if case.path.parent.name in _PROPERTIES]


@pytest.fixture(scope="module")
def watched() -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(executor.Cgroups, "find", lambda: NoCgroups("none, for this test", ""))
        with Sandbox(jobs=1) as one:
            assert one.jail_kind.endswith("+watched")
            yield one


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_contained(case: Case, watched: Sandbox, host: dict[str, str]) -> None:
    if "watched" in case.facts:
        pytest.skip(f"known and stated: {case.facts['watched']}")
    with watched.open(case.program(host), case.limits) as session:
        before = Control(watched)
        executions = case.execute(session)
    assert case.objections(executions, _OVERSHOOT_MB) == []
    assert before.objections(Control(watched)) == []
