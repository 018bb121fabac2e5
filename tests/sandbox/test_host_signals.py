"""What the host ignores or blocks is no business of a program: it starts as in a shell's foreground."""

from __future__ import annotations

import subprocess
import sys

HOST = """
import signal, sys
from sandbox import Sandbox
for number in (signal.SIGQUIT, signal.SIGUSR1, signal.SIGINT):
    if sys.argv[1] == "strange":
        signal.signal(number, signal.SIG_IGN)
if sys.argv[1] == "strange":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2, signal.SIGTERM])
with Sandbox(jobs=1) as sandbox:
    shown = "print(*[line for line in open('/proc/self/status') if line.startswith(('SigBlk', 'SigIgn'))])"
    print(sandbox.run(shown).stdout)
    print(sandbox.run("grep -E 'SigBlk|SigIgn' /proc/self/status", language="bash").stdout)
"""


def _shown(way: str) -> str:
    done = subprocess.run([sys.executable, "-c", HOST, way], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_a_program_starts_with_the_usual_signals_whatever_its_host_ignores():
    usual = _shown("usual")
    assert usual.count("SigBlk:\t0000000000000000") == 2
    assert _shown("strange") == usual
