# expect: exited 0
# stdout: fine
# limits: output_bytes=1000000
# stderr is cut; it is never a verdict.
import sys

for _ in range(300):
    sys.stderr.write("x" * 65536)
print("fine")
