hoard = b"x" * (3 << 30)
