"""What the template goes through once, so that its children need not: each page that a child writes costs a copy.

A first call of a method writes to the interpreter's caches, a first run of a line to its code; a child of a template in
which both have happened only reads them. And a small object goes where one was freed: in a template with holes all
over, a child's first objects touch a page each. `rehearse` warms the caches, `fill_holes` makes the next small objects
lie side by side in memory that is new. Neither is seen by a program.
"""

from __future__ import annotations

from typing import Any, Callable

# What contest programs do, in one breath. It imports what the template has, reads and prints nothing.
_SAMPLE = """\
import sys
import math, heapq, bisect, itertools, functools, collections
from collections import defaultdict, deque, Counter
from typing import List, Optional
from functools import lru_cache

sys.setrecursionlimit, sys.stdin.read, sys.stdin.readline, sys.stdin.buffer.read, sys.stdin.buffer.readline
sys.stdout.write, sys.stdout.flush, input, print


class Solution:
    def __init__(self, n):
        self.parent = list(range(n))

    def find(self, x: int) -> int:
        return self.parent[x]

    def solve(self, nums: List[int], k: Optional[int] = None) -> int:
        best = 0
        for i, x in enumerate(nums):
            best = max(best, x + i)
        return best


def main():
    data = "3 1 2 3".split()
    n = int(data[0])
    nums = list(map(int, data[1:]))
    graph = defaultdict(list)
    for i in range(n):
        graph[i].append((i, nums[i]))
    s = Solution(n)
    s.find(1)
    q = deque([(0, 1)])
    while q:
        a, b = q.popleft()
        if a < b:
            q.append((b, a))
    heap = []
    heapq.heappush(heap, (1, 2))
    heapq.heappop(heap)
    c = Counter("abc")
    c.most_common(1)
    seen = set()
    seen.add((1, 2))
    d = {}
    d.get(1, 0), d.items(), d.keys(), d.values(), d.setdefault(1, [])
    out = []
    out.append(str(s.solve(sorted(nums, key=lambda e: -e, reverse=True)) % 7))
    " ".join("\\n".join(out).strip().rstrip().split())
    all(x > 0 for x in nums), any(x for x in nums), sum(nums), min(nums)
    m = [[0] * n for _ in range(n)]
    m[0][1] += len(m) // 2
    list(zip(nums, nums)), f"{n}", nums[::-1], [*nums].pop()
    bisect.bisect_left(nums, 2), math.gcd(4, 2), abs(-1), ord("a"), chr(97), pow(2, 3, 5), divmod(5, 2), round(1.5)

    @lru_cache(maxsize=None)
    def f(i):
        return f(i - 1) + 1 if i else 0

    f(2)
    return out


if __name__ == "__main__":
    main()
"""
_TIMES = 20  # the interpreter adapts a line after it has run a few times
_ALIGNED = 0x3FFF
_FIRST_IN_POOL = 48
_LARGEST, _STEP, _BYTES_OVERHEAD = 512, 16, 33
_MOST_BYTES = 256 * 1024
_kept: list[Any] = []


def rehearse() -> None:
    """Runs the sample, and keeps its code: the names in it stay interned."""
    code = compile(_SAMPLE, "/tmp/solution.py", "exec", dont_inherit=True)  # noqa: S108 - a name, as programs have it
    _kept.append(code)
    for _ in range(_TIMES):
        exec(code, {"__name__": "__main__"})


def fill_holes() -> None:
    """Takes every hole of every size class of the interpreter's allocator, until it hands out a pool from its start."""
    _fill(16, object)
    _fill(32, lambda: float("1.5"))
    for size in range(48, _LARGEST + 1, _STEP):
        _fill(size, lambda length=size - _BYTES_OVERHEAD: bytes(length))  # type: ignore[misc]  # a default binds it now


def _fill(size: int, make: Callable[[], Any]) -> None:
    taken: list[Any] = []
    in_a_row, last = 0, 0
    while in_a_row < 3:
        thing = make()
        at = id(thing)
        in_a_row = 1 if at & _ALIGNED == _FIRST_IN_POOL else in_a_row + 1 if in_a_row and at == last + size else 0
        last = at
        taken.append(thing)
        if len(taken) * size > _MOST_BYTES:
            return  # another allocator: nothing is kept
    _kept.append(taken)
