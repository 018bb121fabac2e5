# expect: exited 70
import os

os._exit(70)
