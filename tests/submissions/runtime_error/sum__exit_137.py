import sys

print("Killed (out of memory)", file=sys.stderr)
sys.exit(137)
