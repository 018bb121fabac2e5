"""Many programs, a tenth of them hostile, jails killed at random, an engine that restarts: every verdict as expected.

And nothing leaks: processes, containers, control groups, descriptors, memory, disk.

OT_SOAK=20000 sets the number of programs for each kind of jail (300 by default).
"""

from __future__ import annotations

import contextlib
import gc
import os
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from control_groups import groups_of
from docker_engines import PYTHON, OwnEngine, own_engine

from sandbox import Execution, Limits, Sandbox, SandboxError
from sandbox.jails.docker_engine import Engine
from sandbox.jails.landlock_rules import kernel_abi

_PROGRAMS = int(os.environ.get("OT_SOAK", "300"))
_LIMITS = Limits(cpu_time_s=0.3, wall_time_s=2, memory_mb=64, output_bytes=100_000, processes=24)
_HOSTILE = {
    "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass": {
        "time_limit",
        "memory_limit",
    },
    "held = []\nwhile True:\n    held.append(bytearray(b'x') * (8 << 20))": {"memory_limit"},
    "while True:\n    print('x' * 1000)": {"output_limit"},
    "import os, time\nif not os.fork():\n    os.setsid()\n    time.sleep(60)": {"exited"},
    "import os\nos.kill(os.getppid(), 9)\nos.kill(-1, 9)": {"exited", "signaled"},
    "import os\nfor n in range(500):\n    open(f'left-{n}', 'w').write('x' * 100)": {"exited"},
    "import os\nos.closerange(0, 100)\nos._exit(3)": {"exited"},
}


@pytest.fixture(params=["bubblewrap", "docker", "landlock"])
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == "landlock" and not kernel_abi():
        pytest.skip("this kernel has no Landlock")
    return str(request.param)


@pytest.fixture
def engine(
    kind: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OwnEngine | None]:
    """An engine of the test's own, which may be restarted: others use this machine's."""
    if kind != "docker":
        yield None
        return
    with own_engine(tmp_path_factory.mktemp("engine")) as own:
        monkeypatch.setenv("DOCKER_HOST", own.url)
        yield own
        gc.collect()  # the SDK leaves its socket to the collector when a connection is refused


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _children() -> int:
    count = 0
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ends now has none
            count += len((task / "children").read_text().split())
    return count


def _folders() -> set[str]:
    return {path.name for top in ("/dev/shm", tempfile.gettempdir()) for path in Path(top).glob("ot-code-*-landlock")}


class _Soak:
    """The programs, handed out to two threads, and a third that kills jails; what came out wrong."""

    def __init__(self, sandbox: Sandbox, engine: OwnEngine | None) -> None:
        self.sandbox = sandbox
        self.engine = engine
        self.wrong: list[tuple[str, Execution | SandboxError]] = []
        self.at_rest = (0, 0.0)  # descriptors and memory after a quarter
        self.kills = {"idle": 0, "at work": 0}
        self.lost_twice = 0
        self._lock = threading.Lock()
        self._numbers = iter(range(_PROGRAMS))
        self._chance = random.Random(20260101)
        # How many programs of each thread are spared: one may have lost a jail, and the next be lent one that is dying.
        # A second loss is a fault, and said as one.
        self._spared = [0, 0]
        self._spare = False
        self._done = threading.Event()

    def run(self) -> None:
        killer = threading.Thread(target=self._kill)
        killer.start()
        threads = [threading.Thread(target=self._work, args=(me,)) for me in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._done.set()
        killer.join()
        assert next(self._numbers, None) is None, "a thread ended early"

    def _work(self, me: int) -> None:
        while True:
            with self._lock:
                self._spared[me] -= 1
                number = next(self._numbers, None)
                if number is None:
                    return
                hostile = self._chance.choice(list(_HOSTILE)) if self._chance.random() < 0.1 else None
                if number == _PROGRAMS // 4:
                    self.at_rest = _descriptors(), _resident_mb()
            if number == _PROGRAMS // 2 and self.engine is not None:
                self._restart(self.engine, 1 - me)
            source = hostile or "print(int(input()) * 7)"
            try:
                done = self._run(source, str(number))
            except SandboxError as error:
                self.wrong.append((source, error))
                continue
            right = done.status.value in _HOSTILE[hostile] if hostile else done.stdout == f"{number * 7}\n"
            if not right:
                self.wrong.append((source, done))

    def _run(self, source: str, stdin: str) -> Execution:
        """A kill and the engine's restart may meet one program: it is said as our fault, and asked once more."""
        try:
            return self.sandbox.run(source, stdin=stdin)
        except SandboxError as error:
            if error.provoked:
                raise
            self.lost_twice += 1
            return self.sandbox.run(source, stdin=stdin)

    def _kill(self) -> None:
        """All jails at random moments, but for those of programs that may have lost one already: soon after these."""
        chance, pool = random.Random(20260102), self.sandbox.pool
        pause_s = 0.05
        while not self._done.wait(pause_s):
            pause_s = 0.01
            with self._lock, pool._lock:
                if self._spare or max(self._spared) > 0 or not (pool._idle or pool._lent):
                    continue
                pause_s = chance.uniform(0.1, 1)
                for jail in pool._idle:
                    jail.kill()
                for jail in pool._lent:
                    jail.kill()
                self.kills["idle"] += len(pool._idle)
                self.kills["at work"] += len(pool._lent)
                self._spared = [2, 2]

    def _restart(self, engine: OwnEngine, other: int) -> None:
        """Restarts it while the other thread goes on."""
        with self._lock:
            self._spare = True
        while self._spared[other] > 0:
            time.sleep(0.01)
        engine.stop()
        time.sleep(0.5)
        engine.start()
        self._spare = False


@pytest.mark.alone
@pytest.mark.timeout(10_800)
# The SDK leaves its socket to the collector when a connection is refused.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_soak(kind: str, engine: OwnEngine | None) -> None:
    free = shutil.disk_usage("/").free
    folders, groups = _folders(), groups_of()
    with Sandbox(jobs=2, jail=kind, image=PYTHON if kind == "docker" else None, limits=_LIMITS) as sandbox:
        soak = _Soak(sandbox, engine)
        soak.run()
        descriptors, resident = soak.at_rest
        assert soak.wrong == []
        assert soak.lost_twice <= 1 + _PROGRAMS // 2000
        assert _descriptors() <= descriptors + 40, "descriptors leak"
        assert _resident_mb() <= resident + 64, "memory leaks"
    assert sum(soak.kills.values()), soak.kills
    assert _PROGRAMS < 2000 or soak.kills["at work"], soak.kills
    if engine is not None:
        with contextlib.closing(Engine()) as other:
            assert other.containers({"ot-code.jail": "1"}) == []
    else:
        assert _children() == 0
    assert _folders() <= folders
    assert groups_of() <= groups
    assert shutil.disk_usage("/").free > free - (1 << 30)
