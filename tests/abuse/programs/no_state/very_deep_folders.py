# expect: exited 0
# stdout: clean
# runs: 2
# jail: any
import os

print("clean" if set(os.listdir("/tmp")) <= {"solution.py"} else "escaped")
for _ in range(3000):
    os.mkdir("deeper")
    os.chdir("deeper")
