n, *numbers = open(0).read().split()
print(sum(map(int, numbers)))
