import os
import signal

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for _ in range(200):
    try:
        os.write(1, b"x" * 1_000_000)
    except OSError:
        pass
