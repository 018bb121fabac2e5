"""An engine that restarts, stops answering or has a full disk: every program's verdict comes, and none is blamed.

Done to an engine of the tests' own: others use this machine's.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from docker_engines import PYTHON, own_engine

from sandbox import Limits, Program, Run, Sandbox, SandboxError, Status
from sandbox.errors import JailError
from sandbox.jails import docker
from sandbox.jails.docker_engine import Engine, EngineGoneError

pytestmark = [
    pytest.mark.slow,
    # The SDK leaves its socket to the collector when a connection is refused.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _collected():
    """What the SDK leaves is collected here, where it is ignored: the next test's warnings are errors."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with own_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture
def engine(own, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", own.url)
    return own


SLEEPS = "import time\nn = int(input())\ntime.sleep(0.05)\nprint(n * n)\n"


def _squares(box: Sandbox, count: int, meanwhile) -> list[str]:
    """What `count` programs in two threads print while `meanwhile` does something to the engine."""

    def one(number: int) -> str:
        with box.open(Program(f"# {number}\n{SLEEPS}"), Limits(cpu_time_s=2, wall_time_s=60)) as session:
            done = session.run([Run(str(number))])[0]
            return done.stdout if done.ok else repr(done)

    box.run("print(1)")
    with ThreadPoolExecutor(2) as threads:
        futures = [threads.submit(one, number) for number in range(count)]
        meanwhile()
        return [future.result() for future in futures]


def test_an_engine_that_restarts_costs_no_verdict(engine):
    def restart():
        time.sleep(0.7)
        engine.stop()
        time.sleep(0.5)
        engine.start()

    with Sandbox(jobs=2, jail="docker", image=PYTHON) as box:
        assert _squares(box, 60, restart) == [f"{number * number}\n" for number in range(60)]


def test_an_engine_that_restarts_between_two_programs_costs_no_verdict(engine):
    with Sandbox(jobs=2, jail="docker", image=PYTHON) as box:
        with box.open(Program("print(0)")) as one, box.open(Program("print(0)")) as other:
            assert [session.run([Run()])[0].stdout for session in (one, other)] == ["0\n", "0\n"]
        assert len(box.pool._idle) == 2
        engine.stop()
        engine.start()
        assert box.run("print(1)").stdout == "1\n"


def test_an_engine_that_stops_answering_costs_no_verdict(engine, monkeypatch):
    monkeypatch.setattr("sandbox.session.SILENCE_S", 4.0)
    monkeypatch.setattr(docker, "ANSWER_S", 4.0)
    monkeypatch.setattr(docker.DockerLauncher.__init__, "__kwdefaults__", {
        **docker.DockerLauncher.__init__.__kwdefaults__, "answer_s": 4.0,
    })  # fmt: skip

    def silence():
        time.sleep(0.7)
        engine.signal(signal.SIGSTOP)
        time.sleep(10)
        engine.signal(signal.SIGCONT)

    with Sandbox(jobs=2, jail="docker", image=PYTHON) as box:
        assert _squares(box, 40, silence) == [f"{number * number}\n" for number in range(40)]
    until = time.monotonic() + 60
    with contextlib.closing(Engine()) as other:
        while other.containers({"ot-code.jail": "1"}):  # what could not be removed then is removed by now
            assert time.monotonic() < until
            time.sleep(0.1)


def test_what_a_hanging_engine_makes_late_is_removed(engine):
    with Sandbox(jobs=1, jail="docker", image=PYTHON) as box:
        patience, box._launcher._engine.api.timeout = box._launcher._engine.api.timeout, 1.0
        engine.signal(signal.SIGSTOP)
        threading.Timer(2.5, engine.signal, [signal.SIGCONT]).start()
        assert box.run("print(1)").stdout == "1\n"
        box._launcher._engine.api.timeout = patience
    until = time.monotonic() + 60
    with contextlib.closing(Engine()) as other:
        while other.containers({"ot-code.jail": "1"}):
            assert time.monotonic() < until
            time.sleep(0.1)


def test_an_engine_that_stays_away_is_said(engine):
    with Sandbox(jobs=1, jail="docker", image=PYTHON) as box:
        box.run("print(1)")
        box._launcher._patience_s = 1.0
        engine.stop()
        try:
            with pytest.raises(SandboxError, match="no Docker engine answers at unix://") as caught:
                box.run("print(2)")
            assert not caught.value.provoked
        finally:
            engine.start()
        box._launcher._patience_s = 60.0
        assert box.run("print(3)").stdout == "3\n"


def test_a_full_disk_is_said_and_passes(engine):
    fill = engine.data / "fill"
    with Sandbox(jobs=1, jail="docker", image=PYTHON) as box:
        assert box.run("print(1)").stdout == "1\n"
        _fill(fill)
        # A jail that is open needs no disk; a new one does.
        assert box.run("print(2)").stdout == "2\n"
        with box.open(Program("print(3)")) as session:
            session.run([Run()])
            session.close(broken=True)
            with pytest.raises(SandboxError, match="no space left on device") as caught:
                session.run([Run()])
            assert not caught.value.provoked
            fill.unlink()
            assert session.run([Run()])[0].stdout == "3\n"


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(1 << 16)):
            pass


def test_random_kills_of_containers_cost_no_verdict(engine):
    """A tenth of the programs are hostile; every second a jail is killed from outside."""
    ended = threading.Event()

    def kills():
        other = Engine()
        while not ended.wait(0.7):
            for container in other.containers({"ot-code.jail": "1"})[:1]:
                other.remove(container["Id"])
        other.close()

    hostile = "import os\nif not os.fork():\n    os.setsid()\nwhile True:\n    print('x' * 100_000)\n"
    with Sandbox(jobs=2, jail="docker", image=PYTHON) as box:
        box.run("print(1)")

        def one(number: int) -> str:
            source = hostile if number % 10 == 0 else f"print({number} ** 2)"
            with box.open(Program(source), Limits(cpu_time_s=1, wall_time_s=5, output_bytes=1_000_000)) as session:
                (done,) = _tried(session, number)
            return done.status.value if done.status is not Status.EXITED else done.stdout

        expected = ["output_limit" if number % 10 == 0 else f"{number**2}\n" for number in range(100)]
        killer = threading.Thread(target=kills)
        killer.start()
        try:
            with ThreadPoolExecutor(2) as threads:
                assert list(threads.map(one, range(100))) == expected
        finally:
            ended.set()
            killer.join()


def _tried(session, number):
    """Two kills may meet one run: that is our fault, said as such, and the caller tries again."""
    for _ in range(3):
        try:
            return session.run([Run()])
        except SandboxError:
            continue
    raise AssertionError(f"program {number} met a kill six times")


def test_a_first_contact_is_not_waited_for(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    begun = time.monotonic()
    with pytest.raises(EngineGoneError):
        docker.DockerLauncher(PYTHON)
    assert time.monotonic() - begun < 5
    assert issubclass(EngineGoneError, JailError)
    assert os.environ["DOCKER_HOST"].endswith("nothing.sock")
