import sys

input = sys.stdin.buffer.readline
input()
sys.stdout.buffer.write(b"%d\n" % sum(map(int, input().split())))
