input()
print(sum(map(int, input().split())))
return 0
