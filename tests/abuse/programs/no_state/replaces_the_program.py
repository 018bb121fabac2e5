# expect: exited 0
# stdout: clean
# runs: 3
import os

os.unlink("/tmp/solution.py")
os.mkdir("/tmp/solution.py")
open("/tmp/solution.py/CANARY", "w").write("x")
print("clean")
