input()
print(sum(map(int, input().split())), flush=True)
hoard = []
while True:
    hoard.append(bytearray(b"x" * 10_000_000))
