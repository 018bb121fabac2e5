# expect: exited 0
# stdout: contained
# limits: wall_time_s=3
import os
import signal
import time

for number in (*range(1, 32), *range(signal.SIGRTMIN, signal.SIGRTMAX + 1)):
    try:
        os.kill(1, number)
    except OSError:
        pass
signal.pidfd_send_signal(os.pidfd_open(1), signal.SIGKILL)
signal.pidfd_send_signal(os.pidfd_open(1), signal.SIGSTOP)
time.sleep(0.1)
print("contained" if os.getppid() == 1 and os.path.isdir("/proc/1") else "escaped")
