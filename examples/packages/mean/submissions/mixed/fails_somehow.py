# The values are taken for a count: at best too few of them are read.
values = list(map(int, input().split()))
print(sum(values) / (len(values) - 1))
