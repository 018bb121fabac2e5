# expect: exited 0
# stdout: contained
import os
import subprocess

found = []
for folder in ("/usr/bin", "/usr/lib", "/bin"):
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        path = f"{folder}/{name}"
        try:
            if os.stat(path).st_mode & 0o6000 and os.path.isfile(path):
                found.append(path)
        except OSError:
            pass
bad = []
for command in (["su", "-c", "id -u"], ["mount", "-t", "tmpfs", "x", "/tmp"], ["sudo", "-n", "id"], ["ping", "-c1", "127.0.0.1"]):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=3)
        if done.returncode == 0:
            bad.append(command)
    except (FileNotFoundError, PermissionError):
        pass
try:
    os.chmod("/tmp/solution.py", 0o6777)
except PermissionError:
    pass  # a jail without namespaces refuses it
print("contained" if not bad else f"escaped: {bad}")
