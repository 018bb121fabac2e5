for k in range(int(input())):
    print("line", k)
