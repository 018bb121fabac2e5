import os

data = os.read(0, os.fstat(0).st_size)
print(sum(map(int, data.split()[1:])))
