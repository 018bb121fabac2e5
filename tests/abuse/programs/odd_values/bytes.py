# expect: exited 0
# contains: 00ff
import os

os.write(1, b"\x00\xff\xfe\r\n\x1b[2J" + bytes(range(256)))
os.write(2, b"\x00\xff\xfe")
