def total():
    n = int(input())
	return sum(map(int, input().split()))


print(total())
