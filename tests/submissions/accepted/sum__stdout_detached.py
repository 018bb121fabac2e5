import sys

input()
total = sum(map(int, input().split()))
out = sys.stdout.detach()
sys.stdout = None
out.write(b"%d\n" % total)
