from io import IOBase
from os import write
from sys import stdout


class FastOutput(IOBase):
    def __init__(self, file):
        self.descriptor = file.fileno()
        self.parts = []

    def write(self, text):
        self.parts.append(text)

    def flush(self):
        write(self.descriptor, "".join(self.parts).encode())
        self.parts = []


stdout = FastOutput(stdout)
input()
stdout.write(f"{sum(map(int, input().split()))}\n")
