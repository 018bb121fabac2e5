hoard = []
while True:
    hoard.append(b"x" * 1_000_000)
