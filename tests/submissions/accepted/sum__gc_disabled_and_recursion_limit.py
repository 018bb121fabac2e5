import gc
import sys

gc.disable()
sys.setrecursionlimit(10**6)
sys.set_int_max_str_digits(0)
input()
print(sum(map(int, input().split())))
