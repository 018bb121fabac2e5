n = int(input())
d = n - 1
while d > 1 and n % d:
    d -= 1
print(d if d > 1 else -1)
