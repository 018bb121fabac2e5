"""What stands round an answer and is no part of it: dollars, boxes, markdown, a full stop, brackets in brackets."""

from __future__ import annotations

import re

from math_pipeline.brackets import closing

_BOLD_NUMBER = re.compile(r"^\s*(\*{1,2})\s*([^*]+?)\s*\1\s*$")
_ALIGNED = re.compile(r"\\begin\{((?:align|aligned|gather|gathered|split|equation)\*?)\}(.*)\\end\{\1\}", re.DOTALL)
_WRAPPERS = (
    (r"\(", r"\)"),
    (r"\[", r"\]"),
    ("$$", "$$"),
    ("$", "$"),
    (r"\boxed{", "}"),
    (r"\fbox{", "}"),
    (r"\framebox{", "}"),
    ("{", "}"),
    ("**", "**"),
    ("`", "`"),
)
_MOST_LAYERS = 64
_TRAILING = re.compile(r"(?:[\s.,;:]|(?<![\w)}\]!\s])!|(?<=[a-zA-Z]{2}\s)!|(?<=[a-zA-Z]{2})!|\\\\)+$")
_LEADING = re.compile(
    r"^(?:[\s,;:]|={1,3}>|-{1,3}>|\\\\|\\(?:therefore|implies|Rightarrow|Longrightarrow)(?![a-zA-Z])|"
    r"(?:therefore|thus|so|hence|answer)\b[ :,]*|"
    r"(?:approximately|about|roughly|around|exactly|at|in|by|after)\s+(?=[-$\\\d])|"
    r"\\text\s*\{\s*(?:approximately|about|roughly|around|exactly)\s*\}\s*(?=[-$\\\d])|"
    r"(?:No\.|Nr\.|\u2116)\s*(?=\d))+",
    re.IGNORECASE,
)


def undressed(text: str) -> str:
    """Without what stands round an answer: dollars, boxes, markdown, a full stop; so many layers and no more."""
    for _ in range(_MOST_LAYERS):
        before = text
        text = _TRAILING.sub("", _LEADING.sub("", text)) if not text.strip().endswith("\\ldots") else text.strip()
        bold = _BOLD_NUMBER.match(text)
        if bold:
            text = bold[2]
        for opening, ending in _WRAPPERS:
            if not text.startswith(opening):
                continue
            if opening.endswith("{"):
                if closing(text, len(opening) - 1) == len(text) - 1:
                    text = text[len(opening) : -1]
            elif len(text) > len(opening + ending) and text.endswith(ending):
                inner = text[len(opening) : -len(ending)]
                bare = inner.replace("\\$", "") if opening == "$" else inner  # a price in dollars of LaTeX's
                if opening not in bare and ending not in bare and not inner.endswith("\\"):
                    text = inner
        if text == before:
            break
    return _unbracketed(text)


def unaligned(text: str) -> str:
    """Aligned lines as one: a line that begins with its sign goes on, others are answers of their own."""
    match = _ALIGNED.fullmatch(text.strip(" $"))
    if match is None or "\\begin" in match[2]:
        return text
    lines = [line.replace("&", " ").strip(" ,") for line in match[2].split("\\\\")]
    joined = ""
    for line in filter(None, lines):
        goes_on = not joined or re.match(r"[=<>]|\\(?:le|ge|leq|geq|approx)(?![a-zA-Z])", line)
        joined += (" " if goes_on else ", ") + line
    return joined.strip()


def _unbracketed(text: str) -> str:
    """((5)) as (5), however many there are: one pair may mean something."""
    if not (text.startswith("((") and text.endswith("))")):
        return text
    opened: list[int] = []
    partner: dict[int, int] = {}
    for at, character in enumerate(text):
        if character == "(":
            opened.append(at)
        elif character == ")":
            if not opened:
                return text
            partner[opened.pop()] = at
    layers = 0
    while text[layers + 1] == "(" and partner.get(layers + 1) == len(text) - 2 - layers:
        layers += 1
    return text[layers : len(text) - layers] if partner.get(0) == len(text) - 1 else text
