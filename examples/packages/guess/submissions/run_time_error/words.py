print(500, flush=True)
print(500 + int(input()))
