"""Inputs: files, folders, globs and datasets of the hub, as streams of rows."""

from __future__ import annotations

from ot_code.inputs.opening import open_input
from ot_code.inputs.table import InputRow, Table

__all__ = ["InputRow", "Table", "open_input"]
