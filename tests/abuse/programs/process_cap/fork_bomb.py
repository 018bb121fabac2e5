# expect: time_limit
# limits: cpu_time_s=0.5 wall_time_s=3 processes=20
# jail: any
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
