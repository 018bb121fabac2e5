with open("numbers.txt", "w") as out:
    print(input(), input(), file=out)
with open("numbers.txt") as source:
    print(sum(map(int, source.read().split()[1:])))
