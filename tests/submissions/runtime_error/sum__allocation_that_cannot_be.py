hoard = bytearray(1 << 60)
