import sys


class Output:
    closed = property(lambda self: 1 / 0)
    write = sys.__stdout__.write

    def flush(self):
        pass


sys.stdout = Output()
input()
print(sum(map(int, input().split())))
