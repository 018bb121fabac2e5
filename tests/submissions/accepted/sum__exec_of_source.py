exec("input()\nresult = sum(map(int, input().split()))")
print(eval("result"))
