"""The same programs on the kinds of jail that are not this host's first choice, with the same verdicts."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from abuse_corpus import Case, cases
from docker_engines import LANGUAGES, PYTHON, engine_here
from processes import lives

from sandbox import Limits, Sandbox, SandboxError, builds
from sandbox.jails import choice
from sandbox.jails.landlock import LandlockLauncher
from sandbox.jails.landlock_rules import kernel_abi

_OVERSHOOT_MB = 400.0  # what processes can take between two looks, 10 ms apart, on a busy machine
_LACKED = {"pids": "a private view of process numbers", "memory": "exact memory", "scratch": "a scratch quota"}
_NEWEST = kernel_abi()
_ABIS = sorted({min(abi, _NEWEST) for abi in (1, 4, 6)})

pytestmark = pytest.mark.skipif(not _NEWEST, reason="this kernel has no Landlock")


def _capped(patch: pytest.MonkeyPatch, abi: int) -> None:
    real = LandlockLauncher.__init__
    patch.setattr(LandlockLauncher, "__init__", lambda self, **settings: real(self, abi=abi, **settings))


@pytest.fixture(scope="module")
def landlock() -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builds, "BUILD_LIMITS", Limits(cpu_time_s=2, wall_time_s=8, memory_mb=512, scratch_mb=512))
        with Sandbox(jobs=1, jail="landlock") as one:
            yield one


@pytest.fixture(scope="module")
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the host's own user, which nothing may touch."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"]) as process:
        yield process
        assert process.poll() is None, "a program ended a process of the host"
        process.kill()


@pytest.fixture(scope="module")
def docker() -> Iterator[Sandbox]:
    with engine_here() as engine, pytest.MonkeyPatch.context() as patch:
        patch.setattr(builds, "BUILD_LIMITS", Limits(cpu_time_s=2, wall_time_s=8, memory_mb=512, scratch_mb=512))
        image = LANGUAGES if engine.image(LANGUAGES) is not None else PYTHON
        with Sandbox(jobs=1, jail="docker", image=image) as one:
            yield one


def _check(sandbox: Sandbox, case: Case, host: dict[str, str]) -> None:
    if not case.for_this_machine:
        pytest.skip(f"it is about {case.facts['machine']}")
    bare = bool(sandbox.jail_lacks)
    with sandbox.open(case.program(host | ({"WORKDIR": "."} if bare else {})), case.limits) as session:
        executions = case.execute(session)
    objections = case.objections(executions, _OVERSHOOT_MB if "watched" in sandbox.jail_kind else 0.0)
    lacked = case.facts.get("landlock") or ("memory" if "watched" in case.facts else None)
    if bare and lacked is not None:
        assert _LACKED[lacked] in sandbox.jail_lacks
    else:
        assert objections == []
    # Nothing is left, and the next program is untouched.
    after = sandbox.run("import os\nprint(sorted(os.listdir('.')), input())", stdin="next")
    assert after.stdout == "['solution.py'] next\n"


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_contained_by_landlock(
    case: Case, landlock: Sandbox, host: dict[str, str], bystander: subprocess.Popen[bytes]
) -> None:
    _check(landlock, case, host)
    assert bystander.poll() is None


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_contained_by_docker(case: Case, docker: Sandbox, host: dict[str, str]) -> None:
    if case.path.suffix == ".cpp" and docker.provenance["image"] == PYTHON:
        pytest.skip(f"the engine has no {LANGUAGES} to build it in: ot-code images build languages")
    _check(docker, case, host)


@pytest.mark.parametrize("abi", _ABIS)
def test_contained_by_older_landlock(abi: int, host: dict[str, str], bystander: subprocess.Popen[bytes]) -> None:
    """What the version decides: files, sockets, signals and what outlives; a jail each."""
    wanted = {"host_files", "network", "supervisor", "outlives", "no_state", "privileges", "legitimate", "process_cap"}
    with pytest.MonkeyPatch.context() as patch:
        _capped(patch, abi)
        with Sandbox(jobs=1, jail="landlock") as sandbox:
            assert f"abi{abi}+" in sandbox.jail_kind
            for case in cases():
                if case.path.parent.name in wanted and (abi > 1 or case.path.name != "files.py"):
                    _check(sandbox, case, host)
            assert bystander.poll() is None


def test_each_exception_is_one_of_the_three() -> None:
    for case in cases():
        assert case.facts.get("landlock", "pids") in _LACKED, case.name


def test_without_landlock_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    _capped(monkeypatch, 0)
    with pytest.raises(SandboxError, match="--allow-weak-isolation"):
        Sandbox(jobs=1, jail="landlock")
    with Sandbox(jobs=1, jail="landlock", allow_weak_isolation=True) as weak:
        assert weak.jail_kind.startswith("weak+")
        assert any("host's files" in notice for notice in weak.notices)
        assert weak.run("print(6 * 7)").stdout == "42\n"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"jail": "chroot"}, "jail must be one of"),
        ({"jail": "landlock", "require_isolation": "namespaces"}, "does not reach"),
        ({"jail": "bubblewrap", "require_isolation": "container"}, "does not reach"),
        ({"require_isolation": "vm"}, "require_isolation must be"),
        ({"jail": "bubblewrap", "image": "x"}, "image is a setting of the docker jail"),
        ({"container_runtime": "runsc"}, "container_runtime is a setting of the docker jail"),
    ],
)
def test_settings_that_make_no_sense(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Sandbox(**settings)  # type: ignore[arg-type]


def test_auto_falls_back_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "bubblewrap_refusal", lambda: "refused, for this test")

    def none(*_: object) -> None:
        raise SandboxError("no engine, for this test")

    monkeypatch.setitem(choice._OPENERS, "docker", none)
    monkeypatch.delenv("OT_JAIL", raising=False)
    with Sandbox(jobs=1) as sandbox:
        assert sandbox.jail_kind.startswith("landlock-abi")
        (notice,) = [line for line in sandbox.notices if "landlock" in line]
        assert "refused, for this test" in notice
        assert all(name in notice for name in sandbox.jail_lacks)
        assert sandbox.provenance["jail_lacks"] == list(sandbox.jail_lacks)
    with pytest.raises(SandboxError, match="refused, for this test"):
        Sandbox(jobs=1, require_isolation="namespaces")


def test_the_variable_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OT_JAIL", "landlock")
    with Sandbox(jobs=1) as sandbox:
        assert sandbox.jail_kind.startswith("landlock")
    with Sandbox(jobs=1, jail="bubblewrap") as sandbox:
        assert sandbox.jail_kind.startswith("bubblewrap")
    monkeypatch.setenv("OT_JAIL", "nothing")
    with pytest.raises(ValueError, match="OT_JAIL must be one of"):
        Sandbox(jobs=1)


def test_another_system_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="docker jail"):
        Sandbox(jobs=1, jail="landlock")


_HOST = """\
from sandbox import Limits, Sandbox
import threading, time
sandbox = Sandbox(jobs=1, jail="landlock")
sandbox.run("print(1)")
source = "import os, time\\nfor _ in range(3):\\n    os.fork()\\nif not os.fork():\\n    os.setsid()\\ntime.sleep(50)"
threading.Thread(target=lambda: sandbox.run(source, limits=Limits(wall_time_s=60)), daemon=True).start()
while not sandbox.pool._lent:
    time.sleep(0.01)
print([jail.pid for jail in sandbox.pool._lent][0], flush=True)
time.sleep(60)
"""


def test_nothing_outlives_a_killed_host() -> None:
    with subprocess.Popen([sys.executable, "-c", _HOST], stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        supervisor = int(host.stdout.readline())
        until = time.monotonic() + 30
        while len(family := _below(_parent(supervisor))) < 9:  # the supervisor and its run's
            assert time.monotonic() < until, family
            time.sleep(0.05)
        host.kill()
        host.wait()
    deadline = time.monotonic() + 10
    while any(map(lives, family)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [pid for pid in family if lives(pid)]
    with Sandbox(jobs=1, jail="landlock"):  # sweeps the folder
        pass


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _below(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        above = todo.pop()
        children = [int(word) for word in Path(f"/proc/{above}/task/{above}/children").read_text().split()]
        found += children
        todo += children
    return found


def test_a_program_cannot_reach_the_keeper_or_the_host(landlock: Sandbox) -> None:
    source = f"""
import os, signal
parent = os.getppid()
keeper = int(open(f'/proc/{{parent}}/stat').read().rpartition(')')[2].split()[1])
reached = []
for pid in (parent, keeper, {os.getpid()}):
    for attempt in (
        lambda: os.kill(pid, 9), lambda: os.kill(-pid, 9), lambda: open(f'/proc/{{pid}}/mem', 'rb'),
        lambda: open(f'/proc/{{pid}}/environ', 'rb').read(1), lambda: os.listdir(f'/proc/{{pid}}/fd'),
        lambda: os.sched_setaffinity(pid, {{0}}), lambda: os.listdir(f'/proc/{{pid}}/root/'),
    ):
        try:
            attempt()
            reached.append(pid)
        except OSError:
            pass
print(reached)
"""
    assert landlock.run(source).stdout == "[]\n"
