print(7 ** int(input()))
