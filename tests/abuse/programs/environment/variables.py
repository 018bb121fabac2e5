# expect: exited 0
# stdout: contained
import os

allowed = {
    "PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "PYTHONHASHSEED", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS",
    "MKL_NUM_THREADS", "PYTHONPATH", "PWD", "SHLVL", "OLDPWD", "_",
}
surplus = {name: value for name, value in os.environ.items() if name not in allowed or "CANARY" in value}
own = open("/proc/self/environ", "rb").read()
if b"CANARY" in own:
    surplus["/proc/self/environ"] = own
try:
    surplus["/proc/1/environ"] = open("/proc/1/environ", "rb").read()
except OSError:
    pass
print("contained" if not surplus else f"escaped: {surplus}")
