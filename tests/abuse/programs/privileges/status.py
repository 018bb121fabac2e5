# expect: exited 0
# stdout: contained
import os

status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
bad = [name for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status[name], 16)]
bad += [name for name, wanted in (("NoNewPrivs", "1"), ("Seccomp", "2"), ("Groups", "")) if status[name].strip() not in (wanted, "1000", "65534", "65534 1000")]
bad += [f"uid {part}" for part in status["Uid"].split() if part != "1000"]
if os.getuid() == 0 or os.geteuid() == 0:
    bad.append("root")
print("contained" if not bad else f"escaped: {bad}")
