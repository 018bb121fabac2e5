import inspect


def total(words):
    return sum(map(int, words))


assert "map(int, words)" in inspect.getsource(total)
input()
print(total(input().split()))
