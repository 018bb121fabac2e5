# expect: output_limit
# limits: output_bytes=1000000
import sys

while True:
    sys.stdout.write("x" * 65536)
