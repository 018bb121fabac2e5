input()
print(*str(sum(map(int, input().split()))))
