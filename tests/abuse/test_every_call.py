"""Every system call outside the table is refused on each kind of jail: a C program calls each number."""

from __future__ import annotations

import errno
import platform
from collections.abc import Iterator

import pytest
from docker_engines import LANGUAGES, engine_here

from sandbox import Sandbox
from sandbox.jails.landlock_rules import kernel_abi
from sandbox.jails.seccomp import ALLOWED, REFUSED, RULES
from sandbox.jails.syscalls import NUMBERS

_MOST = 600
_X86 = platform.machine() == "x86_64"
_SOURCE = r"""
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <csignal>
#include <initializer_list>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static bool allowed[@MOST@];
static const int listed[] = {@ALLOWED@};
static int calls(long number, bool by_interrupt) {  // the errno; 0: it was done; -N: ended by signal N
    int ends[2];
    if (pipe(ends)) abort();
    pid_t child = fork();
    if (!child) {
        long done;
#ifdef __x86_64__
        if (by_interrupt) {
            __asm__ volatile("int $0x80" : "=a"(done) : "a"(number), "b"(-1), "c"(-1), "d"(-1) : "memory");
            errno = done < 0 && done > -4096 ? -done : 0;
            if (errno) done = -1;
        } else
#endif
            done = syscall(number, -1, -1, -1, -1, -1, -1);
        int answer = done == -1 ? errno : 0;
        if (write(ends[1], &answer, sizeof answer) < 0) abort();
        _exit(0);
    }
    close(ends[1]);
    int answer = 0, status;
    bool said = read(ends[0], &answer, sizeof answer) == sizeof answer;
    close(ends[0]);
    waitpid(child, &status, 0);
    return said ? answer : WIFSIGNALED(status) ? -WTERMSIG(status) : 0;
}
int main() {
    for (int number : listed) allowed[number] = true;
    for (int number = 0; number < @MOST@; number++)
        if (!allowed[number]) printf("%d %d\n", number, calls(number, false));
#ifdef __x86_64__
    for (int number : {20, 1, 39, 57, 102, 359}) printf("i386 %d\n", calls(number, true));
    for (int number = 0; number < @MOST@; number++) {
        int answer = calls(0x40000000L | number, false);
        if (answer != ENOSYS && answer != -SIGSYS) printf("x32 %d %d\n", number, answer);
    }
#endif
    puts("end");
}
"""


@pytest.fixture(scope="module", params=["bubblewrap", "docker", "landlock"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """One of each kind."""
    kind, image = request.param, None
    if kind == "docker":
        with engine_here() as engine:
            if engine.image(LANGUAGES) is None:
                pytest.skip(f"the engine has no {LANGUAGES} to build it in: ot-code images build languages")
        image = LANGUAGES
    if kind == "landlock" and not kernel_abi():
        pytest.skip("this kernel has no Landlock")
    with Sandbox(jobs=1, jail=kind, image=image) as one:
        yield one


def test_every_call_outside_the_table_is_refused(sandbox: Sandbox) -> None:
    numbers = NUMBERS["x86_64" if _X86 else "aarch64"]
    # The kernel lets these past every filter: uprobes do nothing away from a probe that a process set itself.
    past = {"uprobe", "uretprobe"}
    allowed = {numbers[name] for name in (ALLOWED | RULES.keys() | past) & numbers.keys()}
    source = _SOURCE.replace("@MOST@", str(_MOST)).replace("@ALLOWED@", ", ".join(map(str, sorted(allowed))))
    done = sandbox.run(source, language="cpp")
    assert done.stdout.endswith("end\n"), done
    lines = [line.split() for line in done.stdout.splitlines()[:-1]]
    answers = {int(number): int(answer) for number, answer in (line for line in lines if line[0].isdigit())}
    names = {number: name for name, number in numbers.items()}
    assert set(answers) == set(range(_MOST)) - allowed
    wrong = {
        number: (names.get(number), answer)
        for number, answer in answers.items()
        if answer != REFUSED.get(names.get(number, ""), errno.ENOSYS)
        # Engines that do not know `defaultErrnoRet`, or the newest calls, have their own answers.
        and not (sandbox.jail_kind.startswith("docker") and answer in (errno.EPERM, errno.ENOSYS))
    }
    assert wrong == {}
    assert [line for line in lines if line[0] == "x32"] == []
    interrupts = [int(line[1]) for line in lines if line[0] == "i386"]
    assert len(interrupts) == (6 if _X86 else 0)
    assert all(answer < 0 for answer in interrupts), interrupts
