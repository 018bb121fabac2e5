input()
with open("/dev/stdout", "w") as out:
    out.write(str(sum(map(int, input().split()))))
