# expect: exited 0
# stdout: contained
import os

found = []
for root in ("/sys", "/sys/fs/cgroup"):
    if os.path.exists(root) and os.listdir(root):
        found.append(root)
mounts = open("/proc/self/mounts").read()
if "cgroup" in mounts:
    found.append("mounted")
print("contained" if not found else f"escaped: {found}")
