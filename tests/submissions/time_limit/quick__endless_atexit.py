import atexit

input()
print(sum(map(int, input().split())))


@atexit.register
def forever():
    while True:
        pass
