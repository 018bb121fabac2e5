import sys

input()
total = sum(map(int, input().split()))
sys.settrace(lambda *event: 1 / 0)
print(total)
