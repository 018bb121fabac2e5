# expect: exited 0
# stdout: clean
# runs: 3
import os
import stat

print("clean" if stat.S_IMODE(os.stat("/tmp").st_mode) == 0o700 else "escaped")
try:
    os.chmod("/tmp", 0)
except PermissionError:
    pass  # a jail without namespaces refuses it
