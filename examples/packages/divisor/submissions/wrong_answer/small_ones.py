n = int(input())
print(next((d for d in range(2, 1000) if n % d == 0 and d < n), -1))
