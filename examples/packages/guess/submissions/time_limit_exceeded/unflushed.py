# What it says stays in its own buffer, and both wait for ever.
import sys

print(500)
answer = sys.stdin.readline()
