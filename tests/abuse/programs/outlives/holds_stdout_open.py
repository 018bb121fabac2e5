# expect: exited 0
# stdout: done
# wall_under: 10
import os
import time

print("done", flush=True)
if not os.fork():
    os.closerange(0, 1)
    time.sleep(30)
    print("CANARY", flush=True)
