import sys

input()
print(sum(map(int, input().split())), file=sys.stderr)
