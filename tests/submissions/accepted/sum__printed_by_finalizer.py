import weakref


class Anything:
    pass


input()
anything = Anything()
weakref.finalize(anything, print, sum(map(int, input().split())))
