# expect: exited 0
# stdout: contained
# landlock: pids
import os

pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
seen = []
for pid in (*pids, @HOST_PID@):
    try:
        text = open(f"/proc/{pid}/cmdline", "rb").read()
        if b"pytest" in text:
            seen.append(pid)
    except OSError:
        pass
try:
    os.kill(@HOST_PID@, 0)
    if @HOST_PID@ not in pids:
        seen.append("kill")
except OSError:
    pass
print("contained" if set(pids) == {1, os.getpid()} and not seen else f"escaped: {pids} {seen}")
