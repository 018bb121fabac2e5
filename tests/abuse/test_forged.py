"""Forged results: what a program hands back is data, and an absent result is never one."""

from __future__ import annotations

import resource
import time

import pytest
from test_defences import guest, without

from sandbox import Call, Execution, Limits, Program, Run, Sandbox, Status


def call(sandbox: Sandbox, source: str, *arguments: object) -> Execution:
    return sandbox.call(source, "f", *arguments, limits=Limits(cpu_time_s=2))


_NOTHING_RETURNED = {
    "an object that equals everything": "class A:\n __eq__ = lambda s, o: True\n __hash__ = None\ndef f(): return A()",
    "leaves early": "import os\ndef f(): os._exit(0)",
    "leaves early, in a method": "import os\nclass Solution:\n def f(self): os._exit(0)",
    "leaves while it is loaded": "import sys\nsys.exit(0)",
    "leaves by SystemExit": "def f(): raise SystemExit(0)",
    "claims to have passed": "import os\nprint('PASSED', 'OK', '{\"op\": \"done\"}', flush=True)\ndef f(): os._exit(0)",
    "garbage on the descriptor of results": "import os\ndef f():\n os.write(3, b'PASSED')\n os._exit(0)",
    "two results": "import os\ndef f():\n os.write(3, b'1')\n return [2]",
    "deeper than anything": "import os\ndef f():\n os.write(3, b'[' * 100000)\n os._exit(0)",
    "a letter beyond all letters": "import os\ndef f():\n os.write(3, b'{\"u\": [99999999999999999]}')\n os._exit(0)",
    "an object of many keys": 'import os\ndef f():\n os.write(3, b\'{"i": "1", "b": ""}\')\n os._exit(0)',
    "a list in a set": "import os\ndef f():\n os.write(3, b'{\"s\": [[1]]}')\n os._exit(0)",
    "an endless list": "def f():\n a = []\n a.append(a)\n return a",
    "a generator": "def f(): yield 1",
    "a class path": "import os, pickle\ndef f():\n os.write(3, pickle.dumps(os.getcwd))\n os._exit(0)",
    "a type that lies": "class A:\n __class__ = int\ndef f(): return A()",
    "an exit status of 0 beside a traceback": "import sys, os\nsys.excepthook = lambda *a: os._exit(0)\ndef f(): 1 / 0",
    "dies after it returned": "import atexit, os\natexit.register(os._exit, 0)\ndef f(): return 1",
}


@pytest.mark.parametrize("name", _NOTHING_RETURNED)
def test_nothing_is_returned(name: str, sandbox: Sandbox) -> None:
    done = call(sandbox, _NOTHING_RETURNED[name])
    assert not done.has_returned, done
    assert done.returned is None
    assert call(sandbox, "def f(x): return x", 5).returned == 5


def test_a_subclass_is_reduced_by_its_base(sandbox: Sandbox) -> None:
    source = """\
class I(int):
    __eq__ = lambda s, o: True
    __hash__ = int.__hash__
    __repr__ = __str__ = __index__ = __int__ = __pos__ = lambda s: 42
class L(list):
    __iter__ = lambda s: iter([42])
class S(str):
    __eq__ = lambda s, o: True
    __hash__ = str.__hash__
    encode = lambda *a: b'42'
    __getitem__ = lambda *a: '42'
def f(): return [I(7), L([I(1), 2]), S('x'), True]
"""
    returned = call(sandbox, source).returned
    assert returned == [7, [1, 2], "x", True]
    assert [type(one) for one in returned] == [int, list, str, bool]


def test_what_it_prints_is_kept_apart(sandbox: Sandbox) -> None:
    done = call(sandbox, "import sys\ndef f():\n print('42')\n sys.stderr.write('42')\n return 41")
    assert (done.returned, done.stdout, done.stderr) == (41, "42\n", "42")


def test_patched_builtins_change_its_own_answer_alone(sandbox: Sandbox) -> None:
    source = """\
import builtins, json, os, sys, gc
def forged(*a, **k): return '42'
json.dumps = json.loads = forged
builtins.isinstance = builtins.type = builtins.len = builtins.print = forged
for one in gc.get_objects():
    if isinstance(one, dict) and 'dump_plain' in one:
        one['dump_plain'] = forged
def f(): return 41
"""
    call(sandbox, source)
    assert call(sandbox, "def f(x): return x", [1, "a"]).returned == [1, "a"]


def test_text_that_would_fill_the_host(sandbox: Sandbox) -> None:
    """A megabyte of empty lists is thirty of objects; beyond a cap it is nothing at all."""
    source = """\
import os
def f():
    left = memoryview(b'[' + b'[],' * 18000000 + b'1]')
    while left:
        left = left[os.write(3, left):]
    os._exit(0)
"""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert not call(sandbox, source).has_returned
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024


@pytest.mark.parametrize("text", ['{"s":[%s]}', '{"d":[%s]}'], ids=["a set", "a dict"])
def test_members_made_to_collide_do_not_hold_up_the_host(text: str, sandbox: Sandbox) -> None:
    """Multiples of 2**61 - 1 have the hash 0: a set of 200,000 of them took the host minutes, outside of any limit."""
    member = '{"i":"%x"}' if '"s"' in text else '[{"i":"%x"},1]'
    source = f"""\
import os
def f():
    members = ','.join({member!r} % (k * (2**61 - 1)) for k in range(1, 200000))
    left = memoryview(({text!r} % members).encode())
    while left:
        left = left[os.write(3, left):]
    os._exit(0)
"""
    begun = time.process_time()
    assert not call(sandbox, source).has_returned
    assert time.process_time() - begun < 5


def test_members_that_happen_to_collide_come_back(sandbox: Sandbox) -> None:
    """All powers of two have one of 61 hashes."""
    assert call(sandbox, "def f(): return {2**k for k in range(10000)}").returned == {2**k for k in range(10000)}
    assert call(sandbox, "def f(): return {2**k: k for k in range(999)}").returned == {2**k: k for k in range(999)}


# ---- what another program, or an earlier run, left to be found. The pattern that searches does not match itself.

_SCAN = """\
import gc, os, re, sys
pattern = re.compile(rb"CANARY-[0-9]{16}")
found = []
frame = sys._getframe()
while frame:
    found += pattern.findall(repr((frame.f_locals, frame.f_globals)).encode("utf-8", "replace"))
    frame = frame.f_back
for one in gc.get_objects():
    if isinstance(one, (list, tuple, dict)):
        found += re.findall("CANARY-[0-9]{16}", " ".join(word for word in one if isinstance(word, str)))
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as mem:
    for line in maps:
        where, rights = line.split()[:2]
        begin, end = (int(word, 16) for word in where.split("-"))
        if not rights.startswith("r") or "[v" in line:
            continue
        for at in range(begin, end, 1 << 20):
            try:
                found += pattern.findall(os.pread(mem.fileno(), min(end - at, 1 << 20) , at))
            except OSError:
                break
for name in os.listdir("/proc/self/fd"):
    try:
        found += pattern.findall(open("/proc/self/fd/" + name, "rb").read()) if int(name) > 2 else []
    except OSError:
        pass
print(len(found), [bytes(one).decode() if not isinstance(one, str) else one for one in found][:5])
"""
_CANARY = "CANARY-12345678901234%02d"


def _earlier(sandbox: Sandbox) -> str:
    """Runs a program whose source, input, output and arguments hold canaries; then what a scan finds."""
    printing = Program(
        f"import sys\nx = '{_CANARY % 1}'\nprint(x, sys.stdin.read())\nsys.stderr.write('{_CANARY % 2}')"
    )
    with sandbox.open(printing) as session:
        done = session.run([Run(_CANARY % number + "\n") for number in (3, 4, 5)])
        assert all(_CANARY % 1 in one.stdout for one in done)
    calling = Program(f"def f(x): return [x, '{_CANARY % 6}']\n")
    with sandbox.open(calling) as session:
        assert session.run([Call("f", (_CANARY % 7,))])[0].returned == [_CANARY % 7, _CANARY % 6]
    with sandbox.open(Program(_SCAN)) as session:
        first = session.run([Run(_CANARY % 8), Run(), Run(_CANARY % 9)])
    assert all(one.ok for one in first), first
    return first[1].stdout


def test_nothing_of_earlier_programs_is_found(sandbox: Sandbox) -> None:
    assert _earlier(sandbox) == "0 []\n"


def test_the_scan_can_find(sandbox: Sandbox) -> None:
    """The defence taken out: buffers that children inherit."""
    with without(guest("buffers", "self._map.madvise(mmap.MADV_DONTFORK)", "0")) as bare:
        assert _earlier(bare) != "0 []\n"


def test_an_early_exit_after_right_output_is_told(sandbox: Sandbox) -> None:
    """sys.exit(0) after right output is right; output that never came is only what came."""
    done = sandbox.run("import os\nprint('right')\nos._exit(0)")
    assert (done.status, done.exit_code, done.stdout) == (Status.EXITED, 0, "")  # as plain python3: it was not flushed
