words = input().split() + input().split()
print(words[10_000])
