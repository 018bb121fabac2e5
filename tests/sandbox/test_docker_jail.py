"""Docker jails on a real engine: how the container is made, what it shows, and any image in place of ours."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from docker_engines import PYTHON, engine_here

from sandbox import Limits, Program, Run, Sandbox, Status
from sandbox.errors import JailError, RuntimeSettingError
from sandbox.jails import docker_leftovers
from sandbox.jails.base import JailSpec
from sandbox.jails.docker import FIRST_UID, DockerLauncher
from sandbox.jails.docker_cgroup import Groups
from sandbox.probe import limits_report


@pytest.fixture(scope="module")
def engine():
    with engine_here() as found:
        yield found


@pytest.fixture(scope="module")
def launcher(engine):
    with contextlib.closing(DockerLauncher(PYTHON)) as made:
        yield made


@pytest.fixture(scope="module")
def docker_sandbox(engine):
    with Sandbox(jobs=1, jail="docker", image=PYTHON) as made:
        yield made


@pytest.fixture
def jail(launcher):
    with contextlib.closing(launcher.open(JailSpec(launcher.runtime))) as opened:
        yield opened


# ---- how it is made


def test_the_container_is_hardened(engine, jail):
    facts = engine.api.inspect_container(jail.container)
    host, config = facts["HostConfig"], facts["Config"]
    assert host["NetworkMode"] == "none"
    assert host["IpcMode"] == "none"
    assert host["PidMode"] == host["UTSMode"] == host["UsernsMode"] == ""
    assert host["ReadonlyRootfs"] is True
    assert host["Privileged"] is False
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert "no-new-privileges" in host["SecurityOpt"]
    seccomp = next(word for word in host["SecurityOpt"] if word.startswith("seccomp="))
    assert json.loads(seccomp.removeprefix("seccomp="))["defaultAction"] == "SCMP_ACT_ERRNO"
    assert host["LogConfig"]["Type"] == "none"
    assert host["PidsLimit"] > 0
    assert host["Memory"] == host["MemorySwap"] > 0
    assert not host["Binds"]
    assert not host.get("Mounts")
    assert not host["Devices"]
    assert facts["Mounts"] == []
    assert {"/sys", "/proc/keys", "/proc/kcore", "/dev/mqueue", "/etc/resolv.conf"} <= set(host["MaskedPaths"])
    assert set(host["Tmpfs"]) == {"/tmp", "/dev/shm"}
    assert all("size=67108864" in options and "nosuid" in options for options in host["Tmpfs"].values())
    assert host["CpusetCpus"] == ",".join(map(str, sorted(os.sched_getaffinity(0))))
    assert {limit["Name"] for limit in host["Ulimits"]} >= {"nofile", "core"}
    assert config["User"].split(":")[0] not in ("", "0")
    assert config["Tty"] is False
    assert config["Labels"][docker_leftovers.LABEL] == "1"


def test_it_is_ready_within_a_second(launcher):
    times = []
    while not times or (times[-1] >= 1 and len(times) < 10):  # on a busy machine once more
        begun = time.monotonic()
        with contextlib.closing(launcher.open(JailSpec(launcher.runtime))):
            times.append(time.monotonic() - begun)
    assert min(times) < 1


def test_two_jails_have_two_users(engine, launcher, jail):
    with contextlib.closing(launcher.open(JailSpec(launcher.runtime))) as other:
        users = {engine.api.inspect_container(one.container)["Config"]["User"] for one in (jail, other)}
    assert len(users) == 2


def test_nothing_stays_when_it_is_closed(engine, launcher):
    fds = len(list(Path("/proc/self/fd").iterdir()))
    jail = launcher.open(JailSpec(launcher.runtime))
    jail.close()
    jail.close()
    assert len(list(Path("/proc/self/fd").iterdir())) <= fds
    with pytest.raises(engine._errors.NotFound):
        engine.api.inspect_container(jail.container)


# ---- what programs see


@pytest.mark.parametrize("watched", [False, True])
def test_every_limit_binds(engine, monkeypatch, watched):
    if watched:
        monkeypatch.setattr("sandbox.jails.docker.Groups", functools.partial(Groups, proc=Path("/nonexistent")))
    with Sandbox(jobs=1, jail="docker", image=PYTHON) as made:
        assert ("watched" in made.jail_kind) == watched or os.geteuid() != 0
        assert [finding for finding in limits_report(made) if not finding.ok] == []


def test_memory_of_each_run_is_its_own(docker_sandbox):
    with docker_sandbox.open(Program("import sys\nx = bytearray(int(sys.stdin.read()))")) as session:
        small, large, again = session.run([Run("1000"), Run("50000000"), Run("1000")])
    if "watched" not in docker_sandbox.jail_kind:
        assert small.memory_mb < 20
        assert 47 < large.memory_mb < 70
        assert again.memory_mb < 20


def test_nothing_stays_between_runs(docker_sandbox):
    leaves = """\
import os
print([sorted(os.listdir(folder)) for folder in ('/tmp', '/dev/shm')])
for folder in ('/tmp', '/dev/shm'):
    os.makedirs(folder + '/deep/deeper')
    open(folder + '/deep/left', 'w').write('x' * 100_000)
    os.chmod(folder, 0o511)
"""
    with docker_sandbox.open(Program(leaves)) as session:
        for done in session.run([Run(), Run(), Run()]):
            assert done.stdout == "[['solution.py'], []]\n", done.stderr


def test_only_its_own_folders_can_be_written(docker_sandbox):
    looks = """\
import os
found = set()
for folder, folders, files in os.walk('/'):
    if folder == '/proc':
        folders[:] = [name for name in folders if not name.isdigit() and 'self' not in name]
    for path in [folder, *(os.path.join(folder, name) for name in files)]:
        if os.access(path, os.W_OK) and not os.path.islink(path) and os.stat(path).st_rdev == 0:
            found.add(path)
print(sorted(found))
"""
    done = docker_sandbox.run(looks)
    assert done.stdout == "['/dev/shm', '/tmp', '/tmp/solution.py']\n", done.stderr


def test_the_host_is_not_seen(docker_sandbox):
    looks = """\
import os, socket
print(socket.gethostname(), os.listdir('/sys'), os.listdir('/dev/mqueue'), open('/etc/resolv.conf').read() == '')
print(open('/proc/self/cgroup').read().count('docker'))
print(sorted(set(os.environ) - {'PYTHONPATH'}))
"""
    done = docker_sandbox.run(looks)
    name, groups, environment = done.stdout.splitlines()
    assert name == "jail [] [] True"
    assert groups == "0"
    assert environment == str(sorted(docker_sandbox.environment))


def test_semaphores_and_shared_memory_work(docker_sandbox):
    """As in bubblewrap's jails: right programs use them."""
    done = docker_sandbox.run(
        "import multiprocessing as m\nlock = m.Lock()\nwith lock:\n    print(m.Value('i', 7).value)\n"
    )
    assert done.stdout == "7\n", done.stderr


def test_an_oom_that_takes_the_supervisor_along_is_memory_limit(docker_sandbox):
    """The container ends and its control group is gone: the engine knows why."""
    if "watched" in docker_sandbox.jail_kind:
        pytest.skip("no control group here")
    with docker_sandbox.open(Program("print(len(input()))")) as session:
        assert session.run([Run("abc")])[0].stdout == "3\n"
        group = session._jail.group
        session._memory_set = 1 << 60  # the limit stays as it is set here
        group.set_memory(group.memory_usage() + (2 << 20))
        (done,) = session.run([Run("x" * 50_000_000)])
    assert done.status is Status.MEMORY_LIMIT, done


def test_a_balloon_is_memory_limit(docker_sandbox):
    done = docker_sandbox.run("x = bytearray(600 << 20)", limits=Limits(memory_mb=128))
    assert done.status is Status.MEMORY_LIMIT, done


# ---- any image


def test_what_an_image_has_in_tmp_is_not_seen(engine, docker_sandbox):
    looks = "import os\nprint(sorted(os.listdir('/tmp')), oct(os.stat('/tmp').st_mode))\n"
    expected = "['solution.py'] 0o40700\n"
    assert docker_sandbox.run(looks).stdout == expected
    with io.BytesIO() as made:
        with tarfile.open(fileobj=made, mode="w") as tar:
            for name in ("tmp/left", "tmp/folder/left"):
                tar.addfile(tarfile.TarInfo(name))
        image = engine.with_files(engine.image(PYTHON)["Id"], made.getvalue(), "ot-code-test-full", "1", {})
    try:
        with Sandbox(jobs=1, jail="docker", image=image) as made:
            assert made.run(looks).stdout == expected
    finally:
        engine.remove_image(image)


@pytest.fixture(scope="module")
def strange_image(engine):
    """An image that sets all that it can: none of it may reach a program."""
    made = engine.api.create_container_from_config({"Image": PYTHON, "Cmd": ["true"]})
    config = {
        "Env": ["SECRET=of the image", "PYTHONPATH=/evil", "LD_PRELOAD=/evil.so", "PATH=/usr/bin"],
        "Entrypoint": ["/bin/false"],
        "Cmd": ["nothing"],
        "User": "root",
        "Volumes": {"/data": {}, "/var/lib/more": {}},
        "Healthcheck": {"Test": ["CMD", "/bin/false"], "Interval": 1_000_000_000},
    }
    image = engine.api.commit(made["Id"], repository="ot-code-test-strange", conf=config)["Id"]
    engine.api.remove_container(made["Id"])
    yield "ot-code-test-strange"
    engine.remove_image(image)


def test_an_image_that_sets_everything(engine, strange_image):
    before = {volume["Name"] for volume in engine.api.volumes()["Volumes"] or ()}
    with Sandbox(jobs=1, jail="docker", image=strange_image) as made:
        done = made.run(
            "import os\nprint(os.getuid() > 0, sorted(os.environ))\n"
            "for path in ('/data/x', '/var/lib/more/x'):\n"
            "    try:\n        open(path, 'w')\n    except OSError:\n        print('refused')\n"
        )
        expected = f"True {sorted([*made.environment, 'PYTHONPATH'])}\nrefused\nrefused\n"
        assert done.stdout == expected, done.stderr
        assert made.provenance["image"] == strange_image
        assert {volume["Name"] for volume in engine.api.volumes()["Volumes"] or ()} == before


def test_an_image_without_python_is_said(engine):
    if engine.image("debian:bookworm-slim") is None:
        pytest.skip("needs the base image")
    with pytest.raises(JailError, match=r"debian:bookworm-slim has no python3"):
        DockerLauncher("debian:bookworm-slim")
    assert not engine.containers(docker_leftovers.labels())


def test_a_package_that_the_image_lacks_is_said(engine):
    with pytest.raises(RuntimeSettingError, match="declares torch, which the image"):
        DockerLauncher(PYTHON, packages=("torch",))


def test_the_runtime_is_the_image_s(docker_sandbox):
    assert docker_sandbox.runtime.python_version.startswith("3.11.")
    done = docker_sandbox.run("import numpy, sys\nprint(numpy.__version__, sys.version.split()[0])")
    (numpy,) = docker_sandbox.runtime.packages
    assert done.stdout.split() == [numpy.version, docker_sandbox.runtime.python_version]


# ---- what is missing is said in one sentence


def test_a_missing_image_names_the_command(engine):
    with pytest.raises(JailError, match=r"no image nobody/nothing:1: run `docker pull nobody/nothing:1`"):
        DockerLauncher("nobody/nothing:1")


def test_the_default_image_missing_names_the_command(engine, monkeypatch):
    monkeypatch.setattr("sandbox.jails.docker.tag_of", lambda _: "ot-code/languages:never")
    with pytest.raises(JailError, match=r"no image ot-code/languages:never: run `ot-code images build`"):
        DockerLauncher()


def test_a_missing_engine_is_one_sentence(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with pytest.raises(JailError, match=r"no Docker engine answers at unix:///nonexistent/docker.sock: start it"):
        DockerLauncher(PYTHON)


def test_a_missing_sdk_is_one_sentence(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "docker", None)
    with pytest.raises(JailError, match=r"pip install 'ot-code\[docker\]'"):
        DockerLauncher(PYTHON)


@pytest.mark.parametrize("url", ["ssh://somebody@somewhere", "https://somewhere:2376"])
def test_an_engine_behind_a_cipher_is_refused_with_a_mend(monkeypatch, url):
    monkeypatch.setenv("DOCKER_HOST", url)
    with pytest.raises(JailError, match="forward its socket"):
        DockerLauncher(PYTHON)


def test_an_unknown_runtime_is_said(engine):
    with pytest.raises(JailError, match=r"no runtime 'runsc-no'; it has .*runc"):
        DockerLauncher(PYTHON, "runsc-no")


def test_a_runtime_is_handed_on_and_said(engine):
    with Sandbox(jobs=1, jail="docker", image=PYTHON, container_runtime="runc") as made:
        assert made.run("print(1)").stdout == "1\n"
        assert made.jail_kind.startswith("docker(runc)+")


# ---- leftovers


def _planted(engine, **changes) -> str:
    labels = docker_leftovers.labels() | changes
    return engine.create({"Image": PYTHON, "Entrypoint": ["true"], "Labels": labels}, f"planted-{os.urandom(6).hex()}")


def test_only_what_killed_processes_of_ours_left_is_removed(engine):
    ended = subprocess.Popen(["true"])
    labels = docker_leftovers.labels()
    namespace = labels["ot-code.process"].split("-")[2]
    gone = f"ot-code-{namespace}-{ended.pid}-1-0-jail"  # a pid that never started then
    ended.wait()
    left = _planted(engine, **{"ot-code.process": gone})
    others = [
        _planted(engine),  # of this process, which lives
        _planted(engine, **{"ot-code.process": gone, "ot-code.user": "4711"}),
        _planted(engine, **{"ot-code.process": gone, "ot-code.boot": "another machine"}),
        _planted(engine, **{"ot-code.process": gone.replace(namespace, "1")}),  # another PID namespace
        engine.create({"Image": PYTHON, "Entrypoint": ["true"], "Labels": {}}, f"planted-{os.urandom(6).hex()}"),
    ]
    try:
        with contextlib.closing(DockerLauncher(PYTHON)):
            there = {container["Id"] for container in engine.api.containers(all=True)}
            assert left not in there
            assert set(others) <= there
    finally:
        for container in others:
            engine.remove(container)


def test_where_there_is_no_proc_a_process_is_known_by_its_number(engine, tmp_path):
    """As on macOS."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    labels = docker_leftovers.labels(tmp_path)
    assert str(os.getpid()) in labels["ot-code.process"]
    gone = labels["ot-code.process"].replace(f"-{os.getpid()}-", f"-{ended.pid}-")
    planted = [
        engine.create({"Image": PYTHON, "Entrypoint": ["true"], "Labels": marks}, f"planted-{os.urandom(6).hex()}")
        for marks in (labels, labels | {"ot-code.process": gone})
    ]
    try:
        assert len(docker_leftovers.sweep(engine, tmp_path)) == 1
        assert {c["Id"] for c in engine.containers({"ot-code.boot": labels["ot-code.boot"]})} == {planted[0]}
    finally:
        for container in planted:
            engine.remove(container)


KILLED = """\
import os, signal, sys
from sandbox import Sandbox
box = Sandbox(jobs=1, jail="docker", image=sys.argv[1])
print(box.run("print(6 * 7)").stdout, end="", flush=True)
print(box.pool._idle[0].container, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_containers_of_a_killed_process_end_and_are_removed_at_the_next_start(engine):
    done = subprocess.run([sys.executable, "-c", KILLED, PYTHON], capture_output=True, text=True, check=False)
    answer, container = done.stdout.split()
    assert answer == "42", done.stderr

    def state() -> str:
        try:
            return str(engine.api.inspect_container(container)["State"]["Status"])
        except engine._errors.NotFound:
            return "removed"  # or by a neighbour's start: any may

    until = time.monotonic() + 60
    while state() not in ("exited", "removing", "removed"):
        assert time.monotonic() < until, state()
        time.sleep(0.1)
    with contextlib.closing(DockerLauncher(PYTHON)):
        while state() != "removed":
            assert time.monotonic() < until, state()
            time.sleep(0.1)


def test_a_container_killed_from_outside_is_replaced(engine, docker_sandbox):
    with docker_sandbox.open(Program("import time\ntime.sleep(0.3)\nprint(input())")) as session:
        assert session.run([Run("a")])[0].stdout == "a\n"
        engine.remove(session._jail.container)
        assert [done.stdout for done in session.run([Run("b"), Run("c")])] == ["b\n", "c\n"]


@pytest.mark.skipif(os.getuid() != 0, reason="it starts processes of another user")
def test_others_of_the_same_number_take_nothing_of_what_a_program_may_start(docker_sandbox):
    """A jail of another container, or any process that happens to have the user's number."""
    source = (
        "import threading\nfor _ in range(10): threading.Thread(target=threading.Event().wait, args=(0.5,)).start()"
    )
    with docker_sandbox.open(Program(source), Limits(processes=16)) as session:
        assert session.run([Run()])[0].ok
        user = FIRST_UID + session._jail.seat.index
        others = [subprocess.Popen(["sleep", "60"], user=user) for _ in range(40)]
        try:
            assert session.run([Run()])[0].ok
        finally:
            for other in others:
                other.kill()
                other.wait()
