# expect: exited 0
# stdout: 1000000
# limits: cpu_time_s=10 memory_mb=1024
import sys
import threading


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


sys.setrecursionlimit(1_100_000)
threading.stack_size(512 * 1024 * 1024)
thread = threading.Thread(target=lambda: print(depth(1_000_000)))
thread.start()
thread.join()
