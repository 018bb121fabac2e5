# expect: exited 0
# stdout: done
# wall_under: 10
import os
import signal
import time

if not os.fork():
    os.setsid()
    if not os.fork():
        for number in range(1, 32):
            if number not in (signal.SIGKILL, signal.SIGSTOP):
                signal.signal(number, signal.SIG_IGN)
        while True:
            try:
                open("/tmp/alive", "w").write("CANARY")
            except OSError:
                pass
            time.sleep(0.001)
    os._exit(0)
os.wait()
print("done")
