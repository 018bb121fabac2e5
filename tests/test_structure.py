"""What a reader may rely on: modules that import alone and quietly, whole faces, files and functions of a size."""

from __future__ import annotations

import ast
import importlib
import io
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from ot_code.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("sandbox", "code_pipeline", "math_pipeline", "ot_code")
WHOLE = ("sandbox", "code_pipeline", "ot_code.inputs")  # faces that import nothing but what they offer
FACES = ("sandbox", "code_pipeline", "code_pipeline.checkers", "code_pipeline.readers", "ot_code", "ot_code.inputs")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
# A module by itself: what an earlier one imported is forgotten, but for what is not ours (numpy loads only once).
ALONE = """\
import importlib, sys
OURS = ("sandbox", "code_pipeline", "math_pipeline", "ot_code")
for name in sys.argv[1:]:
    for loaded in [each for each in sys.modules if each.split(".")[0] in OURS]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except BaseException as error:
        sys.exit(f"{name}: {error!r}")
"""


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("package", PACKAGES)
def test_each_module_imports_alone_and_without_a_warning(package):
    names = [_module(path) for path in FILES if path.relative_to(ROOT).parts[0] == package]
    command = [sys.executable, "-W", "error", "-c", ALONE, *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", FACES)
def test_a_face_names_what_it_offers_in_order(name):
    face = importlib.import_module(name)
    assert sorted(set(face.__all__)) == sorted(face.__all__)
    assert face.__all__ == sorted(face.__all__, key=_isort_key)
    for public in face.__all__:
        assert getattr(face, public) is not None


@pytest.mark.parametrize("name", WHOLE)
def test_a_face_names_all_it_offers(name):
    face = importlib.import_module(name)
    tree = ast.parse(Path(face.__file__).read_text())
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES
        for alias in node.names
    }
    assert imported - {"anchor_sandbox"} <= {*face.__all__}


def _isort_key(name: str) -> tuple[int, str]:
    """As ruff sorts: constants, classes, the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def test_the_lazy_face_offers_what_it_names():
    face = importlib.import_module("ot_code")
    assert sorted(face._HOMES) == face.__all__
    assert set(dir(face)) >= {*face.__all__, "__version__"}


@pytest.mark.parametrize("path", FILES, ids=_module)
def test_files_and_functions_are_short(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 80, f"{node.name} has {length} lines"


def test_no_module_is_named_for_nothing():
    vague = {"util", "utils", "common", "helper", "helpers", "misc"}
    assert [path for path in FILES if vague & {*path.relative_to(ROOT).with_suffix("").parts}] == []


def test_each_module_says_what_it_is():
    assert [path for path in FILES if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_the_architecture_names_each_file():
    told = (ROOT / "docs" / "architecture.md").read_text()
    top = [path for path in FILES if len(path.relative_to(ROOT).parts) == 2 and not path.stem.startswith("__")]
    guest = [path for path in (ROOT / "sandbox" / "guest").glob("*.py") if path.stem != "__init__"]
    assert [path for path in [*top, *guest] if path.stem not in told] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_has_an_example(command):
    with redirect_stdout(io.StringIO()) as said:
        assert main([command, "--help"]) == 0
    examples = said.getvalue().partition("examples:\n")[2]
    assert f"ot-code {command}" in examples
