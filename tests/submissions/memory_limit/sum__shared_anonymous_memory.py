import mmap

hoard = mmap.mmap(-1, 3 << 30)
while True:
    if not hoard.write(b"x" * (1 << 20)):
        break
