# expect: memory_limit
# limits: memory_mb=96
# watched: a file in memory that nobody maps is in no process's share
import os
import time

fds = [os.memfd_create(str(index)) for index in range(60)]
for fd in fds:
    os.write(fd, b"x" * (4 << 20))
time.sleep(20)
