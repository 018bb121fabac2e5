"""Every badly behaved program: contained, judged rightly, and the next program in the same jail is untouched."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator

import pytest
from abuse_control import Control
from abuse_corpus import Case, cases

from sandbox import Limits, Sandbox, builds

_PROPERTIES = defaultdict(set)
for _case in cases():
    _PROPERTIES[_case.path.parent.name].add(_case.path.suffix)


@pytest.fixture(scope="module", autouse=True)
def _small_builds() -> Iterator[None]:
    """A compiler under the same kind of limits, but lower, so that a bomb goes off sooner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builds, "BUILD_LIMITS", Limits(cpu_time_s=2, wall_time_s=8, memory_mb=512, scratch_mb=512))
        yield


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_contained(case: Case, sandbox: Sandbox, host: dict[str, str]) -> None:
    if not case.for_this_machine:
        pytest.skip(f"it is about {case.facts['machine']}")
    with sandbox.open(case.program(host), case.limits) as session:  # built here, so that the jails below are one
        before = Control(sandbox)
        executions = case.execute(session)
        same = session.build_failure is not None or session._jail is before.jail
    after = Control(sandbox)
    assert case.objections(executions) == []
    assert before.objections(after) == []
    if (
        case.keeps_jail
        and case.facts["expect"] != "memory_limit"
        and case.limits.scratch_mb == sandbox.limits.scratch_mb
    ):
        assert same
        assert after.jail is before.jail
    tries = [after]
    while before.slower(tries[-1]) and len(tries) < 10:  # a busy machine is no finding
        time.sleep(0.3)
        tries.append(Control(sandbox))
    assert not before.slower(tries[-1]), [before.wall_s, *(each.wall_s for each in tries)]


@pytest.mark.parametrize("name", sorted(_PROPERTIES))
def test_each_property_is_shown_in_both_languages(name: str) -> None:
    assert _PROPERTIES[name] == {".py", ".cpp"}
