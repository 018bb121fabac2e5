"""The kinds of jail that this host has, each under the one suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conformance.jails import Conformance

from sandbox import Sandbox, executor
from sandbox.jails.cgroup import Cgroups, NoCgroups, node_memory_bytes
from sandbox.jails.landlock_rules import kernel_abi

KINDS = ("bubblewrap", "bubblewrap+watched", "landlock")


@pytest.fixture(scope="module", params=KINDS)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A Sandbox with jails of that kind; watched: as where no control group can be had."""
    with pytest.MonkeyPatch.context() as patch:
        if "watched" in request.param:
            found = Cgroups.find()
            none = NoCgroups("none, for this test", "", found.cpu_quota, node_memory_bytes(found))
            patch.setattr(executor.Cgroups, "find", lambda: none)
        if request.param == "landlock" and not kernel_abi():
            pytest.skip("this kernel has no Landlock")
        with Sandbox(jobs=2, jail=request.param.partition("+")[0]) as one:
            assert one.jail_kind.startswith(request.param)
            yield one


class TestJails(Conformance):
    """Each test of the suite on each kind."""
