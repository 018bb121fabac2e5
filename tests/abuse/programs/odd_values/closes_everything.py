# expect: exited
import os

os.closerange(0, 300)
