"""`ot-code doctor`: what works on this machine, how the slots came about, what does not work, and the mend."""

from __future__ import annotations

import argparse
import json
import sys
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
    from sandbox import SandboxError
    from sandbox.host import host_report
    from sandbox.probe import Finding, languages_report, limits_report

    sections: list[tuple[str, list[Finding]]] = [("this machine", list(host_report()))]
    usable = False
    try:
        with open_sandbox(settings_of(args), jobs=1) as sandbox:
            slots = f"{sandbox.slot_count}, of {sandbox.slots_from}"
            sections[0][1].append(Finding("slots", True, "; ".join([slots, *sandbox.notices])))
            found = [Finding("jail", True, sandbox.jail_kind), *limits_report(sandbox)]
            usable = all(finding.ok is not False for finding in found)
            sections.append(("what binds in a jail", found))
            sections.append(("languages", list(languages_report(sandbox) if usable else ())))
    except SandboxError as error:
        sections.append(("jails", [Finding("jail", False, str(error))]))
    if args.json:
        rows = [
            {"section": title, "what": f.what, "ok": f.ok, "detail": f.detail, "mend": f.mend}
            for title, found in sections
            for f in found
        ]
        print(json.dumps(rows, indent=1))
    else:
        _print(sections)
        print("programs can be judged here" if usable else "programs can NOT be judged here")
    return Exit.DONE if usable else Exit.FAILED


def _print(sections: list[tuple[str, list[Finding]]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    marks = {True: ("yes", "green"), False: ("no", "red"), None: ("?", "yellow")}
    for title, found in sections:
        table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
        for finding in found:
            mark, colour = marks[finding.ok]
            said = ". Mend: ".join(filter(None, (finding.detail, finding.mend if not finding.ok else "")))
            table.add_row(Text(mark, style=colour), Text(finding.what), Text(said))
        console.print(table)
        console.print()
