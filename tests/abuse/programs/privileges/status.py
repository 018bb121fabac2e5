# expect: exited 0
# stdout: contained
import os

status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
# Without a user namespace an ordinary user may not empty the bounding set; no_new_privs keeps it from giving anything.
bad = [name for name in ("CapInh", "CapPrm", "CapEff", "CapAmb") if int(status[name], 16)]
if int(status["CapBnd"], 16) and os.getppid() == 1:
    bad.append("CapBnd")
bad += [name for name, wanted in (("NoNewPrivs", "1"), ("Seccomp", "2"), ("Groups", "")) if status[name].strip() not in (wanted, "1000", "65534", "65534 1000", str(os.getgid()))]
bad += [f"uid {part}" for part in status["Uid"].split() if int(part) != os.getuid()]
if os.getuid() == 0 or os.geteuid() == 0:
    bad.append("root")
print("contained" if not bad else f"escaped: {bad}")
