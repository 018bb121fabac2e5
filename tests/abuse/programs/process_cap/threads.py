# expect: exited 0
# stdout: contained
# limits: processes=20
import os
import threading

made = 0
hold = threading.Event()
try:
    for _ in range(100):
        threading.Thread(target=hold.wait, daemon=True).start()
        made += 1
except RuntimeError:
    pass
print("contained" if 15 <= made <= 20 else f"escaped: {made}", flush=True)
os._exit(0)
