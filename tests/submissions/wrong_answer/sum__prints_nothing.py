input()
total = sum(map(int, input().split()))
