import sys

for _ in range(3000):
    sys.stderr.write("x" * 1000)
input()
print(sum(map(int, input().split())))
