import os

os.close(2)
input()
print(sum(map(int, input().split())))
