def read():
    input()
    return list(map(int, input().split()))


def mean(values):
    return sum(values) / len(values)
