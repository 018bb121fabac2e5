"""Characters that stand for mathematics -> ASCII and LaTeX: digits of all scripts, superscripts, operators."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = dict.fromkeys(
    [0, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0x2061, 0x2062, 0x2063, 0xFEFF, 0x20E3, *range(0xFE00, 0xFE10)], ""
)
_SPACES = dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_DASHES = dict.fromkeys([0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212, 0xFE63, 0xFF0D], "-")
_SIGNS = {
    "×": r"\times ",
    "÷": r"\div ",
    "·": r"\cdot ",
    "⋅": r"\cdot ",
    "∙": r"\cdot ",
    "∗": "*",
    "≤": r"\le ",
    "≥": r"\ge ",
    "⩽": r"\le ",
    "⩾": r"\ge ",
    "≠": r"\ne ",
    "≈": r"\approx ",
    "∞": r"\infty ",
    "√": r"\sqrt ",
    "∛": r"\sqrt[3] ",
    "∪": r"\cup ",
    "∩": r"\cap ",
    "∈": r"\in ",
    "∉": r"\notin ",
    "∅": r"\emptyset ",
    "Ø": r"\emptyset ",
    "±": r"\pm ",
    "∓": r"\mp ",
    "°": r"^{\circ}",
    "º": r"^{\circ}",
    "∠": r"\angle ",
    "∖": r"\setminus ",
    "ℝ": r"\mathbb{R}",
    "ℤ": r"\mathbb{Z}",
    "ℕ": r"\mathbb{N}",
    "ℚ": r"\mathbb{Q}",
    "ℂ": r"\mathbb{C}",
    "∣": "|",
    "′": "'",
    "″": "''",
    "⟨": r"\langle ",
    "⟩": r"\rangle ",
    "【": "[",
    "】": "]",
    "∧": r"\land ",
    "∨": r"\lor ",
    "⇒": r"\Rightarrow ",
    "→": r"\to ",
    "…": r"\ldots ",
    "或": r" \text{ or } ",
    "且": r" \text{ and } ",
    "和": r" \text{ and } ",
    "、": ",",
    "。": ".",
    "⌊": r"\lfloor ",
    "⌋": r"\rfloor ",
    "⌈": r"\lceil ",
    "⌉": r"\rceil ",
    "∑": r"\sum ",
    "∏": r"\prod ",
    "∫": r"\int ",
    "¼": r"\frac{1}{4}",
}  # fmt: skip
_GREEK = {
    chr(code): "\\" + name.rsplit(" ", 1)[-1].lower() + " "
    for code in range(0x3B1, 0x3CA)
    if (name := unicodedata.name(chr(code))) and "FINAL" not in name
}
_GREEK["λ"] = r"\lambda "
_GREEK["ο"] = "o"
_CAPITALS = {"Γ": r"\Gamma ", "Δ": r"\Delta ", "Θ": r"\Theta ", "Λ": r"\Lambda ", "Π": r"\Pi ", "Σ": r"\Sigma ",
             "Φ": r"\Phi ", "Ψ": r"\Psi ", "Ω": r"\Omega "}  # fmt: skip
_TABLE: dict[int, str] = {
    **_INVISIBLE,
    **_SPACES,
    **_DASHES,
    **{ord(sign): text for sign, text in {**_SIGNS, **_GREEK, **_CAPITALS}.items()},
}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "0123456789+-()ni")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋₍₎", "0123456789+-()")
_SUPERSCRIPT_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ]+")
_SUBSCRIPT_RUN = re.compile("[₀₁₂₃₄₅₆₇₈₉₊₋₍₎]+")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_OTHER_DIGIT = re.compile(r"[^\W_a-zA-Z0-9]")
_PICTURE = re.compile("[\u2600-\u2755\u2757-\u27bf\u2b50\U0001f300-\U0001faff]")
_VULGAR = re.compile("[¼½¾⅐-⅞↉]")


def plain(text: str) -> str:
    """The text with what stands for mathematics as ASCII and LaTeX; invisible characters and lone surrogates gone."""
    if text.isascii():
        return text.replace("\0", "")
    text = _PICTURE.sub("", _LONE_SURROGATE.sub("", text))
    text = _VULGAR.sub(_vulgar, text)
    text = _SUPERSCRIPT_RUN.sub(lambda run: "^{" + run[0].translate(_SUPERSCRIPTS) + "}", text)
    text = _SUBSCRIPT_RUN.sub(lambda run: "_{" + run[0].translate(_SUBSCRIPTS) + "}", text)
    text = text.translate(_TABLE)
    text = _OTHER_DIGIT.sub(_digit, text)
    return "".join(unicodedata.normalize("NFKC", c) if "\uff00" <= c <= "\uffef" else c for c in text)


def _vulgar(match: re.Match[str]) -> str:
    above, _, below = unicodedata.normalize("NFKC", match[0]).partition("\u2044")
    return f" \\frac{{{above}}}{{{below}}}"


def _digit(match: re.Match[str]) -> str:
    value = unicodedata.decimal(match[0], None)
    return match[0] if value is None else str(value)
