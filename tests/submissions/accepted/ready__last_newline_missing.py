import sys

sys.stdout.write("ready")
