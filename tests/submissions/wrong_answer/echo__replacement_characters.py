import sys

print(sys.stdin.buffer.read().decode("ascii", "replace"))
