größe = int(input())
zahlen = list(map(int, input().split()))
assert len(zahlen) == größe
print(sum(zahlen))
