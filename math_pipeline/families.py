"""Families of numbers: x = a + bk for every integer k, congruences and multiples, whatever their parameter is called.

Two unions of arithmetic progressions are the same where they leave the same remainders by a period of both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sympy

from math_pipeline import digits, symbols
from math_pipeline.brackets import commas
from math_pipeline.naming import LETTERS
from math_pipeline.outcome import Outcome

MOST_REMAINDERS = 720
_DIGITS = 50
_MEMBER = sympy.Integer(3)  # which nearly every parameter may be
_NEAR = sympy.Rational(1, 10**30)
_DOMAIN = r"\\mathbb\{[ZNRQC]\}(?:\s*[_^](?:\{[^{}]*\}|[+*]))?|Z"
_CLAUSE = re.compile(
    r"[\s,;(]*(?:\\text\s*\{[^{}]*\}\s*|where|for|with|any|all|some|every|integers?|\s)*(?<![\\a-zA-Z])([a-zA-Z])\s*"
    rf"(?:\\in\s*({_DOMAIN})|(?:\\text\s*\{{)?\s*(?:(?:is|are)\s+)?an?y?\s+integers?\s*\}}?)?[\s)]*$"
)
_BUILT = re.compile(
    rf"\\\{{\s*(?:[a-zA-Z]\s*[|:]\s*(?=[a-zA-Z]\s*=))?((?:(?!\\in(?![a-zA-Z])|[|:]).)+?)\s*[|:,]\s*([a-zA-Z]\s*\\in\s*(?:{_DOMAIN}))\s*\\\}}"
)
_DIVIDES = re.compile(r"\s*(\d+|[a-zA-Z])\s*\|\s*(\d+|[a-zA-Z])\s*")
_HEAD = re.compile(r"\s*([a-zA-Z]|\\[a-z]+)(?:_\{?\d\}?)?\s*(?:=|\\in)\s*(?![^=]*=)")
_OR = re.compile(
    r"\s*(?:\\text\s*\{\s*,?\s*(?:or|and)\s*\}|(?<![a-zA-Z\\])(?:or|and)(?![a-zA-Z])|\\lor(?![a-zA-Z]))\s*"
)
_CONGRUENT = re.compile(
    r"\s*(?:([a-zA-Z])\s*\\equiv)?\s*([-\d,\s]+|\\pm\s*\d+)\s*\(?\s*\\bmod\s*\{?\s*(\d{1,6})\s*\}?\s*\)?\s*"
)
_MULTIPLE = re.compile(r"\s*(\d{1,6})\s*\|\s*([a-zA-Z])\s*")
_BOUND = re.compile(r",\s*([a-z])\s*(?:\\ge|>)\s*\d+\s*$")
_TOLD = re.compile(
    r"(?:(?:the set of )?all )?(?:(?P<parity>even|odd) (?:integers|numbers|[a-z])"
    r"|(?:integer )?multiples of (?P<of>\d{1,6}))"
    r"|[a-z] (?:is |must be )?(?P<is>even|odd)"
)
_WHERE = re.compile(r"[\s,;(]*(?:\\text\s*\{)?\s*\b(?:where|for\s+(?:all|any|some|every)|with)\b.*\Z", re.DOTALL)
_CONSTANTS = frozenset("acAkKC")
_PARAMETERS = frozenset("klmnst")  # (3k, 4k, 5k) says the same of any of these
_FUNCTION = re.compile(r"\s*([a-zA-Z])\s*\(\s*([a-zA-Z])\s*\)\s*=")
_OF_NAME = re.compile(r"\s*(?:[a-zA-Z]\s*\(\s*[a-zA-Z]\s*\)|y)\s*=")


@dataclass(frozen=True, slots=True)
class Family:
    """Every start + step * k. name: of what they are values, empty where nothing says so."""

    name: str
    progressions: tuple[tuple[Any, Any], ...]


def compared(gold: str, answer: str) -> Outcome | None:
    """Whether two families hold the same numbers; None where one is no family, or neither says so."""
    divides = _DIVIDES.fullmatch(gold), _DIVIDES.fullmatch(answer)
    if divides[0] is not None and divides[1] is not None:
        alike = divides[0].groups() == divides[1].groups()
        return Outcome(alike, "divides", "" if alike else "one divides what the other does not")
    one, two = _family(gold, sure=True), _family(answer, sure=True)
    if one is None and two is None:
        return None
    one, two = one or _family(gold, sure=False), two or _family(answer, sure=False)
    if one is None or two is None or (one.name and two.name and one.name != two.name):
        return None
    same = same_numbers(one, two)
    return None if same is None else Outcome(same, "family", "" if same else "the two families of numbers differ")


def renamed(gold: str, answer: str) -> str | None:
    """The answer with its parameter named as the gold's; None where the two differ in more, or in no parameter."""
    answer = _of_argument(gold, answer)
    ones, twos = (set(LETTERS.findall(_WHERE.sub("", text))) - {""} for text in (gold, answer))
    if len(ones - twos) != 1 or len(twos - ones) != 1:
        return None
    (wanted,), (used,) = ones - twos, twos - ones
    clauses = [clause_of(gold), clause_of(answer)]
    domains = [clause[1] for clause in clauses if clause is not None]
    bounds = [_BOUND.search(text) for text in (gold, answer)]
    declared = [clause[0] for clause in clauses if clause is not None] + [bound[1] for bound in bounds if bound]
    of_function = all(map(_OF_NAME.match, (gold, answer))) and {wanted, used} <= _CONSTANTS
    of_tuple = gold.lstrip()[:1] == answer.lstrip()[:1] == "(" and {wanted, used} <= _PARAMETERS
    if len(set(domains)) > 1 or not ({wanted, used} <= set(declared) or of_function or of_tuple):
        return None
    clause = _WHERE.search(answer)
    body, rest = (answer[: clause.start()], clause[0]) if clause is not None else (answer, "")
    return LETTERS.sub(lambda letter: wanted if letter[1] == used else letter[0], body) + rest


def are_apart(gold: str, answer: str) -> bool:
    """Whether for one value of the gold's parameter no value of the answer's makes the two the same: kx, and x + c.

    Shown where each has one name of its own, and the answer is linear in it.
    """
    one, two = symbols.read(gold), symbols.read(answer)
    own, other = one.free_symbols - two.free_symbols, two.free_symbols - one.free_symbols
    shared = sorted(one.free_symbols & two.free_symbols, key=str)
    if len(own) != 1 or len(other) != 1 or not shared or not two.is_polynomial(*other):
        return False
    (ours,), (theirs,) = own, other
    polynomial = sympy.Poly(two, theirs)
    if polynomial.degree() != 1:
        return False
    wanted: list[Any] = []
    for point in digits.POINTS:
        values = {**digits.at(shared, point), ours: _MEMBER}
        value, slope, free = (digits.evaluated(part, values) for part in (one, *polynomial.all_coeffs()))
        if value is not None and slope is not None and free is not None and slope != 0:
            wanted.append((value - free) / slope)
    return len(wanted) > 2 and any(abs(each - wanted[0]) > _NEAR * (1 + abs(each)) for each in wanted[1:])


def _of_argument(gold: str, answer: str) -> str:
    """The answer with the argument of its function named as the gold's: f(n) = n + 1 as f(x) = x + 1."""
    heads = [_FUNCTION.match(text) for text in (gold, answer)]
    if heads[0] is None or heads[1] is None or heads[0][1] != heads[1][1]:
        return answer
    wanted, used = heads[0][2], heads[1][2]
    if wanted == used or wanted in LETTERS.findall(_WHERE.sub("", answer)):
        return answer
    clause = _WHERE.search(answer)
    body, rest = (answer[: clause.start()], clause[0]) if clause is not None else (answer, "")
    return LETTERS.sub(lambda letter: wanted if letter[1] == used else letter[0], body) + rest


def clause_of(text: str) -> tuple[str, str, int] | None:
    """The parameter of "where k is an integer", its domain, and where the clause begins."""
    match = _CLAUSE.search(text)
    if match is None or (match[2] is None and "integer" not in match[0]):
        return None
    return match[1], "\\mathbb{Z}" if match[2] in (None, "Z") else re.sub(r"\s", "", match[2]), match.start()


def _family(text: str, *, sure: bool) -> Family | None:
    """A family by its clause or sign; where not sure, by its one name."""
    congruent, multiple = _CONGRUENT.fullmatch(text), _MULTIPLE.fullmatch(text)
    if congruent is not None and (congruent[1] or not sure):
        modulus = sympy.Integer(congruent[3])
        starts = congruent[2].replace("\\pm", "").split(",") + (
            ["-" + congruent[2].replace("\\pm", "").strip()] if "\\pm" in congruent[2] else []
        )
        if modulus == 0 or not all(re.fullmatch(r"\s*-?\d+\s*", start) for start in starts):
            return None
        return Family(congruent[1] or "", tuple((sympy.Integer(start.strip()), modulus) for start in starts))
    if multiple is not None and int(multiple[1]):
        return Family(multiple[2], ((sympy.Integer(0), sympy.Integer(multiple[1])),))
    built = _BUILT.fullmatch(text.strip())
    if built is not None:
        text = f"{built[1]}, {built[2]}"
    told = _TOLD.fullmatch(re.sub(r"\s+", " ", re.sub(r"\\text\s*\{([^{}]*)\}", r" \1 ", text)).strip())
    if told is not None:
        step = sympy.Integer(told["of"] or 2)
        parity = told["parity"] or told["is"]
        return Family("", ((sympy.Integer(parity == "odd"), step),)) if step else None
    if "\\text" in text and clause_of(text) is None:
        return None
    clause = clause_of(text)
    if sure and (clause is None or clause[1] != "\\mathbb{Z}"):
        return None
    if clause is not None and clause[1] != "\\mathbb{Z}":
        return None
    body = text if clause is None else text[: clause[2]]
    return _linear(body, None if clause is None else clause[0])


def _linear(body: str, parameter: str | None) -> Family | None:
    name, found = "", []
    for piece in (part for half in _OR.split(body) for part in commas(half)):
        head = _HEAD.match(piece)
        if head is not None and name not in ("", head[1]):
            return None
        name = head[1] if head is not None else name
        rest = piece[head.end() :] if head is not None else piece
        for sign in "+-" if "\\pm" in rest else "+":
            try:
                value = symbols.read(rest.replace("\\pm", sign).strip().removeprefix("+"))
            except symbols.UnreadableError:
                return None
            steps = [step_of(half, parameter) for half in _halves(value)]
            known = [step for step in steps if step is not None]
            if len(known) < len(steps):
                return None
            found.extend(known)
    return Family(name, tuple(found)) if found else None


def _halves(value: Any) -> list[Any]:
    """(-1)^k a + bk as its even and its odd k; any other value alone."""
    if not isinstance(value, sympy.Expr):
        return [value]
    powers = [part for part in value.atoms(sympy.Pow) if part.base == -1 and part.exp.is_Symbol]
    if len(powers) != 1:
        return [value]
    (name,) = powers[0].free_symbols
    return [value.xreplace({powers[0]: (-1) ** odd}).subs(name, 2 * name + odd) for odd in map(sympy.Integer, (0, 1))]


def step_of(value: Any, parameter: str | None) -> tuple[Any, Any] | None:
    """The start and the step of a value that is linear in its one name."""
    if not isinstance(value, sympy.Expr) or len(value.free_symbols) != 1:
        return None
    (letter,) = value.free_symbols
    if (parameter is not None and str(letter) != parameter) or not value.is_polynomial(letter):
        return None
    polynomial = sympy.Poly(value.doit(), letter)
    if polynomial.degree() != 1:
        return None
    step, start = (sympy.N(part, _DIGITS) if not part.is_Rational else part for part in polynomial.all_coeffs())
    return (start, step) if step.is_real and start.is_real else None


def same_numbers(one: Family, two: Family) -> bool | None:
    """Whether two unions of progressions are one; None where their steps have no common period."""
    unit = abs(one.progressions[0][1])
    found = [_rational(abs(step) / unit) for _, step in (*one.progressions, *two.progressions)]
    steps = [step for step in found if step is not None]
    if len(steps) < len(found):
        return None
    period = sympy.ilcm(*(step.p for step in steps)) / sympy.igcd(*(step.q for step in steps))
    if sum(period / step for step in steps) > MOST_REMAINDERS:
        return None
    sides = [_remainders(family, unit, period) for family in (one, two)]
    return all(any(_near(a, b, period) for b in sides[1]) for a in sides[0]) and all(
        any(_near(a, b, period) for a in sides[0]) for b in sides[1]
    )


def _remainders(family: Family, unit: Any, period: Any) -> list[Any]:
    steps = [(start / unit, _rational(abs(step) / unit)) for start, step in family.progressions]
    return [start + number * step for start, step in steps if step is not None for number in range(int(period / step))]


def _near(one: Any, two: Any, period: Any) -> bool:
    turns = (one - two) / period
    return bool(abs(turns - sympy.floor(turns + sympy.Rational(1, 2))) < _NEAR)


def _rational(value: Any) -> Any | None:
    held = value if value.is_Rational else sympy.Rational(str(value)).limit_denominator(10**6)
    return held if abs(value - held) < _NEAR else None
