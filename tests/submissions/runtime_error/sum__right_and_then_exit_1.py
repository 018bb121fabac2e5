input()
print(sum(map(int, input().split())))
exit(1)
