"""Programs by the rule: every built-in exception, every kind of exit status, every way to read every kind of input."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from pathlib import Path

from differential_corpus import Case, programs_of

EXIT_VALUES = (
    "", "None", "0", "1", "2", "124", "137", "255", "256", "257", "-1", "-2", "2**31", "2**40", "2**70", "True",
    "False", "'text'", "''", "b'bytes'", "3.5", "0.0", "[1, 2]", "(1, 2)", "{}", "ValueError('v')", "print",
    "chr(0xdc80)",
)  # fmt: skip
SIGNALS = (
    "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
    "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGCHLD", "SIGCONT", "SIGURG", "SIGXCPU", "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF", "SIGWINCH", "SIGIO", "SIGSYS",
)  # fmt: skip
SIGNALLED = """
import os, signal, time
print("before", flush=True)
os.kill(os.getpid(), signal.{})
time.sleep(0.02)
print("after")
"""
INPUTS = {
    "lines": b"3\n1 2 3\nlast line\n",
    "no_final_newline": b"5 6\nx",
    "empty": b"",
    "carriage_returns": b"1\r\n2\r3\n",
    "only_newlines": b"\n\n\n",
    "utf8": "schön ✓\n\U0001f600\n".encode(),
    "invalid_utf8": b"ok\ncaf\xe9\n",
    "null_bytes": b"a\0b\nc\n",
    "long": b"".join(b"%d %d\n" % (n, n * n) for n in range(20000)),
}
READERS = Path(__file__).resolve().parent / "readers.txt"
ARGUMENTS = {
    "UnicodeDecodeError": "'utf-8', b'x', 0, 1, 'why'",
    "UnicodeEncodeError": "'ascii', 'x', 0, 1, 'why'",
    "UnicodeTranslateError": "'x', 0, 1, 'why'",
    "BaseExceptionGroup": "'group', [ValueError(1), KeyError('k')]",
    "ExceptionGroup": "'group', [ValueError(1), TypeError('t')]",
    "OSError": "2, 'No such file', 'name'",
}


def families() -> Iterator[Case]:
    """All of them, in a fixed order."""
    for value in EXIT_VALUES:
        yield Case(f"sys_exit({value})", f"import sys\nprint('before')\nsys.exit({value})\n")
        yield Case(f"exit({value})", f"print('before')\nexit({value})\n")
    for name in sorted(dir(builtins)):
        kind = getattr(builtins, name)
        if isinstance(kind, type) and issubclass(kind, BaseException) and name == kind.__name__:
            arguments = ARGUMENTS.get(name, repr(f"said {name}"))
            yield Case(f"raise_{name}", f"print('before')\nraise {name}({arguments})\n")
    for name in SIGNALS:
        yield Case(f"signal_{name}", SIGNALLED.format(name))
    for reader in programs_of(READERS):
        for kind, data in INPUTS.items():
            yield Case(f"{reader.name}-{kind}", reader.source, data)
