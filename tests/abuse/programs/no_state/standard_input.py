# expect: exited 0
# stdout: clean
# runs: 3
# stdin: the same every time
import fcntl
import os

facts = os.stat(0)
text = os.read(0, 100)
ok = text.startswith(b"the same") and facts.st_mode & 0o777 == 0o400 and facts.st_size == len(text)
ok = ok and fcntl.fcntl(0, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
print("clean" if ok else f"escaped: {text} {facts}")
os.lseek(0, 5, 0)
fcntl.flock(0, fcntl.LOCK_EX)
try:
    os.chmod("/proc/self/fd/0", 0o777)
    with open("/proc/self/fd/0", "r+b", 0) as file:
        file.write(b"CANARY")
        file.truncate(3)
except OSError:
    pass
