"""What commands print on: text stands as it is. Names, paths and rows come from others, and may look like markup."""

from __future__ import annotations

from rich.console import Console


def plain_console() -> Console:
    """A console on stdout, in colour on a terminal only, that takes no text for markup, emoji codes or highlights.

    What steers a terminal passes: text of others goes through `report.markup.visible` first.
    """
    return Console(highlight=False, markup=False, emoji=False)
