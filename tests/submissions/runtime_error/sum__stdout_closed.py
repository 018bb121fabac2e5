import sys

sys.stdout.close()
print(6)
