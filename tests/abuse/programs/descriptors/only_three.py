# expect: exited 0
# stdout: contained
import os

found = {}
for fd in range(3, 5000):
    try:
        found[fd] = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        pass
print("contained" if not found else f"escaped: {found}")
