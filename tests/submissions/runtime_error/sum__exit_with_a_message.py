import sys

input()
print(sum(map(int, input().split())))
sys.exit("that was all")
