"""The docker jail under gVisor: the badly behaved programs in Python, judged there as everywhere else."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator

import pytest
from abuse_corpus import Case, cases
from docker_engines import PYTHON, needed, own_engine

from sandbox import Limits, Program, Run, Sandbox, Status, open_interaction

pytestmark = [
    # The SDK leaves its socket to the collector when a connection is refused.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

# What programs see of gVisor's own kernel, or miss in it; nothing of the host's comes out of any of them.
_ITS_OWN = {
    "control_groups/unreachable.py": "a /sys of its own",
    "environment/variables.py": "the supervisor's environment, which is what programs have",
    "host_files/reads.py": "an /etc/hostname and a /sys of its own",
    "host_processes/locks_of_others.py": "no locks of open files",
    "no_state/process_attributes.py": "no timer slack",
    "privileges/status.py": "no ambient capabilities",
    "supervisor/memory_and_descriptors.py": "names of the supervisor's descriptors, none of which can be opened",
    "supervisor/signals.py": "no pidfds",
}


def _runtime(*words: str) -> dict[str, object]:
    # A jail has no network; with one, an old release takes the first network that the engine makes for the host's.
    return {"path": shutil.which("runsc"), "runtimeArgs": ["--network=none", *words]}


@pytest.fixture(scope="module", params=["runsc", "runsc-oci-seccomp"])
def gvisor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    needed(shutil.which("runsc") is not None, "there is no runsc here: apt-get install runsc")
    runtimes = {"runsc": _runtime(), "runsc-oci-seccomp": _runtime("--oci-seccomp")}
    with (
        own_engine(tmp_path_factory.mktemp("engine"), runtimes) as own,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("DOCKER_HOST", own.url)
        with Sandbox(jobs=1, jail="docker", image=PYTHON, container_runtime=request.param) as made:
            yield made
        gc.collect()


_OVERSHOOT_MB = 400  # memory is only looked at
_PYTHON = [case for case in cases() if case.path.suffix == ".py" and case.name not in _ITS_OWN]


@pytest.mark.parametrize("case", _PYTHON, ids=lambda case: case.name)
def test_contained(case: Case, gvisor: Sandbox, host: dict[str, str]) -> None:
    if not case.for_this_machine:
        pytest.skip(f"it is about {case.facts['machine']}")
    with gvisor.open(case.program(host), case.limits) as session:
        executions = case.execute(session)
    assert case.objections(executions, _OVERSHOOT_MB) == []
    assert gvisor.run("print(1)").stdout == "1\n"


@pytest.mark.parametrize("name", _ITS_OWN)
def test_nothing_of_the_host_is_seen(name: str, gvisor: Sandbox, host: dict[str, str]) -> None:
    (case,) = (one for one in cases() if one.name == name)
    with gvisor.open(case.program(host), case.limits) as session:
        said = [said for said in case.objections(case.execute(session)) if "of the host" in said]
    assert said == []


def test_the_supervisor_is_another_user_and_closed(gvisor: Sandbox) -> None:
    done = gvisor.run(
        "import os\n"
        "for name in os.listdir('/proc/1/fd'):\n"
        "    for mode in (os.O_RDONLY, os.O_WRONLY):\n"
        "        try:\n"
        "            fd = os.open(f'/proc/1/fd/{name}', mode | os.O_NONBLOCK)\n"
        "        except OSError:\n"
        "            continue\n"
        "        if os.fstat(fd).st_ino not in [os.fstat(n).st_ino for n in range(3)]:\n"
        "            print(os.readlink(f'/proc/self/fd/{fd}'))\n"
        "print(os.getuid() != os.stat('/proc/1').st_uid)",
        stdin="of this run",
    )
    *opened, is_another = done.stdout.split()
    assert done.ok
    assert set(opened) <= {"/tmp", "/dev/shm", "/proc"}  # folders that it reads now and then, and anybody may
    assert is_another == "True"


def test_limits_hold(gvisor: Sandbox) -> None:
    forks = (
        "import os, time\nn = 1\ntry:\n    while os.fork():\n        n += 1\n"
        "    time.sleep(9)\nexcept OSError:\n    print(n)"
    )
    assert gvisor.run(forks, limits=Limits(processes=5)).stdout == "5\n"
    shared = (
        "import os, time\nheld = bytearray(b'x') * (40 << 20)\n"
        "for _ in range(4):\n    if not os.fork():\n        time.sleep(1)\n        os._exit(0)\nos.wait()\nprint(1)"
    )
    assert gvisor.run(shared, limits=Limits(memory_mb=96)).status is Status.EXITED  # its pages count once
    holds = "import time\nx = bytearray(b'x') * (80 << 20)\ntime.sleep(1)"
    assert gvisor.run(holds, limits=Limits(memory_mb=64)).status is Status.MEMORY_LIMIT


def test_a_conversation(gvisor: Sandbox) -> None:
    asks = "import sys\nprint(20, flush=True)\nsys.exit(42 if sys.stdin.readline() == '400\\n' else 43)"
    squares = Program("print(int(input()) ** 2, flush=True)")
    limits = Limits(cpu_time_s=5, memory_mb=128)
    with open_interaction(gvisor, squares, Program(asks), limits=limits, interactor_limits=limits) as pair:
        done = pair.run(Run())
    assert (done.interactor.exit_code, done.candidate.status) == (42, Status.EXITED)
