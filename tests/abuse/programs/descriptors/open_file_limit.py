# expect: exited 0
# stdout: contained
# limits: open_files=64
import os
import resource

made = 0
try:
    for _ in range(1000):
        os.open("/dev/null", os.O_RDONLY)
        made += 1
except OSError:
    pass
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    print("escaped: raised")
except ValueError:
    print("contained" if made <= 61 else f"escaped: {made}")
