# expect: exited 0
# limits: output_bytes=100000
import sys

sys.stdout.write("x" * 100000)
