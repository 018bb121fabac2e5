"""Other readings of two answers, each where the other side says so: a comma as a decimal point, brackets as a floor."""

from __future__ import annotations

import re

from math_pipeline.nodes import Expr, Node, Quantity
from math_pipeline.structure import parse
from math_pipeline.units import bare_unit

_COMMA = re.compile(r"-?\d+,\d+\Z")
_PLAIN = re.compile(r"-?\d*\.?\d+\Z")
_CHOSEN = re.compile(
    r"(?<![\\a-zA-Z}])\{?C\}?(?:_(?P<of>\{[^{}]*\}|\w)\^(?P<some>\{[^{}]*\}|\w)|\^(?P<few>\{[^{}]*\}|\w)_(?P<out>\{[^{}]*\}|\w))"
)
_VECTOR = re.compile(r"\\(?:vec|overrightarrow)\s*\{?\s*([a-z])\s*\}?(?![a-zA-Z])")
_NUMBERS = re.compile(r"(?:\\mathbb\s*\{\s*)?([RZNQC])(?:\s*\})?")
_CONSTANT = re.compile(r"(?<![\\a-zA-Z])(?:[Cc]_(?:\{[12]\}|[12])|[AB](?![a-zA-Z_]))")
_ONE_CONSTANT = re.compile(r"(?<![\\a-zA-Z])[Cc](?:_(?:\{\d\}|\d))?(?!_)")
_SOLUTION = re.compile(r"\s*(?:[a-zA-Z]\s*\(\s*[a-z]\s*\)|[uvxyz])\s*=")
_STACKED = re.compile(r"\\begin\s*\{pmatrix\}([^&\\{}]+)\\\\([^&\\{}]+)\\end\s*\{pmatrix\}")
_SEGMENT = re.compile(r"\\overline\s*\{\s*([A-Z]{2})\s*\}")
_ROUNDED = re.compile(r"\\l(?:floor|ceil)")
_WHOLE_PART = re.compile(r"\[([^\[\],;]+)\]")


def others(gold: str, answer: str) -> list[tuple[Node, Node]]:
    """The pairs that two normal forms may be besides what they look like, as trees."""
    found = [(parse(one), parse(two)) for one, two in _respelled(gold, answer)]
    one, two = parse(gold), parse(answer)
    bare = bare_unit(answer) if isinstance(one, Quantity) else bare_unit(gold) if isinstance(two, Quantity) else None
    if bare is not None:
        held = Quantity(Expr(bare[0]), bare[1])
        found.append((one, held) if isinstance(one, Quantity) else (held, two))
    return found


def _respelled(gold: str, answer: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    if _COMMA.match(gold) and _PLAIN.match(answer):
        pairs.append((gold.replace(",", "."), answer))
    if _COMMA.match(answer) and _PLAIN.match(gold):
        pairs.append((gold, answer.replace(",", ".")))
    if _CHOSEN.search(gold) or _CHOSEN.search(answer):
        pairs.append((_CHOSEN.sub(_binomial, gold), _CHOSEN.sub(_binomial, answer)))
    if _ROUNDED.search(gold) and not _ROUNDED.search(answer) and _WHOLE_PART.search(answer):
        pairs.append((gold, _WHOLE_PART.sub(r"\\lfloor \1\\rfloor ", answer)))
    if _ROUNDED.search(answer) and not _ROUNDED.search(gold) and _WHOLE_PART.search(gold):
        pairs.append((_WHOLE_PART.sub(r"\\lfloor \1\\rfloor ", gold), answer))
    vectors = [_VECTOR.search(text) is not None for text in (gold, answer)]
    if any(vectors) and not all(vectors):  # bold letters are not told from others
        pairs.append((_VECTOR.sub(r"{\1}", gold), _VECTOR.sub(r"{\1}", answer)))
    if ("\\binom" in gold) is not ("\\binom" in answer):  # two entries in brackets, one above the other
        pairs.append((_STACKED.sub(r"\\binom{\1}{\2}", gold), _STACKED.sub(r"\\binom{\1}{\2}", answer)))
    numbers = [_NUMBERS.fullmatch(text.strip()) for text in (gold, answer)]
    if numbers[0] is not None and numbers[1] is not None and numbers[0][1] == numbers[1][1]:
        pairs.append((f"\\mathbb{{{numbers[0][1]}}}",) * 2)
    pairs.extend((gold, constants) for constants in _with_constants(gold, answer))
    segments = [_SEGMENT.search(text) is not None for text in (gold, answer)]
    if any(segments) and not all(segments):
        pairs.append((_SEGMENT.sub(r"\1", gold), _SEGMENT.sub(r"\1", answer)))
    return pairs


def _with_constants(gold: str, answer: str) -> list[str]:
    """The answer with its arbitrary constants as the gold's: C for C_1; C_1 and C_2, or A and B, either way round."""
    if not all(map(_SOLUTION.match, (gold, answer))):
        return []
    one, other = (sorted(set(_ONE_CONSTANT.findall(text))) for text in (gold, answer))
    if len(one) == len(other) == 1 and one != other:
        return [_ONE_CONSTANT.sub(one[0], answer)]
    wanted = sorted(set(_CONSTANT.findall(gold)))
    used = sorted(set(_CONSTANT.findall(answer)))
    indexed = "_" in "".join(wanted + used)  # A and B may well be given
    if len(wanted) != 2 or len(used) != 2 or not indexed:
        return []
    ways = (dict(zip(used, wanted, strict=True)), dict(zip(used, reversed(wanted), strict=True)))
    return [_CONSTANT.sub(lambda name, way=way: way[name[0]], answer) for way in ways]  # type: ignore[misc]


def _binomial(match: re.Match[str]) -> str:
    """C_n^k, and C^k_n, as the number of choices of k out of n."""
    of, some = (match["of"] or match["out"]).strip("{}"), (match["some"] or match["few"]).strip("{}")
    return f"\\binom{{{of}}}{{{some}}}"
