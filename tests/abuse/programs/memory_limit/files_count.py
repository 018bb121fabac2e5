# expect: memory_limit
# limits: memory_mb=48 scratch_mb=64
# jail: any
import os
import time

for index in range(15):
    fd = os.open(f"/tmp/{index}", os.O_CREAT | os.O_WRONLY)
    os.write(fd, b"x" * (4 << 20))
time.sleep(20)
