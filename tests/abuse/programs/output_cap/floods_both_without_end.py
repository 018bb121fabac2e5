# expect: output_limit
# limits: output_bytes=1000000 cpu_time_s=5
import os

while True:
    os.write(2, b"x" * 65536)
    os.write(1, b"x" * 4096)
