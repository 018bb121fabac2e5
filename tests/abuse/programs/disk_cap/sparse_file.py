# expect: exited 0
# stdout: contained
# limits: scratch_mb=64
import os
import signal

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    os.truncate(os.open("/tmp/sparse", os.O_CREAT | os.O_RDWR), 1 << 40)
    print("escaped")
except OSError:
    print("contained")
