# expect: exited 0
# stdout: contained
# limits: wall_time_s=3
import os
import signal
import time

supervisor = os.getppid()  # 1 where there is a PID namespace

for number in (*range(1, 32), *range(signal.SIGRTMIN, signal.SIGRTMAX + 1)):
    try:
        os.kill(supervisor, number)
    except OSError:
        pass
for number in (signal.SIGKILL, signal.SIGSTOP):
    try:
        signal.pidfd_send_signal(os.pidfd_open(supervisor), number)
    except PermissionError:
        pass
time.sleep(0.1)
print("contained" if os.getppid() == supervisor and os.path.isdir(f"/proc/{supervisor}") else "escaped")
