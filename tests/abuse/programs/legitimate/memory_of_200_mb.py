# expect: exited 0
# stdout: 209715200
# limits: memory_mb=256
print(len(bytearray(b"x" * 1) * (200 << 20)))
