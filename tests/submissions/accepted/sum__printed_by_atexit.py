import atexit

input()
atexit.register(print, sum(map(int, input().split())))
