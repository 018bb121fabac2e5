import os
import time

read, write = os.pipe()
if os.fork():
    os.close(write)
    os.read(read, 1)
while True:
    if os.fork():
        os._exit(0)
    end = time.process_time() + 0.02
    while time.process_time() < end:
        pass
