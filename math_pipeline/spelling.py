"""LaTeX as the parser of symbols.py reads it right: what it would misread, spelled in another way."""

from __future__ import annotations

import re
from math import comb, gcd, lcm, perm

_DECIMAL = re.compile(r"(?<![\w}])(\d*)\.(\d+)")
_DEGREES = re.compile(r"(\d+(?:\.\d+)?|\\frac\{\d+\}\{\d+\})\s*\^\{\\circ\}")
_DOUBLE_OF_NAME = re.compile(r"\(\s*2\s*([a-z])\s*(?:([-+])\s*(\d{1,3}))?\s*\)\s*!!(?!!)")
_DERIVATIVE = re.compile(
    r"\\frac\s*\{\s*(?:d|\\partial)(?:\^\{?(?P<order>\d)\}?)?\s*(?P<name>[a-zA-Z])\s*\}"
    r"\s*\{\s*(?:d|\\partial)\s*(?P<of>[a-zA-Z])\s*(?:\^\{?\d\}?)?\s*\}"
)
_DOUBLE_FACTORIAL = re.compile(r"(?<![\d.])(\d{1,3})!!(?!!)")
_CHOSEN = re.compile(
    r"(?<![\\a-zA-Z}])(?:\{\}\s*)?\{?([CAP])\}?_(?:\{(\d{1,3})\}|(\d))\^(?:\{(\d{1,3})\}|(\d)(?!\d))(?!!)"
)
# C(10,3), {}_{10}C_3, ^{10}C_3: how many choices of three things out of ten; P(8,3): in their order.
_CHOSEN_IN_BRACKETS = re.compile(r"(?<![\\a-zA-Z}_])([CP])\s*\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)(?!!)")
_CHOSEN_BEFORE = re.compile(
    r"(?:\{\}|(?<![\w)}]))\s*[_^]\{?\s*(\d{1,3})\s*\}?\s*\{?([CP])\}?_\{?\s*(\d{1,3})\s*\}?(?![!\d^])"
)
_DIVISORS = re.compile(
    r"\\?(?:operatorname|text|mathrm)?\s*\{?\\?(gcd|gcf|hcf|lcm)\}?\s*\(\s*(\d{1,30}(?:\s*,\s*\d{1,30})+)\s*\)",
    re.IGNORECASE,
)
_DIVISORS_OF_NAMES = re.compile(r"\\?(?<![a-zA-Z])(gcd|lcm)\s*\(([^()]*[a-zA-Z][^()]*)\)")
_ON_CIRCLE = re.compile(
    r"\\?(?:operatorname|text|mathrm)?\s*\{?\s*\\?cis\s*\}?\s*"
    r"(?:\(((?:[^()]|\([^()]*\))*)\)|\{([^{}]*)\}|(\\frac\{[^{}]*\}\{[^{}]*\}|\d*\s*\\(?:pi|theta)(?![a-zA-Z])|\(\\frac\{[^{}]*\}\{180\}\)))"
)
_CONJUGATE = re.compile(
    r"\\overline\s*\{([-+\d./\s]*(?:\\sqrt\{\d+\})?\s*i)\s*\}|\\overline\s*\{(\s*i\s*[-+][\s\d.]+)\}"
)
# A function without brackets goes up to a multiplication sign: behind a name, or before another function.
_FUNCTION = r"\\(?:log|ln|lg|exp|sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|sinh|cosh|tanh)(?![a-zA-Z])"
_ARGUMENT = r"(?:\d+|\\frac\{[^{}]*\}\{[^{}]*\}|\\sqrt\{[^{}]*\})"
_NAMED_ARGUMENT = r"(?:\d*\s*(?:[a-zA-Z]|\\(?:theta|alpha|beta|gamma|phi|omega)(?![a-zA-Z]))(?:[_^](?:\{[^{}]*\}|\w))*)"
_TIMES = r"\\(?:cdot|times)(?![a-zA-Z])"
_UNBRACKETED = re.compile(
    rf"(?P<function>{_FUNCTION}(?:\s*[_^](?:\{{[^{{}}]*\}}|\w))*)\s*(?P<of>{_NAMED_ARGUMENT}(?=\s*{_TIMES})"
    rf"|{_ARGUMENT}(?=\s*{_TIMES}\s*(?:\d+\s*)?{_FUNCTION}))"
)
# The parser takes it for a transpose, and x for its own.
_POWER_T = re.compile(r"\^\s*(?:T(?![a-zA-Z_])|\{\s*T\s*\})")
_PRIMES = re.compile(r"(?<![\\a-zA-Z])([a-zA-Z])('+)")
_NEGATIVE_POWER = re.compile(r"\^\s*([-+])\s*(\d+|[a-zA-Z])(?![\d.])")
_ROW_END = re.compile(r"\\\\")


def respelled(latex: str) -> str:
    """The expression with exact decimals, angles in radians, and choices, double factorials and primes spelled out."""
    text = latex.strip()
    if "matrix" in text:
        text = _ROW_END.sub(r" \\\\ ", text).replace("&", " & ")
        text = re.sub(r"(?<![a-zA-Z\\])d(?=\s*(?:\\end|\\\\|&))", "{d}", text)  # no differential
    if "circ" in text:
        text = _DEGREES.sub(lambda m: f"(\\frac{{{m[1]} \\cdot \\pi}}{{180}})", text)
    if "\\cdot" in text or "\\times" in text:
        text = _UNBRACKETED.sub(r"\g<function>(\g<of>)", text)
    if "T" in text and "matrix" not in text:
        text = _POWER_T.sub("^{{T}}", text)
    if "frac" in text:
        text = _DERIVATIVE.sub(lambda m: f"{m['name']}_{{d{m['of']}{m['order'] or 1}}}", text)
    if "!!" in text:
        text = _DOUBLE_OF_NAME.sub(_double_of_name, text)
        text = _DOUBLE_FACTORIAL.sub(lambda m: str(_double(int(m[1]))), text)
    text = _CHOSEN.sub(_chosen, text)
    text = _CHOSEN_IN_BRACKETS.sub(lambda m: _out_of(m[0], m[1], int(m[2]), int(m[3])), text)
    text = _CHOSEN_BEFORE.sub(lambda m: _out_of(m[0], m[2], int(m[1]), int(m[3])), text)
    text = _CONJUGATE.sub(lambda m: f"({(m[1] or m[2]).replace('i', '(-i)')})", text)
    text = _DIVISORS.sub(_divisor, text)
    text = _DIVISORS_OF_NAMES.sub(_of_names, text)
    if "cis" in text:
        text = _ON_CIRCLE.sub(lambda m: f" e^{{i \\cdot ({m[1] or m[2] or m[3]})}}", text)
    text = _PRIMES.sub(lambda m: f"{m[1]}_{{prime{len(m[2])}}}", text)
    text = _NEGATIVE_POWER.sub(r"^{\1\2}", text)
    text = re.sub(r"\\lg(?![a-zA-Z])", r"\\log_{10}", text)
    return _DECIMAL.sub(_as_fraction, text)


def _double_of_name(match: re.Match[str]) -> str:
    """(2n - 1)!! and (2n)!! by plain factorials."""
    offset = int((match[2] or "+") + (match[3] or "0"))
    half = f"({match[1]}{(offset + 1) // 2:+d})"
    even = f"2^{{{half}}} \\cdot {half}!"
    return f"(\\frac{{(2 \\cdot {half})!}}{{{even}}})" if offset % 2 else f"({even})"


def _double(value: int) -> int:
    product = 1
    for factor in range(value, 1, -2):
        product *= factor
    return product


def _chosen(match: re.Match[str]) -> str:
    """C_5^2 as how many pairs there are in five, A_5^2 as how many ordered ones."""
    first, second = int(match[2] or match[3]), int(match[4] or match[5])
    return _out_of(match[0], match[1], first, second)


def _out_of(written: str, kind: str, first: int, second: int) -> str:
    return written if second > first else f"({(comb if kind == 'C' else perm)(first, second)})"


def _divisor(match: re.Match[str]) -> str:
    numbers = [int(part) for part in match[2].split(",")]
    return f"({(lcm if match[1].lower() == 'lcm' else gcd)(*numbers)})"


def _of_names(match: re.Match[str]) -> str:
    """The gcd of names as a name of its own: as polynomials they would have none but 1."""
    parts = sorted(part.replace(" ", "") for part in match[2].split(","))
    coded = "x".join("".join(c if c.isalnum() else f"y{ord(c):x}y" for c in part) for part in parts)
    return f" w_{{{'d' if match[1] == 'gcd' else 'm'}{coded}}}"


def _as_fraction(match: re.Match[str]) -> str:
    return f"\\frac{{{int(match[1] + match[2])}}}{{1{'0' * len(match[2])}}}"
