# expect: memory_limit
# limits: memory_mb=96
# An OOM beats exit 0.
import os

if not os.fork():
    held = []
    while True:
        held.append(bytearray(b"x" * (4 << 20)))
os.wait()
print("fine")
