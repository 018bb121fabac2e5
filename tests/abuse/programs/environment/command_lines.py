# expect: exited 0
# landlock: pids
# stdout: contained
import os

shown = b""
for pid in filter(str.isdigit, os.listdir("/proc")):
    shown += open(f"/proc/{pid}/cmdline", "rb").read() + open(f"/proc/{pid}/comm", "rb").read()
bad = [word for word in (b"bwrap", b"--ro-bind", b"CANARY", b"/work") if word in shown]
print("contained" if not bad else f"escaped: {bad}")
