# expect: exited 0
# stdout: contained
import os
import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
for number in (signal.SIGTERM, signal.SIGCONT, signal.SIGKILL, signal.SIGSTOP):
    try:
        os.kill(-1, number)  # all but the caller and PID 1
    except OSError:
        pass
print("contained")
