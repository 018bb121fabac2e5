# expect: time_limit
# limits: cpu_time_s=0.4 wall_time_s=20
import os
import time

for _ in range(3):
    if not os.fork():
        while True:
            pass
time.sleep(60)
