with open("big", "wb") as out:
    for _ in range(200):
        out.write(b"x" * (1 << 20))
