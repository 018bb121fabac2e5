"""`python -m ot_code` is `ot-code`."""

from __future__ import annotations

import sys

from ot_code.cli import main

if __name__ == "__main__":
    sys.exit(main())
