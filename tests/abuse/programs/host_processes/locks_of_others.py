# expect: exited 0
# stdout: contained
# landlock: pids
# The kernel hides locks of processes that a namespace does not have, but not those that belong to an open file.
import fcntl
import struct

# struct flock
lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 1, 0)
with open("mine", "w+b") as mine:
    fcntl.fcntl(mine, 37, lock)  # F_OFD_SETLK
    try:
        seen = [line for line in open("/proc/locks").read().splitlines() if "OFDLCK" in line]
    except PermissionError:
        seen = []
print("contained" if not seen else f"escaped: {seen}")
