"""Each defence, taken out: then a named program is no longer contained, so the tests of it can fail.

What is taken out is a line of our own: an option of bwrap, the filter, the text of the guest as it is sent, a method.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from abuse_control import Control
from abuse_corpus import case

from sandbox import Limits, Sandbox, SandboxError
from sandbox.jails import base, bubblewrap, spawner
from sandbox.jails.cgroup_group import Group
from sandbox.jails.cgroup_v1 import GroupV1
from sandbox.jails.cgroup_v2 import GroupV2

Patch = Callable[[pytest.MonkeyPatch], None]


def guest(module: str, line: str, instead: str) -> Patch:
    """The guest with other words in place of `line`, in the text that is sent into the jail."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        real = base.greeting

        def greeting(*arguments: Any) -> list[bytes]:
            head, loader, _, data = real(*arguments)
            sent = json.loads(data)
            for entry in sent["modules"]:
                if entry[0] == module:
                    assert line in entry[1], f"guest/{module}.py no longer has {line!r}: name what took its place"
                    entry[1] = entry[1].replace(line, instead)
            data = json.dumps(sent).encode()
            return [head, loader, len(data).to_bytes(8, "little"), data]

        monkeypatch.setattr(base, "greeting", greeting)

    return patch


def options(*words: str, instead: tuple[str, ...] = ()) -> Patch:
    """bwrap without these words, which stand together among its options."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        real = bubblewrap.BubblewrapLauncher._options

        def changed(*arguments: Any) -> list[str]:
            given = real(*arguments)
            at = next(i for i in range(len(given)) if tuple(given[i : i + len(words)]) == words)
            return [*given[:at], *instead, *given[at + len(words) :]]

        monkeypatch.setattr(bubblewrap.BubblewrapLauncher, "_options", changed)

    return patch


def all_of(*patches: Patch) -> Patch:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        for one in patches:
            one(monkeypatch)

    return patch


def no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "bpf_program", lambda: struct.pack("<HBBI", 0x06, 0, 0, 0x7FFF0000))


def no_memory_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for group in (GroupV1, GroupV2):
        monkeypatch.setattr(group, "set_memory", lambda *_: None)
    guest("clocks", "return held > limit_bytes", "return False")(monkeypatch)


def no_word_of_kills(monkeypatch: pytest.MonkeyPatch) -> None:
    guest("clocks", "_kills(oom_after) >", "0 >")(monkeypatch)
    guest("clocks", "_kills(now) >", "0 >")(monkeypatch)


def no_process_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Group, "set_processes", lambda *_: None)


def host_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    real = spawner.Spawner.start

    def start(self: spawner.Spawner, command: Callable[[], tuple[list[str], dict[str, Any]]]) -> Any:
        def with_environment() -> tuple[list[str], dict[str, Any]]:
            argv, keywords = command()
            return argv, keywords | {"env": dict(os.environ) | keywords["env"]}

        return real(self, with_environment)

    monkeypatch.setattr(spawner.Spawner, "start", start)
    options("--clearenv")(monkeypatch)


@dataclass(frozen=True)
class Defence:
    name: str
    program: str
    take_out: Patch
    wall_time_s: float | None = None

    @property
    def limits(self) -> Limits:
        limits = case(self.program).limits
        return limits if self.wall_time_s is None else replace(limits, wall_time_s=self.wall_time_s)


DEFENCES = (
    Defence("seccomp", "privileges/calls.cpp", no_filter),
    Defence("seccomp", "ipc/system_v_and_posix.cpp", no_filter),
    Defence("seccomp", "supervisor/priorities.py", no_filter),
    Defence("kill", "outlives/daemon.py", guest("window", "self.libc.waitpid(-1, None, 1) != -1", "False")),
    Defence("wipe", "no_state/files.py", guest("scratch", "self._clear(time.process_time() + WIPE_S)", "pass")),
    Defence("wipe", "no_state/times_of_the_working_directory.cpp", guest("scratch", "        self._refresh()", "")),
    Defence("wipe", "no_state/own_binary.cpp", guest("window", "os.fchmod(program.exe, 0o500)", "pass")),
    Defence("memory", "memory_limit/memfds_count.py", no_memory_limit, 1.0),
    Defence("memory", "memory_limit/dead_child_and_exit_0.py", no_word_of_kills),
    Defence("processes", "process_cap/raises_the_limit_first.cpp", no_process_limit),
    Defence(
        "output cap",
        "output_cap/one_byte_more.py",
        all_of(
            guest("window", 'cap = program.limits["output_bytes"]', "cap = 1 << 60"),
            guest("watch", 'cap = self._limits["output_bytes"]', "cap = 1 << 60"),
        ),
    ),
    Defence(
        "descriptors", "descriptors/only_three.py", guest("child", "os.closerange(4 if is_call else 3, 4096)", "0")
    ),
    Defence(
        "descriptors", "descriptors/only_three.cpp", guest("clocks", "set_inheritable(files[name], False)", "stat(0)")
    ),
    Defence("uid", "privileges/status.py", options("--uid", "1000", instead=("--uid", "0"))),
    Defence("capabilities", "privileges/status.py", options("--cap-drop", "ALL", instead=("--cap-add", "CAP_KILL"))),
    Defence("network", "network/connects.cpp", options("--unshare-net")),
    Defence("network", "network/listens.py", no_filter),
    Defence("environment", "environment/variables.py", host_environment),
    Defence("ipc", "ipc/system_v_and_posix.py", no_filter),
    Defence(
        "supervisor's memory",
        "supervisor/memory_and_descriptors.py",
        guest("supervisor", "libc.prctl(4, 0, 0", "(0 and 0"),
    ),
    Defence("read-only root", "host_files/writes.py", options("--remount-ro", "/")),
)


@contextmanager
def without(take_out: Patch) -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        take_out(patch)
        with Sandbox(jobs=1) as sandbox:
            sandbox._tested = True  # its self-test would refuse to go on, as the last test here shows
            yield sandbox


def found(sandbox: Sandbox, defence: Defence, host: dict[str, str]) -> list[str]:
    """What tests/abuse/test_programs.py would object to."""
    named = case(defence.program)
    try:
        with sandbox.open(named.program(host), defence.limits) as session:
            before = Control(sandbox)
            executions = named.execute(session)
        objections = named.objections(executions)
        return objections or before.objections(Control(sandbox))
    except (SandboxError, AssertionError) as error:
        return [repr(error)]


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda one: f"{one.name}: {one.program}")
def test_without_it_a_program_is_not_contained(defence: Defence, host: dict[str, str]) -> None:
    with without(defence.take_out) as sandbox:
        assert found(sandbox, defence, host)


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda one: f"{one.name}: {one.program}")
def test_with_it_the_program_is(defence: Defence, sandbox: Sandbox, host: dict[str, str]) -> None:
    assert found(sandbox, replace(defence, wall_time_s=None), host) == []


def test_the_host_has_an_output_cap_of_its_own() -> None:
    """A guest that sends without end costs the host no more than a few times the limit."""
    flood = case("output_cap/floods.py")
    endless = all_of(
        guest("watch", "(buffer is self.err or buffer.total <= cap)", "True"),
        guest("watch", 'cap = self._limits["output_bytes"]', "cap = 1 << 60"),
    )
    with without(endless) as sandbox, pytest.raises(SandboxError, match="more output than its limits"):
        sandbox.run(flood.program({}), limits=flood.limits)


@pytest.mark.parametrize(
    "take_out", [no_filter, no_memory_limit, options("--cap-drop", "ALL", instead=("--cap-add", "CAP_KILL"))]
)
def test_the_self_test_refuses_to_go_on(take_out: Patch) -> None:
    with pytest.MonkeyPatch.context() as patch:
        take_out(patch)
        with Sandbox(jobs=1) as sandbox, pytest.raises(SandboxError):
            sandbox.run("print(1)")
