# expect: output_limit
# limits: output_bytes=1000000
import os

if not os.fork():
    os.setsid()
    while True:
        os.write(1, b"x" * 65536)
os.wait()
