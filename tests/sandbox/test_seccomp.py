"""The filter as a program: a small interpreter decides every call, on both machines and in both renderings."""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import functools
import json
import os
import struct
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.errors import SandboxError
from sandbox.jails.seccomp import ALLOWED, REFUSED, RULES, bpf_program, docker_profile
from sandbox.jails.syscalls import NUMBERS

ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003, "arm": 0x40000028}
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000


@functools.lru_cache(maxsize=8)
def unpacked(program: bytes) -> list[tuple[int, int, int, int]]:
    return list(struct.iter_unpack("<HBBI", program))


def evaluate(program: bytes, arch: int, number: int, args: Sequence[int] = ()) -> int:
    """What the kernel's interpreter of classic BPF returns for this call."""
    args = [*args, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, arch, 0, *(a & (2**64 - 1) for a in args))
    steps = unpacked(program)
    at = accumulator = 0
    for _ in range(len(steps)):
        code, jump_true, jump_false, k = steps[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, k)[0]
        elif code == 0x54:
            accumulator &= k
        elif code == 0x05:
            at += k
        elif code == 0x06:
            return int(k)
        else:
            true = {0x15: accumulator == k, 0x25: accumulator > k, 0x35: accumulator >= k, 0x45: bool(accumulator & k)}
            at += jump_true if true[code] else jump_false
    raise AssertionError("the program does not end")


@pytest.fixture(scope="module", params=["x86_64", "aarch64"])
def arch(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def expected(name: str | None, args: Sequence[int]) -> int:
    """The table read plainly, without ranges, trees or jumps."""
    if name in RULES:
        rule = RULES[name]
        held = any(all((args[c.index] & c.mask) == c.value for c in way) for way in rule.ways)
        return ALLOW if held else ERRNO | rule.error
    if name in ALLOWED:
        return ALLOW
    return ERRNO | REFUSED.get(name or "", errno.ENOSYS)


def test_the_table_is_one_partition_of_known_names():
    known = set().union(*NUMBERS.values())
    assert known >= ALLOWED | REFUSED.keys() | RULES.keys()
    assert not ALLOWED & REFUSED.keys()
    assert not (ALLOWED | REFUSED.keys()) & RULES.keys()


def test_every_number_answers_as_the_table_says(arch):
    program = bpf_program(arch)
    names = {number: name for name, number in NUMBERS[arch].items()}
    for number in [*range(600), 2**30 - 1, 2**30, 2**30 + 1, 2**31, 2**32 - 1]:
        for args in ([0] * 6, [1] * 6, [2**32 - 1] * 6):
            assert evaluate(program, ARCH[arch], number, args) == expected(names.get(number), args), (number, args)


@given(
    arch=st.sampled_from(["x86_64", "aarch64"]),
    call=st.one_of(st.sampled_from(sorted(RULES)), st.integers(0, 2**32 - 1)),
    args=st.lists(
        st.one_of(
            st.integers(0, 2**64 - 1),
            st.sampled_from(
                sorted(
                    {c.value | high for r in RULES.values() for w in r.ways for c in w for high in (0, 1 << 32, 128)}
                )
            ),
        ),
        min_size=6,
        max_size=6,
    ),
)
@settings(max_examples=1500)
def test_only_calls_of_the_table_are_allowed(arch, call, args):
    number = NUMBERS[arch].get(call) if isinstance(call, str) else call
    if number is None:
        return
    names = {n: name for name, n in NUMBERS[arch].items()}
    assert evaluate(bpf_program(arch), ARCH[arch], number, args) == expected(names.get(number), args)


@pytest.mark.parametrize("other", ["i386", "arm"])
def test_a_foreign_architecture_is_killed(arch, other):
    assert {evaluate(bpf_program(arch), ARCH[other], number) for number in range(500)} == {KILL}


def test_x32_is_refused():
    program = bpf_program("x86_64")
    assert {evaluate(program, ARCH["x86_64"], 2**30 + n) for n in range(600)} == {ERRNO | errno.ENOSYS}


def test_upper_halves_of_arguments_do_not_get_past_a_rule(arch):
    program, numbers = bpf_program(arch), NUMBERS[arch]
    tiocsti, high = 0x5412, 1 << 32
    assert evaluate(program, ARCH[arch], numbers["ioctl"], [0, tiocsti | high]) == ERRNO | errno.ENOTTY
    assert evaluate(program, ARCH[arch], numbers["socket"], [high | 2]) == ERRNO | errno.EAFNOSUPPORT
    assert evaluate(program, ARCH[arch], numbers["clone"], [high | 0x10000000]) == ERRNO | errno.EPERM


def test_the_program_is_what_the_kernel_takes(arch):
    program = bpf_program(arch)
    assert len(program) % 8 == 0
    assert len(program) // 8 < 4096
    assert bpf_program("arm64") == bpf_program("aarch64")


def test_an_unknown_machine_is_an_error_that_says_what_to_use():
    with pytest.raises(SandboxError, match=r"riscv64.*x86_64 or aarch64"):
        bpf_program("riscv64")


# --------------------------------------------------------------------------------------------- Docker's rendering


class ArgCompare(ctypes.Structure):
    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


def through_libseccomp(profile: dict[str, Any], arch: str) -> bytes:
    """The profile as runc would load it: through libseccomp, names that it does not know left out."""
    found = ctypes.util.find_library("seccomp")
    if found is None:
        pytest.skip("libseccomp is not on this machine (libseccomp2)")
    lib = ctypes.CDLL(found, use_errno=True)
    lib.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(ERRNO | profile["defaultErrnoRet"])))
    for token in ARCH.values():
        lib.seccomp_arch_remove(context, ctypes.c_uint32(token))
    assert lib.seccomp_arch_add(context, ctypes.c_uint32(ARCH[arch])) == 0
    for call in profile["syscalls"]:
        action = ALLOW if call["action"] == "SCMP_ACT_ALLOW" else ERRNO | call["errnoRet"]
        if action == ERRNO | profile["defaultErrnoRet"]:
            continue  # libseccomp takes no rule that equals the default; runc leaves those out too
        compares = (ArgCompare * 6)(*((a["index"], 7, a["value"], a["valueTwo"]) for a in call.get("args", ())))
        for name in call["names"]:
            number = lib.seccomp_syscall_resolve_name(name.encode())
            if number != -1:
                args = (ctypes.c_uint32(action), number, len(call.get("args", ())), compares)
                assert lib.seccomp_rule_add_array(context, *args) == 0, name
    fd = os.memfd_create("bpf")
    assert lib.seccomp_export_bpf(context, fd) == 0
    lib.seccomp_release(context)
    program = os.pread(fd, 1 << 20, 0)
    os.close(fd)
    return program


def test_docker_allows_the_same(arch):
    ours, theirs = bpf_program(arch), through_libseccomp(json.loads(json.dumps(docker_profile())), arch)
    values = sorted(
        {c.value for r in RULES.values() for w in r.ways for c in w} | {2, 16, 17, 40, 1036, 0x5412, 1 << 32}
    )
    for name, number in NUMBERS[arch].items():
        if number > 456 or name in ("uretprobe", "uprobe"):
            continue  # newer than the library
        ways = RULES[name].ways if name in RULES else ()
        values = sorted({c.value for way in ways for c in way} | {2, 17, 1036, 0x5412, 0o060000, 0x10000000, 1 << 32})
        rows = [[a, b, c] for a in values for b in values for c in values[:9]] if ways else [[0, 0, 0]]
        for args in rows:
            here, there = (evaluate(p, ARCH[arch], number, args) for p in (ours, theirs))
            if name in RULES:
                here, there = here == ALLOW, there == ALLOW
            assert here == there, (name, args)


def test_docker_answers_enosys_for_clone3_by_name():
    calls = [c for c in docker_profile()["syscalls"] if "clone3" in c["names"]]
    assert [c["errnoRet"] for c in calls] == [errno.ENOSYS]
