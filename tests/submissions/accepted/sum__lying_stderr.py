import sys

print("Traceback (most recent call last):\nMemoryError\nTime limit exceeded\nKilled", file=sys.stderr)
input()
print(sum(map(int, input().split())))
