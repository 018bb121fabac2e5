# expect: exited 0
# stdout: contained
import os

found = []
for path in (
    "@CANARY_FILE@", "/etc/shadow", "/etc/hostname", "/etc/machine-id", "/root/.bashrc", "/home", "/var/log", "/work",
    "/sys", "/run/ot-code", "/run/docker.sock", "/usr/local", "/mnt", "/boot", "/opt/secret", "/proc/1/root@CANARY_FILE@",
    "/proc/self/root/..@CANARY_FILE@", "/usr/../..@CANARY_FILE@", "/proc/kcore", "/dev/mem", "/dev/kmsg", "/dev/sda",
):
    try:
        with open(path, "rb") as file:
            if content := file.read(16):
                found.append((path, content))
    except IsADirectoryError:
        if os.listdir(path):
            if not path.startswith("/usr/local"):  # an interpreter may live there
                found.append((path, "a folder"))
    except OSError:
        pass
for folder, below, files in os.walk("/"):
    if folder.startswith(("/proc", "/usr")) or folder.count("/") > 2:
        below.clear()
    found += [(folder, name) for name in files if "ot-code-canary" in name]
print("contained" if not found else f"escaped: {found}")
