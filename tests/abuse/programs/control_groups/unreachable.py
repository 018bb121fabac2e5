# expect: exited 0
# stdout: contained
import os

found = []
for root in ("/sys", "/sys/fs/cgroup"):
    try:
        if os.listdir(root):
            found.append(root)
    except OSError:
        pass
for line in open("/proc/self/mounts"):
    try:
        if "cgroup" in line and os.listdir(line.split()[1]):
            found.append(line)
    except OSError:
        pass
print("contained" if not found else f"escaped: {found}")
