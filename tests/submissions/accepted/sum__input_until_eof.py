words = []
try:
    while True:
        words += input().split()
except EOFError:
    pass
print(sum(map(int, words[1:])))
