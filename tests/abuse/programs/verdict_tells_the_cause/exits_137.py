# expect: exited 137
import os
import sys

sys.stderr.write("Killed\nOut of memory\nMemoryError\n")
sys.stderr.flush()
os._exit(137)
