"""Which system calls a jail may make: one table, rendered to BPF and to Docker's JSON.

An allow-list. What is in no group below answers ENOSYS, as a kernel without that call would: libraries then take the
older way (clone3 -> clone, io_uring -> epoll, inotify -> polling), and calls that future kernels add are refused too.
Numbers of a foreign architecture (i386 on x86_64, AArch32) mean other calls, so there the process is killed; x32 has
the same architecture and numbers from 2^30 on, all of them ENOSYS.

The filter is inherited by everything in the jail, the supervisor included, so it cannot tell the two apart.

Decisions that are not obvious:
- Sockets are AF_UNIX only, everything else answers EAFNOSUPPORT: the network namespace is empty, but its loopback
  would outlive a test (ports in TIME_WAIT), and a jail without a namespace has no other fence. `import socket`,
  asyncio, multiprocessing and its managers use AF_UNIX and pipes alone.
- Calls that set a file's times, and sync, answer 0 and do nothing. The times of an inode that several runs share
  (their stdin) would carry a message from one to the next; with an error instead, `touch`, `tar -x`, `cp -p` and
  shutil.copy2 would fail, which right programs use. `sync` would flush the disks of the whole host.
- chmod works (linkers and scripts need it), so whoever shares an inode between runs sets its mode back each time.
- Scheduling, priorities and limits can be set by a process for itself only, written as pid 0. (A thread that sets
  another thread's affinity, as pthread_setaffinity_np does even for itself, gets EPERM. So does prlimit on a child.)
- Argument rules look at the low 32 bits, because the kernel does: these are all int, unsigned int or umode_t.
- ioctl and fcntl are allow-lists as well: no TIOCSTI, no inode flags, no inode write hints.
- inotify, aio and user-visible kernel counters that all processes of one uid on the host share are left out.
"""

from __future__ import annotations

import errno
import functools
import platform
import stat
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import SandboxError
from sandbox.jails.syscalls import NUMBERS

# ---------------------------------------------------------------------------------------------------- the table

_FREE = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 sendfile splice tee vmsplice copy_file_range
open openat openat2 creat close close_range lseek dup dup2 dup3 pipe pipe2 flock fsync fdatasync sync_file_range
stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat getdents getdents64
getcwd chdir fchdir mkdir mkdirat rmdir link linkat symlink symlinkat unlink unlinkat rename renameat renameat2
chmod fchmod fchmodat fchmodat2 umask truncate ftruncate fallocate fadvise64 readahead cachestat
getxattr lgetxattr fgetxattr getxattrat listxattr llistxattr flistxattr listxattrat
poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime memfd_create

brk mmap munmap mremap mprotect madvise mincore msync mlock mlock2 munlock mlockall munlockall membarrier mseal
pkey_mprotect pkey_alloc pkey_free map_shadow_stack

fork vfork execve execveat exit exit_group wait4 waitid pidfd_open pidfd_send_signal kill tkill tgkill
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend rt_sigqueueinfo
rt_tgsigqueueinfo sigaltstack pause restart_syscall
futex futex_waitv futex_wake futex_wait futex_requeue set_robust_list set_tid_address rseq arch_prctl uretprobe prctl
getpid getppid gettid getpgid getpgrp setpgid getsid setsid getuid geteuid getgid getegid getresuid getresgid getgroups
setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid capget capset
getrlimit setrlimit getrusage times getpriority ioprio_get sysinfo uname getcpu getrandom
sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_getattr sched_get_priority_max
sched_get_priority_min sched_rr_get_interval
time gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep alarm getitimer setitimer
timer_create timer_settime timer_gettime timer_getoverrun timer_delete

connect bind listen accept accept4 getsockname getpeername shutdown setsockopt getsockopt
sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg
"""  # setuid and its kin: without a capability they reach the ids that the process has, and no other

_ANSWERS: Mapping[int, str] = {
    0: "utime utimes futimesat utimensat sync syncfs",
    # As the kernel itself answers somebody without capabilities.
    errno.EPERM: """
acct adjtimex chown chroot clock_adjtime clock_settime delete_module fchown fchownat finit_module init_module ioperm
iopl kcmp kexec_file_load kexec_load lchown mount move_mount open_by_handle_at pidfd_getfd pivot_root process_vm_readv
process_vm_writev ptrace quotactl quotactl_fd reboot setdomainname setgroups sethostname setns settimeofday swapoff
swapon syslog umount2 unshare vhangup
""",
    # As a file system without extended attributes answers; shutil and cp go on.
    errno.EOPNOTSUPP: """
setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
""",
}

_ALL = 0xFFFFFFFF
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}; NEWTIME is clone3's and unshare's alone
_IOCTLS = (
    *(0x5401, 0x5402, 0x5403, 0x5404),  # TCGETS, TCSETS, TCSETSW, TCSETSF: isatty, termios
    *(0x802C542A, 0x402C542B, 0x402C542C, 0x402C542D),  # the same four as newer C libraries ask
    *(0x540F, 0x5410, 0x5411, 0x5413, 0x5414, 0x5429),  # TIOC{GPGRP,SPGRP,OUTQ,GWINSZ,SWINSZ,GSID}
    *(0x541B, 0x5421, 0x5450, 0x5451, 0x5452),  # FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, FIOASYNC
    *(0x80045430, 0x40045431, 0x5441),  # TIOC{GPTN,SPTLCK,GPTPEER}: a pseudo-terminal of its own
    *(0x40049409, 0x80086601),  # FICLONE (cp tries it), FS_IOC_GETFLAGS
)


@dataclass(frozen=True, slots=True)
class Compare:
    """Whether the low 32 bits of argument `index`, masked, are `value`."""

    index: int
    value: int
    mask: int = _ALL


@dataclass(frozen=True, slots=True)
class Rule:
    """A call that is allowed when all comparisons of one of `ways` hold; otherwise it answers `error`."""

    ways: tuple[tuple[Compare, ...], ...]
    error: int


def _any_of(index: int, values: Iterable[int], error: int, mask: int = _ALL) -> Rule:
    return Rule(tuple((Compare(index, value, mask),) for value in values), error)


_ON_SELF = _any_of(0, (0,), errno.EPERM)  # pid 0
_UNIX = _any_of(0, (1,), errno.EAFNOSUPPORT)
_NODES = (0, stat.S_IFREG, stat.S_IFIFO, stat.S_IFSOCK)

RULES: Mapping[str, Rule] = {
    "clone": _any_of(0, (0,), errno.EPERM, mask=_NEW_NAMESPACES),
    "fcntl": Rule(
        # 0-31, OFD locks, 1024-1035 (leases, DUPFD_CLOEXEC, pipe sizes, seals, asking for hints)
        tuple((Compare(1, v, m),) for v, m in ((0, ~31 & _ALL), (36, ~3 & _ALL), (1024, ~7 & _ALL), (1032, ~3 & _ALL))),
        errno.EINVAL,
    ),
    "ioctl": _any_of(1, _IOCTLS, errno.ENOTTY),
    "ioprio_set": Rule(((Compare(0, 1), Compare(1, 0)),), errno.EPERM),  # IOPRIO_WHO_PROCESS, itself
    "mknod": _any_of(1, _NODES, errno.EPERM, mask=0o170000),
    "mknodat": _any_of(2, _NODES, errno.EPERM, mask=0o170000),
    "personality": _any_of(0, (0, _ALL), errno.EPERM),  # the plain one, or to ask
    "prlimit64": _ON_SELF,
    "sched_setaffinity": _ON_SELF,
    "sched_setattr": _ON_SELF,
    "sched_setparam": _ON_SELF,
    "sched_setscheduler": _ON_SELF,
    "setpriority": Rule(((Compare(0, 0), Compare(1, 0)),), errno.EPERM),  # PRIO_PROCESS, itself
    "socket": _UNIX,
    "socketpair": _UNIX,
}

ALLOWED: frozenset[str] = frozenset(_FREE.split())
REFUSED: Mapping[str, int] = {name: number for number, names in _ANSWERS.items() for name in names.split()}
"""Name -> errno of the calls that answer something other than ENOSYS; 0: they say yes and do nothing."""

# ------------------------------------------------------------------------------------------------------- as BPF

_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_ALIASES = {"amd64": "x86_64", "arm64": "aarch64"}
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _AND, _IF_EQUAL, _IF_AT_LEAST, _JUMP, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x05, 0x06
_NR, _ARCH, _ARGS = 0, 4, 16  # offsets in struct seccomp_data; both machines are little-endian

_Step = tuple[int, int, int, int]  # code, jump if true, jump if false, k: struct sock_filter
_Leaf = int | str  # what to return, or the name of the rule to go on with


def machine_name(machine: str) -> str:
    """The table's name of an architecture. Raises SandboxError for one that it does not have."""
    name = _ALIASES.get(machine, machine)
    if name not in _AUDIT_ARCH:
        raise SandboxError(f"no system call filter for the architecture {machine!r}: use a x86_64 or aarch64 machine")
    return name


@functools.cache
def bpf_program(arch: str | None = None, also: frozenset[str] = frozenset()) -> bytes:
    """The filter as an array of struct sock_filter, as `bwrap --seccomp FD` and prctl take it.

    arch: x86_64 or aarch64; None: this machine's. also: calls that are allowed beside the table's.
    Raises SandboxError for any other architecture.
    """
    machine = machine_name(arch or platform.machine())
    head: list[_Step] = [
        (_LOAD, 0, 0, _ARCH),
        (_IF_EQUAL, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NR),
    ]
    tree = _search(_segments(NUMBERS[machine], also))
    blocks: list[_Step] = []
    starts: dict[str, int] = {}
    for name in sorted(RULES.keys() & NUMBERS[machine].keys()):
        starts[name] = len(tree) + len(blocks)
        blocks += _block(RULES[name])
    resolved = [(_JUMP, 0, 0, starts[step] - at - 1) if isinstance(step, str) else step for at, step in enumerate(tree)]
    return b"".join(struct.pack("<HBBI", *step) for step in [*head, *resolved, *blocks])


def _segments(numbers: Mapping[str, int], also: frozenset[str] = frozenset()) -> list[tuple[int, _Leaf]]:
    """First number and answer of each stretch of equal answers, from 0 on; the last one has no end."""
    refuse: _Leaf = _ERRNO | errno.ENOSYS
    answers: dict[int, _Leaf] = {}
    for name, number in numbers.items():
        if name in RULES:
            answers[number] = name
        elif name in ALLOWED or name in also:
            answers[number] = _ALLOW
        else:
            answers[number] = _ERRNO | REFUSED.get(name, errno.ENOSYS)
    stretches: list[tuple[int, _Leaf]] = []
    for number in range(max(answers) + 2):
        answer = answers.get(number, refuse)
        if not stretches or stretches[-1][1] != answer:
            stretches.append((number, answer))
    return stretches


def _search(stretches: list[tuple[int, _Leaf]]) -> list[_Step | str]:
    """A balanced search for the stretch that holds the loaded number; a name stands for a jump to a rule."""
    if len(stretches) == 1:
        leaf = stretches[0][1]
        return [leaf if isinstance(leaf, str) else (_RETURN, 0, 0, leaf)]
    middle = len(stretches) // 2
    below, above = _search(stretches[:middle]), _search(stretches[middle:])
    first = stretches[middle][0]
    if len(below) <= 255:  # a conditional jump has eight bits
        return [(_IF_AT_LEAST, len(below), 0, first), *below, *above]
    return [(_IF_AT_LEAST, 0, 1, first), (_JUMP, 0, 0, len(below)), *below, *above]


def _block(rule: Rule) -> list[_Step]:
    """The steps that decide one rule, ending in its answers."""
    steps: list[_Step] = []
    loaded: tuple[int, int] | None = None  # argument and mask that the accumulator holds where this way begins
    for way in rule.ways:
        tests: list[list[_Step]] = []
        for compare in way:
            load: list[_Step] = []
            if (compare.index, compare.mask) != loaded:
                load.append((_LOAD, 0, 0, _ARGS + 8 * compare.index))
                if compare.mask != _ALL:
                    load.append((_AND, 0, 0, compare.mask))
            tests.append([*load, (_IF_EQUAL, 0, 0, compare.value)])
            loaded = (compare.index, compare.mask)
        left = sum(map(len, tests)) + 1  # with the return
        for test in tests:
            left -= len(test)
            code, _, _, value = test[-1]
            steps += [*test[:-1], (code, 0, left, value)]
        steps.append((_RETURN, 0, 0, _ALLOW))
        loaded = loaded if len(way) == 1 else None  # a way of several tests can fail at any of them
    return [*steps, (_RETURN, 0, 0, _ERRNO | rule.error)]


# ----------------------------------------------------------------------------------------------- as Docker's JSON


def docker_profile() -> dict[str, Any]:
    """The same table as a profile for `docker run --security-opt seccomp=FILE`, to be written as JSON.

    A rule's refused arguments answer ENOSYS there, for the profile has no "otherwise"; what is allowed is the same.
    Needs `--security-opt no-new-privileges`: without it, runc sets a container up under this filter.
    """

    def errors(names: Iterable[str], number: int) -> dict[str, Any]:
        return {"names": sorted(names), "action": "SCMP_ACT_ERRNO", "errnoRet": number}

    known = frozenset().union(*NUMBERS.values())
    calls: list[dict[str, Any]] = [{"names": sorted(ALLOWED), "action": "SCMP_ACT_ALLOW"}]
    calls += [errors(names.split(), number) for number, names in _ANSWERS.items()]
    # The default says so already, but an engine that does not know `defaultErrnoRet` answers EPERM, and then glibc
    # never falls back from clone3 to clone: threads could not be started.
    calls.append(errors(known - ALLOWED - RULES.keys() - REFUSED.keys(), errno.ENOSYS))
    for name, rule in sorted(RULES.items()):
        for way in rule.ways:
            compares = [
                {"index": c.index, "value": c.mask, "valueTwo": c.value, "op": "SCMP_CMP_MASKED_EQ"} for c in way
            ]
            calls.append({"names": [name], "action": "SCMP_ACT_ALLOW", "args": compares})
    return {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": errno.ENOSYS,
        "archMap": [
            {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []},
            {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": []},
        ],
        "syscalls": calls,
    }
