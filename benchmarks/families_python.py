"""Python programs with holes, ten to forty lines, as models write them."""

from benchmarks.families import Family, graph, grid, integers, queries, word

_MAX_SUBARRAY = """
import sys
from typing import List


def best_sum(NAME: List[int]) -> int:
    best = current = NAME[0]
    for x in NAME[1:]:
        current = max(x, current + x)
        best = max(best, current)
    return best


def main() -> None:
    tokens = sys.stdin.read().split()
    n = int(tokens[0])
    NAME = list(map(int, tokens[1:n + 1]))
    print(best_sum(NAME) % CONSTANT)


if __name__ == "__main__":
    main()
"""
_COUNTER = """
from collections import Counter, defaultdict
import string

s = input().strip()
NAME = Counter(s)
groups = defaultdict(list)
for letter, times in NAME.items():
    groups[times].append(letter)

order = sorted(groups, reverse=True)
for times in order:
    print(times, "".join(sorted(groups[times])))

total = 0
for letter in string.ascii_lowercase:
    total = (total * 27 + NAME.get(letter, 0)) % CONSTANT
print(total)
"""
_DIJKSTRA = """
import heapq
import sys
from collections import defaultdict

input = sys.stdin.readline


def solve():
    n, m = map(int, input().split())
    graph = defaultdict(list)
    for _ in range(m):
        a, b, w = map(int, input().split())
        graph[a].append((b, w))
        graph[b].append((a, w))
    INF = float("inf")
    NAME = [INF] * (n + 1)
    NAME[1] = 0
    heap = [(0, 1)]
    while heap:
        d, u = heapq.heappop(heap)
        if d > NAME[u]:
            continue
        for v, w in graph[u]:
            nd = d + w
            if nd < NAME[v]:
                NAME[v] = nd
                heapq.heappush(heap, (nd, v))
    print(*[x if x != INF else -1 for x in NAME[1:]])
    print(sum(x for x in NAME[1:] if x != INF) * 31 % CONSTANT)


solve()
"""
_GCD = """
import math
import sys


def lcm(a, b):
    return a * b // math.gcd(a, b)


def main():
    NAME = sys.stdin.read().split()
    t = int(NAME[0])
    out = []
    idx = 1
    for _ in range(t):
        a = int(NAME[idx])
        b = int(NAME[idx + 1])
        idx += 2
        out.append(str(lcm(a, b) % CONSTANT))
    print("\\n".join(out))


main()
"""
_FLOOD = """
import sys
from collections import deque

sys.setrecursionlimit(10 ** 6)


class Solution:
    def regions(self, NAME):
        rows, cols = len(NAME), len(NAME[0])
        seen = [[False] * cols for _ in range(rows)]
        sizes = []
        for r in range(rows):
            for c in range(cols):
                if NAME[r][c] == "#" or seen[r][c]:
                    continue
                queue = deque([(r, c)])
                seen[r][c] = True
                size = 0
                while queue:
                    y, x = queue.popleft()
                    size += 1
                    for dy, dx in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                        ny, nx = y + dy, x + dx
                        if 0 <= ny < rows and 0 <= nx < cols and not seen[ny][nx] and NAME[ny][nx] != "#":
                            seen[ny][nx] = True
                            queue.append((ny, nx))
                sizes.append(size)
        return sorted(sizes)


rows, cols = map(int, input().split())
NAME = [input() for _ in range(rows)]
found = Solution().regions(NAME)
print(len(found), *found)
print(sum(x * x for x in found) % CONSTANT)
"""
_MEMO = """
from functools import lru_cache
from itertools import accumulate

n = int(input())
NAME = list(map(int, input().split()))
prefix = [0] + list(accumulate(NAME))


@lru_cache(maxsize=None)
def best(i, taken):
    if i >= n:
        return 0
    skip = best(i + 1, 0)
    if taken < 2:
        return max(skip, NAME[i] + best(i + 1, taken + 1))
    return skip


print(best(0, 0), prefix[-1] % CONSTANT)
"""
_BISECT = """
import sys
from bisect import bisect_left, bisect_right, insort

MOD = CONSTANT


def read():
    return list(map(int, sys.stdin.readline().split()))


n, = read()
NAME = read()
tails = []
ordered = []
inversions = 0
for x in NAME:
    at = bisect_left(tails, x)
    if at == len(tails):
        tails.append(x)
    else:
        tails[at] = x
    inversions += len(ordered) - bisect_right(ordered, x)
    insort(ordered, x)
print(len(tails))
print(inversions % MOD)
"""
_PALINDROME = """
import re
import sys

s = re.sub(r"[^a-z]", "", sys.stdin.readline())
n = len(s)
NAME = [[0] * n for _ in range(n)]
for i in range(n - 1, -1, -1):
    NAME[i][i] = 1
    for j in range(i + 1, n):
        if s[i] == s[j]:
            NAME[i][j] = NAME[i + 1][j - 1] + 2 if j > i + 1 else 2
        else:
            NAME[i][j] = max(NAME[i + 1][j], NAME[i][j - 1])
print(NAME[0][n - 1] if n else 0)
h = 0
for ch in s:
    h = (h * 131 + ord(ch)) % CONSTANT
print(f"{h:08d}")
"""
_UNION = """
import sys


class DSU:
    def __init__(self, n):
        self.parent = list(range(n + 1))
        self.size = [1] * (n + 1)

    def find(self, x):
        while self.parent[x] != x:
            self.parent[x] = self.parent[self.parent[x]]
            x = self.parent[x]
        return x

    def union(self, a, b):
        a, b = self.find(a), self.find(b)
        if a == b:
            return False
        if self.size[a] < self.size[b]:
            a, b = b, a
        self.parent[b] = a
        self.size[a] += self.size[b]
        return True


NAME = sys.stdin.read().split("\\n")
n, m = map(int, NAME[0].split())
edges = sorted((tuple(map(int, line.split())) for line in NAME[1:m + 1]), key=lambda e: e[2])
dsu = DSU(n)
cost = sum(w for a, b, w in edges if dsu.union(a, b))
print(cost % CONSTANT)
print(len({dsu.find(v) for v in range(1, n + 1)}))
"""
_SIEVE = """
import math

q = int(input())
LIMIT = 2000
NAME = [True] * (LIMIT + 1)
NAME[0] = NAME[1] = False
for p in range(2, math.isqrt(LIMIT) + 1):
    if NAME[p]:
        for k in range(p * p, LIMIT + 1, p):
            NAME[k] = False
primes = [i for i, flag in enumerate(NAME) if flag]
for _ in range(q):
    a, b = map(int, input().split())
    lo, hi = sorted((a % LIMIT, b % LIMIT))
    print(sum(1 for p in primes if lo <= p <= hi), pow(a, b, CONSTANT))
"""

FAMILIES = (
    Family(_MAX_SUBARRAY, integers),
    Family(_COUNTER, word),
    Family(_DIJKSTRA, graph),
    Family(_GCD, queries),
    Family(_FLOOD, grid),
    Family(_MEMO, integers),
    Family(_BISECT, integers),
    Family(_PALINDROME, word),
    Family(_UNION, graph),
    Family(_SIEVE, queries),
)
