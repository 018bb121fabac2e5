# expect: exited 0
# stdout: clean
# runs: 2
import builtins
import json
import random
import sys

seen = [
    hasattr(builtins, "canary"), hasattr(json, "canary"), "canary" in sys.modules, sys.getrecursionlimit() > 5000,
    hasattr(sys, "canary"), print is not builtins.print, hasattr(list, "canary"), int("1") != 1,
]
state = random.getstate()
print("clean" if not any(seen) else f"escaped: {seen}")
builtins.canary = json.canary = sys.canary = "CANARY"
sys.modules["canary"] = json
sys.setrecursionlimit(10**6)
random.seed(1)
builtins.print = lambda *_: None
json.loads = json.dumps = len = None
