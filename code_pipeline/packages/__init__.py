"""Contest packages (Kattis, DOMjudge): a folder's files -> one row, and what a jury's label allows. Pure: no disk.

The files come as a mapping from relative name to bytes, which may read them only when they are asked for.
"""

from __future__ import annotations

from code_pipeline.packages.row import COLUMNS, looks_like_package, read_package

__all__ = ["COLUMNS", "looks_like_package", "read_package"]
