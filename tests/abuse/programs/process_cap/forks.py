# expect: exited 0
# stdout: contained
# limits: processes=20
import os
import time

made = 0
try:
    for _ in range(300):
        if not os.fork():
            time.sleep(30)
            os._exit(0)
        made += 1
except OSError:
    pass
print("contained" if 15 <= made <= 20 else f"escaped: {made}")
