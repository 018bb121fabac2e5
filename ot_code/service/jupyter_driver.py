"""Runs in a jail, as the program of /run_jupyter: the cells of `cells.json`, one after the other, in one namespace.

After each cell a line of JSON is added to the result, so that what ran before a time limit is known. The value of a
cell's last expression is displayed, as in a notebook.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import sys
import traceback
import types
from typing import Any

CELLS, RESULT = "/tmp/cells.json", "/tmp/cells.result"  # noqa: S108 - the jail's own folder


def _shown(value: Any) -> dict[str, str]:
    bundle = {"text/plain": repr(value)}
    for name, kind in (("_repr_html_", "text/html"), ("_repr_latex_", "text/latex"), ("_repr_svg_", "image/svg+xml")):
        method = getattr(value, name, None)
        if callable(method):
            rich = method()
            if isinstance(rich, str):
                bundle[kind] = rich
    return bundle


def _run(source: str, number: int, names: dict[str, Any]) -> list[Any]:
    tree = ast.parse(source, f"<cell {number}>")
    end = tree.body[-1] if tree.body else None
    last = end.value if isinstance(end, ast.Expr) else None
    if last is not None:
        tree.body.pop()
    exec(compile(tree, f"<cell {number}>", "exec"), names)  # noqa: S102 - what a cell is for
    return [] if last is None else [eval(compile(ast.Expression(last), f"<cell {number}>", "eval"), names)]  # noqa: S307 - the same


def _cell(source: str, number: int, names: dict[str, Any]) -> dict[str, Any]:
    out, err = io.StringIO(), io.StringIO()
    display: list[dict[str, str]] = []
    error: list[dict[str, Any]] = []
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            display += [_shown(value) for value in _run(source, number, names) if value is not None]
        except BaseException as raised:  # noqa: BLE001 - a cell's border: whatever it raised is its result
            lines = traceback.format_exception(type(raised), raised, raised.__traceback__)
            error.append({"ename": type(raised).__name__, "evalue": str(raised), "traceback": lines})
    return {"stdout": out.getvalue(), "stderr": err.getvalue(), "display": display, "error": error}


def main() -> None:
    """Runs every cell."""
    with open(CELLS, encoding="utf-8") as file:  # noqa: PTH123 - one import less in the jail
        cells = json.load(file)
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    with open(RESULT, "w", encoding="ascii") as result:  # noqa: PTH123 - the same
        for number, source in enumerate(cells, 1):
            result.write(json.dumps(_cell(source, number, module.__dict__)) + "\n")
            result.flush()


if __name__ == "__main__":
    main()
