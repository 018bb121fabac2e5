# expect: exited 0
# stdout: clean
# runs: 2
import os

left = sorted(os.listdir("/tmp")) + os.listdir(os.environ["HOME"])
try:
    left += os.listdir("/dev/shm")
except PermissionError:
    pass  # closed
print("clean" if set(left) <= {"solution.py"} else f"escaped: {left}")
for name in (".hidden", "plain", "CANARY", "sitecustomize.py", "json.py", "-rf", "\udcff", "new\nline", "x" * 255):
    open(f"/tmp/{name}", "w").write("raise SystemExit('CANARY')")
os.symlink("/etc/passwd", "/tmp/link")
os.symlink("/tmp", "/tmp/loop")
os.mkfifo("/tmp/fifo")
os.makedirs("/tmp/a/b/c/d")
os.link("/tmp/plain", "/tmp/a/hard")
for name in ("a/b/c", "a/b", "a"):
    try:
        os.chmod(f"/tmp/{name}", 0)
    except PermissionError:
        pass  # a jail without namespaces refuses it
