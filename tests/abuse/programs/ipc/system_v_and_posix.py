# expect: exited 0
# stdout: contained
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
made = []
if libc.shmget(0x4F54, 4096, 0o1666) >= 0:
    made.append("shm")
if libc.msgget(0x4F54, 0o1666) >= 0:
    made.append("msg")
if libc.semget(0x4F54, 1, 0o1666) >= 0:
    made.append("sem")
if libc.mq_open(b"/canary", os.O_CREAT | os.O_RDWR, 0o666, None) >= 0:
    made.append("mq")
print("contained" if not made else f"escaped: {made}")
