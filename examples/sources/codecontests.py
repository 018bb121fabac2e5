"""Problems in the schema of CodeContests: structs of lists, class labels as integers, a Duration as a struct."""

from __future__ import annotations

from typing import Any

from sources.codecontests_schema import CPP, DIFFICULTIES, JAVA, PYTHON2, PYTHON3, SOURCES, programs, row, tests
from sources.dress import candidate, code, fenced, lines, numbers, thinking


def rows() -> list[dict[str, Any]]:
    """The rows of codecontests.parquet."""
    return [_towers(), _canal(), _tree()]


TOWERS = code("""
    import heapq
    n, m = map(int, input().split())
    towers = [0] * m
    for parcel in sorted(map(int, input().split()), reverse=True):
        heapq.heapreplace(towers, towers[0] + parcel)
    print(max(towers))
""")
TOWERS_2 = code("""
    n, m = map(int, raw_input().split())
    towers = [0] * m
    for parcel in sorted(map(int, raw_input().split()), reverse=True):
        towers.sort()
        towers[0] += parcel
    print max(towers)
""")
TOWERS_CPP = code("""
    #include <bits/stdc++.h>
    using namespace std;

    int main() {
        int n, m;
        scanf("%d %d", &n, &m);
        vector<int> parcels(n);
        for (int& p : parcels) scanf("%d", &p);
        sort(parcels.rbegin(), parcels.rend());
        priority_queue<long long, vector<long long>, greater<>> towers;
        for (int i = 0; i < m; i++) towers.push(0);
        long long highest = 0;
        for (int p : parcels) {
            long long tower = towers.top() + p;
            towers.pop();
            towers.push(tower);
            highest = max(highest, tower);
        }
        printf("%lld\\n", highest);
    }
""")
TOWERS_JAVA = code("""
    import java.util.*;

    public class Main {
        public static void main(String[] args) {
            Scanner in = new Scanner(System.in);
            int n = in.nextInt(), m = in.nextInt();
            Integer[] parcels = new Integer[n];
            for (int i = 0; i < n; i++) parcels[i] = in.nextInt();
            Arrays.sort(parcels, Collections.reverseOrder());
            PriorityQueue<Long> towers = new PriorityQueue<>(Collections.nCopies(m, 0L));
            long highest = 0;
            for (int p : parcels) {
                long tower = towers.poll() + p;
                towers.add(tower);
                highest = Math.max(highest, tower);
            }
            System.out.println(highest);
        }
    }
""")


def _stacked(parcels: list[int], m: int) -> int:
    towers = [0] * m
    for parcel in sorted(parcels, reverse=True):
        towers[towers.index(min(towers))] += parcel
    return max(towers)


def _towers() -> dict[str, Any]:
    description = """
        Parcels are stacked on m pallets: the highest parcel first, and each on the pallet that is lowest by then. How
        high is the highest pallet in the end?

        Input

        n and m (1 <= m <= n <= 10^5), then n heights.

        Output

        One integer.
    """
    parcels = numbers(2000, 1000, 3)
    unsorted = TOWERS.replace("sorted(map(int, input().split()), reverse=True)", "map(int, input().split())")
    whole = thinking(TOWERS_CPP, thoughts="A heap of m pallets.", prose="The program:", tag="c++")
    answers = [
        candidate("accepted", TOWERS, about="the language is not given: python3"),
        candidate("accepted", TOWERS_CPP, language="cpp"),
        candidate("accepted", whole, language="cpp", about="a whole answer, the block's tag is c++"),
        candidate(
            "wrong_answer", unsorted, language="python3", about="right on the public test, wrong on a private one"
        ),
        candidate("compile_error", TOWERS_2, language="python3", about="Python 2"),
        candidate(
            "runtime_error",
            TOWERS_CPP.replace("towers.top() + p", "*(volatile long long*)nullptr + p"),
            language="cpp",
            about="a segmentation fault",
        ),
        candidate("no_code", "I am sorry, but I cannot solve this problem.", language="cpp"),
    ]
    return row(
        "1_A. Pallets",
        description,
        answers,
        public_tests=tests((lines([4, 2], [9, 7, 4, 1]), "11\n")),
        private_tests=tests((lines([5, 2], [1, 1, 1, 1, 4]), "4\n"), (lines([1, 1], [8]), "8\n")),
        generated_tests=tests((lines([2000, 7], parcels), f"{_stacked(parcels, 7)}\n")),
        source=SOURCES.index("CODEFORCES"),
        difficulty=DIFFICULTIES.index("A"),
        cf_contest_id=1,
        cf_index="A",
        cf_points=500.0,
        cf_rating=900,
        cf_tags=["data structures", "greedy"],
        time_limit={"seconds": 0, "nanos": 500_000_000},
        memory_limit_bytes=256_000_000,
        solutions=programs((PYTHON3, TOWERS), (CPP, TOWERS_CPP), (PYTHON2, TOWERS_2), (JAVA, TOWERS_JAVA)),
        incorrect_solutions=programs((PYTHON3, unsorted)),
    )


CANAL = code("""
    with open("canal.in") as source:
        n = int(source.readline())
        depths = list(map(int, source.readline().split()))
    with open("canal.out", "w") as target:
        print(min(depths), depths.index(min(depths)) + 1, file=target)
""")
CANAL_CPP = code("""
    #include <cstdio>

    int main() {
        std::freopen("canal.in", "r", stdin);
        std::freopen("canal.out", "w", stdout);
        int n, depth, best = 1 << 30, at = 0;
        std::scanf("%d", &n);
        for (int i = 1; i <= n; i++) {
            std::scanf("%d", &depth);
            if (depth < best) best = depth, at = i;
        }
        std::printf("%d %d\\n", best, at);
    }
""")


def _canal() -> dict[str, Any]:
    description = """
        A canal was sounded at n places. Find the least depth and the first place where it was found.

        Input

        The file canal.in holds n (1 <= n <= 1000) and then n depths.

        Output

        Write the depth and the number of the place into the file canal.out.
    """
    answers = [
        candidate("accepted", CANAL, about="reads and writes the named files"),
        candidate("accepted", CANAL_CPP, language="cpp", about="freopen"),
        candidate("wrong_answer", CANAL.replace(") + 1, file", "), file"), about="counts places from zero"),
        candidate("runtime_error", CANAL.replace("canal.in", "channel.in"), about="FileNotFoundError"),
    ]
    return row(
        "p00000 Canal",
        description,
        answers,
        public_tests=tests((lines(3, [5, 2, 2]), "2 2\n")),
        private_tests=tests((lines(1, [7]), "7 1\n"), (lines(4, [4, 3, 2, 1]), "1 4\n")),
        source=SOURCES.index("AIZU"),
        difficulty=DIFFICULTIES.index("EASY"),
        time_limit={"seconds": 1, "nanos": 0},
        memory_limit_bytes=134_217_728,
        solutions=programs((PYTHON3, CANAL), (CPP, CANAL_CPP)),
        input_file="canal.in",
        output_file="canal.out",
    )


TREE = code("""
    import sys
    import threading

    def main():
        n = int(sys.stdin.readline())
        children = [[] for _ in range(n + 1)]
        for child, parent in enumerate(map(int, sys.stdin.readline().split()), 2):
            children[parent].append(child)

        def height(node):
            best = 0
            for child in children[node]:
                best = max(best, height(child))
            return best + 1

        print(height(1))

    threading.stack_size(512 * 1024 * 1024)
    sys.setrecursionlimit(1 << 20)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
""")
TREE_CPP = code("""
    #include <iostream>
    #include <vector>

    std::vector<std::vector<int>> children;

    int height(int node) {
        int best = 0;
        for (int child : children[node]) best = std::max(best, height(child));
        return best + 1;
    }

    int main() {
        int n, parent;
        std::cin >> n;
        children.resize(n + 1);
        for (int child = 2; child <= n; child++) {
            std::cin >> parent;
            children[parent].push_back(child);
        }
        std::cout << height(1) << std::endl;
    }
""")


def _tree() -> dict[str, Any]:
    description = """
        Node 1 is the root of a tree of n nodes; for each other node its parent is given. How many nodes lie on the
        longest way from the root down? <image>

        Input

        n (1 <= n <= 10^5), then the parents of the nodes 2 to n.

        Output

        One integer.
    """
    chain = 20_000
    no_limit = TREE.replace("sys.setrecursionlimit(1 << 20)\n", "")
    answers = [
        candidate("accepted", "It needs a big stack.\n\n" + fenced(TREE), about="a thread with a stack of 512 MiB"),
        candidate("accepted", TREE_CPP, language="cpp", about="recursion, 20,000 deep"),
        candidate("wrong_answer", no_limit, about="RecursionError in a thread: nothing printed, exit code 0"),
        candidate(
            "runtime_error",
            code("""
            import sys
            n, *parents = map(int, sys.stdin.read().split())
            def height(node):
                return 1 + max((height(c) for c, p in enumerate(parents, 2) if p == node), default=0)
            print(height(1))
        """),
            about="RecursionError",
        ),
    ]
    return row(
        "Grow a tree",
        description,
        answers,
        public_tests=tests((lines(4, [1, 1, 2]), "3\n")),
        generated_tests=tests((lines(chain, list(range(1, chain))), f"{chain}\n"), ("1\n\n", "1\n")),
        source=SOURCES.index("HACKEREARTH"),
        difficulty=DIFFICULTIES.index("HARD"),
        solutions=programs((CPP, TREE_CPP)),
        is_description_translated=True,
        untranslated_description="Hier stand die Aufgabe in einer anderen Sprache.\n",
    )
