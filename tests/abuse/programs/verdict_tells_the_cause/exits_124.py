# expect: exited 124
import sys

sys.stderr.write("timeout: sending signal TERM\nTime limit exceeded\n")
sys.exit(124)
