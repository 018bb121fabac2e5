"""The same rows from a Ray cluster of several nodes as from here, also when one of them is killed meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ot_code.columns import UNSTABLE
from ot_code.config import VerifyConfig
from ot_code.errors import UsageError

ray = pytest.importorskip("ray")

RIGHT = "print(sum(map(int, input().split())))"
TESTS = {"inputs": ["1 2\n", "3 4\n", "10 20\n"], "outputs": ["3\n", "7\n", "30\n"]}
ANSWERS = [
    RIGHT,
    "print(0)",
    "raise ValueError('no')",
    RIGHT,
    "print(3)",
    "import time; time.sleep(0.2); " + RIGHT,
    None,
]

# In a process of its own: Ray leaves threads and handlers behind.
RUN = """
import json, os, signal, sys, threading, time
from pathlib import Path
import ray
from ray.cluster_utils import Cluster
from ot_code.config import VerifyConfig
from ot_code.stages.judging import verify
from ot_code.engines import ray_places

source, out, kill = sys.argv[1:4]
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
cluster.wait_for_nodes()
judged = []
def dies():
    while sum(1 for line in open(Path(out) / ".journal")) < 6 if (Path(out) / ".journal").exists() else True:
        time.sleep(0.02)
    cluster.remove_node(nodes[0], allow_graceful=False)
    judged.append("killed")
killer = threading.Thread(target=dies, daemon=True)
if kill == "kill":
    killer.start()
config = VerifyConfig(input=source, out=Path(out), engine="ray", ray_address=cluster.address, form="jsonl")
summary = verify(config, quiet=True)
if kill == "kill":
    killer.join(60)
print(json.dumps({"faults": summary["faults"], "read": summary["read"], "killed": bool(judged)}))
cluster.shutdown()
"""


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The rows, and what the local engine makes of them."""
    from ot_code.stages.judging import verify

    folder = tmp_path_factory.mktemp("local")
    rows = [
        {
            "id": f"p{number}",
            "problem": "Add.",
            "test_cases": TESTS,
            "candidates": [f"{a}  # {number}" if a else a for a in ANSWERS],
        }
        for number in range(8)
    ]
    source = folder / "rows.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    verify(VerifyConfig(input=str(source), out=folder / "out", form="jsonl"), quiet=True)
    return source, folder / "out"


def stable(out: Path):
    rows = [json.loads(line) for part in sorted((out / "judged").iterdir()) for line in part.read_text().splitlines()]
    assert rows
    return [list(row) for row in rows], [{k: v for k, v in row.items() if k not in UNSTABLE} for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize("kill", ["no", "kill"])
def test_a_cluster_gives_the_same_rows(local, tmp_path, kill):
    source, whole = local
    environment = {
        **os.environ,
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_memory_monitor_refresh_ms": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(source), str(tmp_path / "out"), kill],
        capture_output=True, text=True, env=environment, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said == {"faults": 0, "read": 56, "killed": kill == "kill"}
    assert stable(tmp_path / "out") == stable(whole)


def test_settings_that_make_no_sense_together():
    base = {"input": "x", "out": Path("y")}
    for wrong, said in (
        ({"engine": "spark"}, "--engine: must be one of local, ray"),
        ({"ray_address": "auto"}, "--ray-address is about --engine ray"),
        ({"engine": "ray", "endpoints": ("http://a",)}, "both say where programs run"),
        ({"engine": "ray", "cache": Path("c")}, "--cache is about programs that run here, so not beside --engine ray"),
        ({"engine": "ray", "check_tests": 3}, "--check-tests is about programs that run here"),
    ):
        with pytest.raises(UsageError, match=said):
            VerifyConfig(**base, **wrong)
