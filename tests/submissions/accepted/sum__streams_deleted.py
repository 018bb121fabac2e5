import sys

input()
print(sum(map(int, input().split())))
del sys.stdout, sys.stderr
