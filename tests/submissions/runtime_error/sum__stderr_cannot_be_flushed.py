import sys


class Errors:
    def flush(self):
        raise OSError


sys.stderr = Errors()
input()
print(sum(map(int, input().split())))
