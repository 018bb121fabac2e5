# expect: exited 0
# stdout: 50000
# limits: memory_mb=256
import sys
import threading

sys.setrecursionlimit(1 << 20)
threading.stack_size(1 << 29)


def walk(n):
    return n if n == 50000 else walk(n + 1)


thread = threading.Thread(target=lambda: print(walk(0)))
thread.start()
thread.join()
