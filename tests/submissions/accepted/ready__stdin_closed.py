import sys

sys.stdin.close()
print("ready")
