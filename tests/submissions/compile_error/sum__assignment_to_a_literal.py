input()
print(sum(map(int, input().split())))
6 = sum
