# expect: memory_limit
# limits: memory_mb=96
held = []
while True:
    held.append(bytearray(b"x" * (4 << 20)))
