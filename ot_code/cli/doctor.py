"""`ot-code doctor`: what works on this machine, how the slots came about, what does not work, and the mend."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ot_code.cli.exits import Exit
from ot_code.jails import add_arguments as add_jail_arguments
from ot_code.jails import open_sandbox, settings_of

if TYPE_CHECKING:
    from sandbox.probe import Finding

EXAMPLE = """examples:
  ot-code doctor
  ot-code doctor --json | jq '.[] | select(.ok == false)'

Exit code 0 when programs can be judged here, 1 when they cannot. A missing language or Docker does not count.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_jail_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the findings as a JSON list on stdout")


def main(args: argparse.Namespace) -> int:
    """Looks, tries, and says."""
    screen = _Screen(silent=args.json)
    usable = _look(args, screen)
    if args.json:
        rows = [
            {"section": title, "what": f.what, "ok": f.ok, "detail": f.detail, "mend": f.mend}
            for title, found in screen.sections
            for f in found
        ]
        print(json.dumps(rows, indent=1))
    else:
        print("programs can be judged here" if usable else "programs can NOT be judged here")
    return Exit.DONE if usable else Exit.FAILED


def _look(args: argparse.Namespace, screen: _Screen) -> bool:
    """Whether programs can be judged here."""
    from sandbox import SandboxError
    from sandbox.host import host_report
    from sandbox.probe import Finding, languages_report, limits_report

    machine = list(host_report())
    try:
        with open_sandbox(settings_of(args), jobs=1) as sandbox:
            slots = f"{sandbox.slot_count}, of {sandbox.slots_from}"
            screen.show("this machine", [*machine, Finding("slots", True, "; ".join([slots, *sandbox.notices]))])
            found = [Finding("jail", True, sandbox.jail_kind), *limits_report(sandbox)]
            screen.show("what binds in a jail", found)
            usable = all(finding.ok is not False for finding in found)
            screen.show("languages", screen.each(languages_report(sandbox)) if usable else [])
            return usable
    except SandboxError as error:
        if not screen.sections:
            screen.show("this machine", machine)
        screen.show("jails", [Finding("jail", False, str(error))])
        return False


class _Screen:
    """What was found, each section shown as soon as it is whole."""

    def __init__(self, *, silent: bool) -> None:
        self.sections: list[tuple[str, list[Finding]]] = []
        self._silent = silent

    def each(self, findings: Iterator[Finding]) -> list[Finding]:
        """All of them; meanwhile a terminal shows how many. A language's first program here builds its library."""
        from rich.console import Console

        found: list[Finding] = []
        told = "trying each language; the first time its library is built, which may take a minute"
        with Console(stderr=True, highlight=False).status(told) as status:
            for finding in findings:
                found.append(finding)
                status.update(f"{told}: {len(found)} done, the last one {finding.what}")
        return found

    def show(self, title: str, found: list[Finding]) -> None:
        """Prints a table of them on stdout."""
        self.sections.append((title, found))
        if self._silent:
            return
        from rich.table import Table
        from rich.text import Text

        from ot_code.console import plain_console

        console = plain_console()
        marks = {True: ("yes", "green"), False: ("no", "red"), None: ("?", "yellow")}
        table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
        for _ in range(3):
            table.add_column(overflow="fold")
        for finding in found:
            mark, colour = marks[finding.ok]
            said = ". Mend: ".join(filter(None, (finding.detail, finding.mend if not finding.ok else "")))
            table.add_row(Text(mark, style=colour), Text(finding.what), Text(said))
        console.print(table)
        console.print()
        sys.stdout.flush()
