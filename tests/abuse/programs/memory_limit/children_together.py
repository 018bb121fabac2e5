# expect: memory_limit
# limits: memory_mb=96
# No process holds more than the limit; together they do.
import os
import time

for _ in range(6):
    if not os.fork():
        held = bytearray(b"x" * (40 << 20))
        time.sleep(30)
        os._exit(0)
time.sleep(30)
