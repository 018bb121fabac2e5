# expect: exited 0
# stdout: 7
# stdin: 3 4
import sys

sys.stdout.buffer.write(b"%d\n" % sum(map(int, sys.stdin.buffer.read().split())))
