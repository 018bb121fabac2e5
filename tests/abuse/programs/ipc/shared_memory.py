# expect: exited 0
# stdout: clean
# runs: 2
from multiprocessing import shared_memory

try:
    print("escaped", bytes(shared_memory.SharedMemory("canary").buf[:6]))
except FileNotFoundError:
    one = shared_memory.SharedMemory("canary", create=True, size=4096)
    one.buf[:6] = b"CANARY"
    print("clean", flush=True)
import os

os._exit(0)  # without this, Python would unlink it itself
