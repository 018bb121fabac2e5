hoard = []
try:
    while True:
        hoard.append(b"x" * 50_000_000)
except MemoryError:
    hoard.clear()
input()
print(sum(map(int, input().split())))
