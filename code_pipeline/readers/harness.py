"""Python source that is put after a submission: the one function that a test of an assertion problem calls.

What it defines begins with `_ot_code_`. It never holds an expected value, except where the whole assertion program
must run beside the candidate (`assertion_program`).
"""

from __future__ import annotations

from collections.abc import Sequence

CALLED = "_ot_code_test"

# `==` between an array and plain data raises. (What else it takes for equal to plain data becomes that data as the call
# hands it back.) A program may have hidden any builtin behind a variable of its own, so they are fetched anew.
_PLAIN = """
def _ot_code_plain(value, depth=0, b=__import__("builtins")):
    kind = b.type(value)
    if kind in (b.int, b.float, b.str, b.bool, b.type(None), b.bytes) or depth > 50:
        return value
    if kind in (b.list, b.tuple, b.set):
        return kind([_ot_code_plain(item, depth + 1) for item in value])
    if kind is b.dict:
        return {_ot_code_plain(key, depth + 1): _ot_code_plain(item, depth + 1) for key, item in b.dict.items(value)}
    if kind.__module__ == "numpy" and b.hasattr(value, "size") and value.size != 1:
        raise b.ValueError("the truth value of a comparison with an array is ambiguous")
    return value
"""


def calling(setup: str, expressions: Sequence[str], *, keywords: bool) -> str:
    """The source for tests that were taken out of assertions.

    expressions: what the assertions look at, with `*_ot_code_a` (and `**_ot_code_k` where there are `keywords`) in
    place of the arguments. With one and no keywords the tests' arguments are the call's own; else number of the
    expression, list of arguments, dict of keywords.
    """
    lines = [_PLAIN]
    if len(expressions) == 1 and not keywords:
        lines.append(f"def {CALLED}(*_ot_code_a):\n    return _ot_code_plain({expressions[0]})\n")
    else:
        lines.append(f"def {CALLED}(_ot_code_n, _ot_code_a, _ot_code_k):")
        for number, expression in enumerate(expressions):
            lines.append(f"    if _ot_code_n == {number}:\n        return _ot_code_plain({expression})")
    return _after(setup) + "\n".join(lines) + "\n"


def assertion_program(program: str) -> str:
    """The source that runs a whole assertion program: True where it comes to its end, False where one fails.

    A text where the program cannot be compiled, which is the row's fault.
    """
    return f"""

def {CALLED}(b=__import__("builtins")):
    try:
        code = b.compile({program!r}, "tests", "exec", dont_inherit=True)
    except (b.SyntaxError, b.ValueError) as error:
        return b.str(error)
    try:
        b.exec(code, b.globals())
    except b.AssertionError:
        __import__("traceback").print_exc()
        return False
    return True
"""


def _after(setup: str) -> str:
    return f"\n\n{setup.strip()}\n" if setup.strip() else "\n\n"
