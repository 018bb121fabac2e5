# expect: exited 0
# stdout: 3 4 3 4 3 4
# stdin: 3 4
first = open("/dev/stdin").read().strip()
second = open("/dev/stdin").read().strip()
print(first, second, open(0).read().strip())
