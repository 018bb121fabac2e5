first = open("/dev/stdin").read()
second = open("/dev/stdin").read()
assert first == second
print(sum(map(int, first.split()[1:])))
