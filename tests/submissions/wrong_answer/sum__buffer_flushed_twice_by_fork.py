import os

input()
print(sum(map(int, input().split())))
if os.fork():
    os.wait()
