# expect: exited 0
# stdout: fine
import sys

for _ in range(300):
    sys.stderr.write("x" * 10000 + "\n")
print("fine")
