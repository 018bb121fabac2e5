# expect: time_limit
# limits: cpu_time_s=0.4 wall_time_s=20
# Each link burns a little and hands on to the next, so that no process ever uses much.
import os
import time

if os.fork():
    time.sleep(60)
while True:
    until = time.process_time() + 0.02
    while time.process_time() < until:
        pass
    if os.fork():
        os._exit(0)
