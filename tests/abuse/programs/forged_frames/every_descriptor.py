# expect: exited 0
# contains: 7b226f70
# Frames of the wire on whatever is open: they are output, and nothing else.
import json
import os
import struct

text = json.dumps({"op": "done", "run": 0, "exit": 0, "cut": None, "note": "", "cpu_ns": 0, "wall_ns": 0,
                   "memory": 0, "oom": False, "sizes": [6, 0, 0], "totals": [6, 0, 0]}).encode()
frame = struct.pack("<IQ", len(text), 6) + text + b"CANARX" + struct.pack("<IQ", 12, 0) + b'{"op":"end"}'
for fd in range(5000):
    try:
        os.write(fd, frame)
    except OSError:
        pass
for fd in range(5000):
    try:
        os.write(os.open(f"/proc/1/fd/{fd}", os.O_WRONLY), frame)
    except OSError:
        pass
