# expect: exited 0
# contains: 78780a
for _ in range(10):
    print("x" * (1 << 20))
