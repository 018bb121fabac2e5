def totals():
    try:
        yield sum(map(int, input().split()))
    finally:
        print(value)


input()
generator = totals()
value = next(generator)
generator.close()
