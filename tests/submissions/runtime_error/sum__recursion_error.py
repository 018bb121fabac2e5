def total(words):
    return int(words[0]) + total(words)


input()
print(total(input().split()))
