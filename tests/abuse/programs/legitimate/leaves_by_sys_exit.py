# expect: exited 0
# stdout: fine
import sys

print("fine")
sys.exit(0)
