from types import GeneratorType


def bootstrap(function):
    stack = []

    def wrapped(*args):
        if stack:
            return function(*args)
        to = function(*args)
        while True:
            if type(to) is GeneratorType:
                stack.append(to)
                to = next(to)
            else:
                stack.pop()
                if not stack:
                    return to
                to = stack[-1].send(to)

    return wrapped


@bootstrap
def depth(n):
    if n == 0:
        yield 0
    else:
        yield 1 + (yield depth(n - 1))


n = int(input())
print(depth(n % 50_000) + n - n % 50_000)
