import os

input()
out = os.fdopen(1, "w")
out.write(f"{sum(map(int, input().split()))}\n")
