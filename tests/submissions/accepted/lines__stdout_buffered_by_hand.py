import sys

out = []
for k in range(int(input())):
    out.append("line %d\n" % k)
    if len(out) == 1000:
        sys.stdout.write("".join(out))
        out.clear()
sys.stdout.write("".join(out))
