"""Landlock jails in a stock container: as root without further rights, and as an ordinary user."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker_engines import LANGUAGES, PYTHON, engine_here

import sandbox

pytestmark = pytest.mark.timeout(1000)
_TESTS = Path(__file__).parent
_CORPUS = """\
import os, socket, sys
sys.path.insert(0, "/opt/tests/abuse")
from abuse_corpus import cases
from sandbox import Limits, Sandbox, builds
from sandbox.jails.choice import bubblewrap_refusal

assert bubblewrap_refusal(), "bubblewrap works here, so this is no stock container"
builds.BUILD_LIMITS = Limits(cpu_time_s=2, wall_time_s=8, memory_mb=512, scratch_mb=512)
tcp = socket.create_server(("127.0.0.1", 0))
unix = socket.socket(socket.AF_UNIX)
unix.bind("\\0ot-code-canary-here")
unix.listen()
os.environ["OT_CODE_TEST_CANARY"] = "OT-CODE-CANARY-of-the-host"
filled = {"CANARY_FILE": "/opt/canary.txt", "PORT": str(tcp.getsockname()[1]), "ABSTRACT": "ot-code-canary-here",
          "HOST_PID": str(os.getpid()), "WORKDIR": "."}
compiles = os.path.exists("/usr/bin/g++")
ran = 0
with Sandbox(jobs=1) as sandbox:
    print(sandbox.jail_kind, sandbox.notices)
    for case in cases():
        if "landlock" in case.facts or "watched" in case.facts or not case.for_this_machine:
            continue
        if case.path.suffix == ".cpp" and not compiles:
            continue
        with sandbox.open(case.program(filled), case.limits) as session:
            found = case.objections(case.execute(session), 400)
        assert not found, (case.name, found)
        ran += 1
print("contained", ran)
"""
_BALLOONS = """\
from concurrent.futures import ThreadPoolExecutor
from sandbox import Limits, Sandbox
source = "held = []\\nwhile True:\\n    held.append(bytearray(b'x') * (64 << 20))"
limits = Limits(memory_mb=256, cpu_time_s=10)
with Sandbox(jobs=8, jail="landlock", limits=limits) as sandbox, ThreadPoolExecutor(8) as threads:
    assert sandbox.memory_budget_mb == 2048
    done = list(threads.map(lambda _: sandbox.run(source), range(16)))
    done.append(sandbox.run("import os\\nfor _ in range(3):\\n    os.fork()\\n" + source))
    assert {one.status.value for one in done} == {"memory_limit"}, done
    print(sandbox.run("print('alive')").stdout, max(one.memory_mb or 0 for one in done))
"""


@pytest.fixture(scope="module")
def image() -> str:
    with engine_here() as engine:
        return LANGUAGES if engine.image(LANGUAGES) is not None else PYTHON


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """What the container sees at /opt: the package, the programs, a canary."""
    with tempfile.TemporaryDirectory(prefix="ot-code-canary-") as folder:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(Path(sandbox.__file__).parent, Path(folder, "sandbox"), ignore=ignore)
        shutil.copytree(_TESTS, Path(folder, "tests/abuse"), ignore=ignore)
        Path(folder, "canary.txt").write_text("OT-CODE-CANARY-of-the-host\n")
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        yield Path(folder)


def _in_container(image: str, shared: Path, user: str, script: str, *options: str) -> str:
    (shared / "main.py").write_text(script)  # not on a command line, which programs see
    done = subprocess.run(
        [
            "docker", "run", "--rm", "--network", "none", "--user", user, "--volume", f"{shared}:/opt:ro", *options,
            "--env", "PYTHONPATH=/opt", "--env", "PYTHONDONTWRITEBYTECODE=1", "--env", "HOME=/tmp", "--workdir", "/",
            "--tmpfs", "/tmp:exec,mode=1777,size=2g",  # how fast an engine's disk makes files is not what is tested
            "--entrypoint", "python3", image, "/opt/main.py",
        ],
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.returncode, done.stdout[-1000:], done.stderr[-3000:])
    return done.stdout


@pytest.mark.alone
@pytest.mark.parametrize("user", ["0", "65534"])
def test_the_programs_are_contained_in_a_stock_container(image: str, shared: Path, user: str) -> None:
    said = _in_container(image, shared, user, _CORPUS)
    assert said.startswith("landlock-abi"), said
    assert "contained" in said


@pytest.mark.alone
@pytest.mark.parametrize("user", ["0", "65534"])
def test_balloons_do_not_end_the_container(image: str, shared: Path, user: str) -> None:
    said = _in_container(image, shared, user, _BALLOONS, "--memory", "4g", "--memory-swap", "4g")
    assert said.startswith("alive")
