n = int(raw_input())
print sum(map(int, raw_input().split()))
