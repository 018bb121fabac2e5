def total():
    try:
        raise ValueError
    finally:
        input()
        return sum(map(int, input().split()))


print(total())
