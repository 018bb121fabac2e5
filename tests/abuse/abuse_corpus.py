"""The badly behaved programs: files whose first lines say what must come of them.

# expect: exited 0 | exited (any code) | signaled [N] | time_limit | memory_limit | output_limit | build_failed
# stdout: the whole of it, stripped        # contains: hexadecimal bytes somewhere in it
# limits: name=value ...                   # stdin: text, {run} is the run's number  # files: names that each run brings
# runs: how often in one session, each with the same result (what one leaves, the next would find)
# jail: any (it may cost the jail, for what it leaves to wipe or the kernel holds; else the next one meets the same)
# wall_under: seconds                      # machine: the only architecture that it is for
# watched: why it is not contained where memory and CPU are only watched
# landlock: which of the three things that a Landlock jail cannot hold it is about (pids, memory, scratch)
"""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import Execution, Limits, Program, Run, Session, Status

ROOT = Path(__file__).parent / "programs"
_KEYS = {
    "expect",
    "stdout",
    "contains",
    "limits",
    "stdin",
    "files",
    "runs",
    "jail",
    "wall_under",
    "machine",
    "watched",
    "landlock",
}
_HEAD_LINES = 12
_OWN_TMP = re.compile(r"""(["'])/tmp([/"'])""")


@dataclass(frozen=True)
class Case:
    path: Path
    facts: dict[str, str]

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def runs(self) -> int:
        return int(self.facts.get("runs", "1"))

    @property
    def keeps_jail(self) -> bool:
        return self.facts.get("jail") != "any"

    @property
    def for_this_machine(self) -> bool:
        return self.facts.get("machine", platform.machine()) == platform.machine()

    @property
    def limits(self) -> Limits:
        given: dict[str, Any] = {"cpu_time_s": 3.0}
        for word in self.facts.get("limits", "").split():
            name, value = word.split("=")
            given[name] = float(value) if name.endswith("_s") else int(value)
        return Limits(**given)

    def program(self, filled: dict[str, str]) -> Program:
        """The program, with what only this host knows filled in."""
        source = self.path.read_text("utf-8")
        if "WORKDIR" in filled:  # where no mount namespace makes the working directory /tmp
            source = _OWN_TMP.sub(rf"\g<1>{filled['WORKDIR']}\g<2>", source)
        for name, value in filled.items():
            source = source.replace(f"@{name}@", value)
        return Program(source, "cpp" if self.path.suffix == ".cpp" else "python3")

    def execute(self, session: Session) -> list[Execution]:
        files = dict.fromkeys(self.facts.get("files", "").split(), "x")
        stdin = self.facts.get("stdin", "")
        runs = [Run(stdin.replace("{run}", str(number)), files) for number in range(self.runs)]
        return session.run(runs, stop_on_failure=False)

    def objections(self, executions: list[Execution], overshoot_mb: float = 0.0) -> list[str]:
        """What is not as it must be; empty when the program was contained and judged rightly."""
        found = [] if len(executions) == self.runs else [f"{len(executions)} executions of {self.runs}"]
        for execution in executions:
            found += self._objections(execution, overshoot_mb)
        return found

    def _objections(self, execution: Execution, overshoot_mb: float) -> list[str]:
        found = []
        status, *number = self.facts["expect"].split()
        actual = f"{execution.status} {execution.exit_code} {execution.signal} {execution.stderr[-800:]}"
        if execution.status is not Status(status):
            found.append(f"expected {status}, got {actual}")
        elif status == "exited" and number and execution.exit_code != int(number[0]):
            found.append(f"expected exit code {number[0]}, got {actual}")
        elif status == "signaled" and number and execution.signal != int(number[0]):
            found.append(f"expected signal {number[0]}, got {actual}")
        if "stdout" in self.facts and execution.stdout.strip() != self.facts["stdout"].replace("\\n", "\n"):
            found.append(f"printed {execution.stdout[:500]!r} in place of {self.facts['stdout']!r}")
        if bytes.fromhex(self.facts.get("contains", "")) not in execution.stdout_bytes:
            found.append(f"printed {execution.stdout_bytes[:200]!r}")
        if b"OT-CODE-CANARY" in execution.stdout_bytes + execution.stderr_bytes:
            found.append("something of the host came out")
        limits = self.limits
        if len(execution.stdout_bytes) > limits.output_bytes or len(execution.stderr_bytes) > 1 << 20:
            found.append("more output than the limit came out")
        bound = float(self.facts.get("wall_under", limits.wall_s + 3)) + 10 * execution.cpu_time_s  # a busy machine
        if execution.status is not Status.BUILD_FAILED and execution.wall_time_s > bound:
            found.append(f"it took {execution.wall_time_s:.2f} s")
        if status == "memory_limit" and (execution.memory_mb or 0) > 1.05 * limits.memory_mb + overshoot_mb:
            found.append(f"it held {execution.memory_mb:.0f} MB")
        return found


def cases() -> list[Case]:
    return [_read(path) for path in sorted(ROOT.rglob("*")) if path.suffix in (".py", ".cpp")]


def case(name: str) -> Case:
    return _read(ROOT / name)


def _read(path: Path) -> Case:
    facts = {}
    for line in path.read_text("utf-8").splitlines()[:_HEAD_LINES]:
        key, colon, value = line.lstrip("#/ ").partition(":")
        if colon and line.startswith(("#", "//")) and key in _KEYS:
            facts[key] = value.strip()
    if "expect" not in facts:
        raise ValueError(f"{path} does not say what to expect")
    return Case(path, facts)
