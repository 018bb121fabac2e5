"""Runs in a jail, as the program of /run_jupyter: the cells, one after the other, in one namespace.

After each cell a line of JSON is added to the result, so that what ran before a time limit is known. The value of a
cell's last expression is displayed, as in a notebook, and `await` may stand outside of functions. What a cell's own
processes print is the cell's too: its output is taken from the descriptors.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import json
import linecache
import os
import sys
import traceback
import types
from collections.abc import Iterator
from typing import Any

CELLS, RESULT = "/tmp/.cells.json", "/tmp/.cells.result"  # noqa: S108 - the jail's own folder
_KINDS = (("_repr_html_", "text/html"), ("_repr_latex_", "text/latex"), ("_repr_svg_", "image/svg+xml"))


def _shown(value: Any) -> dict[str, str]:
    bundle = {"text/plain": repr(value)}
    for name, kind in _KINDS:
        method = getattr(value, name, None)
        if callable(method) and not isinstance(value, type):
            rich = method()
            if isinstance(rich, str):
                bundle[kind] = rich
    return bundle


class _Notebook:
    """The namespace, what the present cell displays, and the loop for its `await`s."""

    def __init__(self) -> None:
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self.names = module.__dict__
        self.names["display"] = lambda *values: self.displayed.extend(map(_shown, values))
        self.displayed: list[dict[str, str]] = []
        self._loop: Any = None

    def run(self, source: str, name: str) -> None:
        tree = ast.parse(source, name)
        end = tree.body[-1] if tree.body else None
        last = end if isinstance(end, ast.Expr) and not _silent(source, end) else None
        if last is not None:
            tree.body.pop()
        self._do(compile(tree, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
        if last is not None:
            value = self._do(compile(ast.Expression(last.value), name, "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
            if value is not None:
                self.names["_"] = value
                self.displayed.append(_shown(value))

    def _do(self, code: types.CodeType) -> Any:
        value = eval(code, self.names)  # noqa: S307 - what a cell is for
        if not code.co_flags & inspect.CO_COROUTINE:
            return value
        import asyncio  # noqa: PLC0415  few cells need it

        self._loop = self._loop or asyncio.new_event_loop()
        return self._loop.run_until_complete(value)


def _silent(source: str, end: ast.Expr) -> bool:
    """Whether a semicolon follows the last expression: then it is not displayed."""
    line = source.encode("utf-8", "surrogatepass").split(b"\n")[(end.end_lineno or 1) - 1]
    return line[end.end_col_offset :].lstrip().startswith(b";")


@contextlib.contextmanager
def _taken(number: int) -> Iterator[io.BytesIO]:
    """What is written to the descriptor meanwhile, by whomever."""
    taken, before = io.BytesIO(), os.dup(number)
    file = os.memfd_create("output")
    try:
        os.dup2(file, number)
        yield taken
    finally:
        os.dup2(before, number)
        with open(file, "rb") as written:  # noqa: PTH123 - one import less in the jail
            written.seek(0)
            taken.write(written.read())
        os.close(before)


def _stream(number: int) -> io.TextIOWrapper:
    raw = open(number, "wb", closefd=False)  # noqa: SIM115 - it lives as long as the process
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", line_buffering=True)


def _cell(notebook: _Notebook, source: str, number: int) -> dict[str, Any]:
    notebook.displayed = []
    error: list[dict[str, Any]] = []
    name = f"<cell {number}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    with _taken(1) as out, _taken(2) as err:
        try:
            notebook.run(source, name)
        except BaseException as raised:  # noqa: BLE001 - a cell's border: whatever it raised is its result
            error.append(_error(raised))
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(ValueError):  # one that the cell closed
                stream.flush()
    texts = {"stdout": out.getvalue(), "stderr": err.getvalue()}
    shown = {which: written.decode("utf-8", "replace") for which, written in texts.items()}
    return {**shown, "display": notebook.displayed, "error": error}


def _error(raised: BaseException) -> dict[str, Any]:
    """As a notebook shows it: without the frames of this file."""
    trace = raised.__traceback__
    while trace is not None and trace.tb_frame.f_globals is globals():
        trace = trace.tb_next
    if trace is None or not trace.tb_frame.f_code.co_filename.startswith("<cell "):
        trace = None  # a cell that is no Python: the frames are the compiler's
    lines = traceback.format_exception(type(raised), raised, trace)
    try:
        value = str(raised)
    except Exception:  # noqa: BLE001 - the cell's own class says so of itself
        value = "<exception str() failed>"
    return {"ename": type(raised).__name__, "evalue": value, "traceback": lines}


def main() -> None:
    """Runs every cell."""
    with open(CELLS, encoding="utf-8") as file:  # noqa: PTH123 - one import less in the jail
        cells = json.load(file)
    os.unlink(CELLS)  # noqa: PTH108 - the same
    sys.stdout, sys.stderr = _stream(1), _stream(2)
    notebook = _Notebook()
    with open(RESULT, "wb") as result:  # noqa: PTH123 - the same
        for number, source in enumerate(cells, 1):
            line = json.dumps(_cell(notebook, source, number), ensure_ascii=False) + "\n"
            result.write(line.encode("utf-8", "replace"))  # a lone surrogate is no text on the wire
            result.flush()


if __name__ == "__main__":
    main()
