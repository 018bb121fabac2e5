input()
print(sum(map(int, input().split())))
raise ValueError("after all")
