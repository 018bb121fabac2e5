import os
import signal
import time

children = []
try:
    while True:
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
            os._exit(0)
        children.append(pid)
except OSError:
    for pid in children:
        os.kill(pid, signal.SIGKILL)
print("ready")
