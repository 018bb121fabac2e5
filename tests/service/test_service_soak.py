"""verl's pattern: 128 clients, a new connection for each request, one request a test, hostile programs among them.

No reward is lost and no verdict is wrong, and memory stays flat. OT_SOAK_S=300 makes it five minutes.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections import Counter

import psutil
import pytest
from running import running

from sandbox import languages

SECONDS = float(os.environ.get("OT_SOAK_S", "6"))
CLIENTS = 128
CPP = '#include <cstdio>\nint main() {{ int n; scanf("%d", &n); printf("%d\\n", n * {}); }}'
# a program (its number goes in), its language, whether its test passes, as verl maps what it reads
KINDS = [
    ("print(int(input()) * {})", "python", True),
    ("print(int(input()) * {})  # again", "python", True),
    ("print(int(input()) * {} + 1)", "python", False),
    ("raise ValueError({})", "python", -2),
    (CPP, "cpp", True),
    ("x = 'a' * (1 << 40)  # {}", "python", -2),
    ("import os\nwhile os.fork() >= 0: pass  # {}", "python", (-2, -3)),
    ("while True: pass  # {}", "python", -3),
    ("import os\nos.write(1, b'x' * (100 << 20))  # {}", "python", (-2, False)),
    ("import os, signal\nos.kill(-1, 9)  # {}", "python", (-2, False, -3)),
]  # fmt: skip
# mostly decent ones, as rewards are
ORDER = [0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 0, 1, 0, 0, 5, 0, 0, 0, 2, 0, 0, 7, 0, 0, 0, 3, 0, 0, 8, 0, 0, 6, 0, 0, 9, 0]


def reward(status, answer, expected):
    """What verl's sandbox_fusion/utils.py makes of an answer."""
    if status != 200 or answer["status"] == "SandboxError":
        return -1
    compiled, ran = answer["compile_result"], answer["run_result"]
    if answer["status"] == "Failed":
        if compiled and (compiled["status"] != "Finished" or compiled["return_code"] != 0):
            return -4
        if ran["status"] == "TimeLimitExceeded":
            return -3
        return -2 if ran["status"] == "Error" or ran["return_code"] != 0 else -1
    return ran["stdout"].rstrip("\n") == expected.rstrip("\n")


def client(server, numbers, until, wrong, seen):
    while time.monotonic() < until:
        number = next(numbers)
        source, language, wanted = KINDS[ORDER[number % len(ORDER)]]
        factor = number % 3 + 2 if language == "cpp" else number  # few builds, as with one candidate's many tests
        accepted = wanted if isinstance(wanted, tuple) else (wanted,)
        body = {
            "compile_timeout": 60, "run_timeout": 0.5 if -3 in accepted else 10,
            "code": source.format(factor) + "\n\n", "stdin": "7", "memory_limit_MB": 1024, "language": language,
            "files": {}, "fetch_files": [],
        }  # fmt: skip
        got = reward(*server.ask("POST", "/run_code", body, timeout=100), str(7 * factor))
        seen[str(got)] += 1
        if repr(got) not in map(repr, accepted):  # False is not 0
            wrong.append((source, got))


@pytest.mark.timeout(SECONDS + 200)
def test_no_reward_is_lost_and_none_is_wrong():
    wrong, seen, numbers = [], Counter(), itertools.count()
    with running() as server:
        process = psutil.Process(server.process.pid)
        server.post("/run_code", {"code": CPP.format(2), "language": "cpp", "stdin": "7"})
        for name, each in languages().items():  # builds that the server makes once at its start
            source, given, _ = each.self_test
            server.ask("POST", "/v1/run", {"source": source, "language": name, "stdin": given})
        sizes, fresh = [], process.memory_info().rss
        for _ in range(2):
            until = time.monotonic() + SECONDS / 2
            threads = [
                threading.Thread(target=client, args=(server, numbers, until, wrong, seen)) for _ in range(CLIENTS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            sizes.append(process.memory_info().rss)
        assert server.ask("GET", "/v1/load")[1]["waiting"] == 0
    assert wrong == []
    assert sum(seen.values()) > 100
    assert seen["True"] > seen["-3"] > 0
    assert sizes[1] - sizes[0] < 16 << 20
    assert sizes[1] - fresh < 64 << 20  # and holds nothing of what hostile ones wrote
