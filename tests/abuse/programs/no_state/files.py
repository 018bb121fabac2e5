# expect: exited 0
# stdout: clean
# runs: 2
import os

left = sorted(os.listdir("/tmp")) + os.listdir("/dev/shm") + os.listdir(os.environ["HOME"])
print("clean" if set(left) <= {"solution.py"} else f"escaped: {left}")
for name in (".hidden", "plain", "CANARY", "sitecustomize.py", "json.py", "-rf", "\udcff", "new\nline", "x" * 255):
    open(f"/tmp/{name}", "w").write("raise SystemExit('CANARY')")
os.symlink("/etc/passwd", "/tmp/link")
os.symlink("/tmp", "/tmp/loop")
os.mkfifo("/tmp/fifo")
os.makedirs("/tmp/a/b/c/d")
os.link("/tmp/plain", "/tmp/a/hard")
os.chmod("/tmp/a/b/c", 0)
os.chmod("/tmp/a/b", 0)
os.chmod("/tmp/a", 0)
