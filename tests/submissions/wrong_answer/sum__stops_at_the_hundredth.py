input()
print(sum(map(int, input().split()[:100])))
