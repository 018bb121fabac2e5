import io
import os
import sys


class Output(io.IOBase):
    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text.encode())
        return len(text)

    def flush(self):
        os.write(1, b"".join(self.parts))
        self.parts.clear()


sys.stdout = Output()
input = iter(sys.stdin.read().split("\n")).__next__
input()
print(sum(map(int, input().split())))
