import sys

from __future__ import annotations

print(sum(map(int, sys.stdin.read().split()[1:])))
