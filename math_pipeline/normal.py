"""An answer's text -> one LaTeX form: dress, spacing, fonts and plain-text spellings gone, meaning kept.

Nothing here may change what a text means: digits are joined only where a thousands group is certain, and what cannot be
read stays as it is.
"""

from __future__ import annotations

import functools
import re

from math_pipeline import decimals
from math_pipeline.brackets import closing
from math_pipeline.dress import unaligned, undressed
from math_pipeline.glyphs import plain

_REMEMBERED = 300  # characters of the longest text whose form is remembered
_ROW_GAP = re.compile(r"\\\\\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm|in|px)\s*\]")
_SPACES = re.compile(
    r"(?<!\\)\\(?:[,;:! ]|(?:quad|qquad|thinspace|enspace|medspace|thickspace|negthinspace|hfill|null)(?![a-zA-Z]))|~"
)
_SIZES = re.compile(
    r"\\(?:left|right|big|Big|bigg|Bigg|bigl|bigr|Bigl|Bigr|biggl|biggr|middle)(?![a-zA-Z])\s*(\.(?![0-9]))?"
)
_STYLES = re.compile(
    r"\\(?:displaystyle|textstyle|scriptstyle|limits|nolimits|noindent|centering|large|Large|small)(?![a-zA-Z])"
)
_FONTS = re.compile(
    r"\\(?:mathrm|mathbf|mathit|mathsf|mathtt|mathnormal|boldsymbol|bm|pmb|bf|rm|it|operatorname\*?|mathop|ensuremath)(?![a-zA-Z])"
)
_WORDS = re.compile(
    r"\\(?:textbf|textit|textrm|textsf|texttt|textnormal|textup|emph|underline|mbox|hbox|texttip)(?![a-zA-Z])\s*"
)
# Functions as they are called elsewhere.
_FUNCTION_NAMES = {
    "tg": r"\tan", "ctg": r"\cot", "cotg": r"\cot", "cosec": r"\csc", "arctg": r"\arctan",
    "arcctg": r"\operatorname{arccot}",
    "sh": r"\sinh", "ch": r"\cosh", "th": r"\tanh",
}  # fmt: skip
_ELSEWHERE = re.compile(
    r"\\(tg|ctg|cotg|cosec|arctg|arcctg)(?![a-zA-Z])|(?<![a-zA-Z\d}])\\text\s*\{\s*(tg|ctg|cotg|cosec|arctg|arcctg|sh|ch|th)\s*\}"
    r"(?=\s*[a-zA-Z\d\\({^])"
)
_SAME = (
    (re.compile(r"\\(?:dfrac|tfrac|cfrac|sfrac)(?![a-zA-Z])"), r"\\frac"),
    (re.compile(r"\\frac\s*(\\(?:pi|theta|alpha|beta|phi))(?![a-zA-Z])\s*(?=[\w{\\])"), r"\\frac{\1}"),
    (re.compile(r"(\\frac\s*(?:\d|\{[^{}]*\}))\s*(\\(?:pi|theta|alpha|beta|phi))(?![a-zA-Z])"), r"\1{\2}"),
    (re.compile(r"\\(vec|bar|hat)\s+([a-zA-Z])(?![a-zA-Z])"), r"\\\1{\2}"),
    (re.compile(r"\\(?:dbinom|tbinom)(?![a-zA-Z])"), r"\\binom"),
    (re.compile(r"\\(?:leqslant|leqq|leq)(?![a-zA-Z])|<=|=<"), r"\\le "),
    (re.compile(r"\\(?:geqslant|geqq|geq)(?![a-zA-Z])|>=|=>"), r"\\ge "),
    (re.compile(r"\\(?:neq|not\s*=)|!=|<>"), r"\\ne "),
    (re.compile(r"\\(?:lt)(?![a-zA-Z])"), "<"),
    (re.compile(r"\\(?:gt)(?![a-zA-Z])"), ">"),
    (re.compile(r"\\(?:varnothing|O)(?![a-zA-Z])|\\\{\s*\\\}"), r"\\emptyset "),
    (re.compile(r"\\(?:lbrace)(?![a-zA-Z])"), r"\\{"),
    (re.compile(r"\\(?:rbrace)(?![a-zA-Z])"), r"\\}"),
    (re.compile(r"\\(?:lbrack)(?![a-zA-Z])"), "["),
    (re.compile(r"\\(?:rbrack)(?![a-zA-Z])"), "]"),
    (re.compile(r"\\(?:lvert|rvert|vert)(?![a-zA-Z])"), "|"),
    (re.compile(r"\\(?:lVert|rVert|Vert)(?![a-zA-Z])"), r"\\|"),
    (re.compile(r"\\(?:mid)(?![a-zA-Z])"), "|"),
    (re.compile(r"\\(?:dots|ldots|cdots|dotsc|dotsb)(?![a-zA-Z])|\.\.\."), r"\\ldots "),
    (re.compile(r"\\(?:ast)(?![a-zA-Z])"), "*"),
    (re.compile(r"\\(?:approxeq|simeq)(?![a-zA-Z])"), r"\\approx "),
    (re.compile(r"\\(?:backslash|smallsetminus)(?![a-zA-Z])"), r"\\setminus "),
    (re.compile(r"\\varphi(?![a-zA-Z])"), r"\\phi"),
    (re.compile(r"\\varepsilon(?![a-zA-Z])"), r"\\epsilon"),
    (re.compile(r"(?<=\d)\s*(?:¢|\\cent(?![a-zA-Z]))"), r" \\text{cents}"),
    (re.compile(r"(?<=\d)\s*元"), r" \\text{yuan}"),
    (re.compile(r"(?<=[\d}])\s*([\u0400-\u04ff]{1,12}\.?|[\u4e00-\u9fff]{1,6})\s*$"), r" \\text{\1}"),
    (re.compile(r"\\(?:bmod|pmod|mod)(?![a-zA-Z])"), r"\\bmod "),
    (re.compile(r"\\degrees?(?![a-zA-Z])|\^\{?\\circ\}?"), r"^{\\circ}"),
    (re.compile(r"(?<=\d)\s*(?:\\text\{)?\s*(?:degrees?|deg)\b\}?"), r"^{\\circ}"),
    (re.compile(r"(?<=[\d$])\s*\\text\s*\{\s*([aApP])\.\s?[mM]\.?\s*\}"), lambda m: f" \\text{{{m[1].lower()}m}}"),
    (re.compile(r"(?<=[\d$])\s*([aApP])\.\s?[mM](?:\.|(?![a-zA-Z]))"), lambda m: f" {m[1].lower()}m"),
    (re.compile(r"(?<![\d.])[1-9]\d{0,2}(?:\.\d{3}){2,}(?![\d.])"), lambda m: m[0].replace(".", "")),
    (re.compile(r"\\text\s*\{\s*(gcd|lcm|min|max|sin|cos|tan|log|ln)\s*\}(?=\s*[\\({])"), r"\\\1 "),
    (_ELSEWHERE, lambda m: _FUNCTION_NAMES[m[1] or m[2]] + " "),
    (re.compile(r"\\(?:colon)(?![a-zA-Z])|\{:\}"), ":"),
    (re.compile(r"\\(max|min|gcd|lcm)\s*\\\{([^{}]*)\\\}"), r"\\\1(\2)"),
    (re.compile(r"\\(?:mathbb|Bbb|mathbf)\s*\{?\s*([RZNQC])\s*\}?(?![a-zA-Z])"), r"\\mathbb{\1}"),
)  # fmt: skip
_FRAC = re.compile(r"\\frac\s*(?:([0-9a-zA-Z])\s*([0-9a-zA-Z])|([0-9a-zA-Z])\s*(\{)|(\{[^{}]*\})\s*([0-9a-zA-Z]))")
_BINOM = re.compile(r"\\binom\s*(?:([0-9a-zA-Z])\s*([0-9a-zA-Z])|([0-9a-zA-Z])\s*(\{)|(\{[^{}]*\})\s*([0-9a-zA-Z]))")
_CHOOSE = re.compile(
    r"(?<![a-zA-Z_^}])\{([^{}]+?)\\choose(?![a-zA-Z])([^{}]+)\}|^([^{}\\]+?)\\choose(?![a-zA-Z])([^{}\\]+)$"
)
_SQRT = re.compile(r"\\sqrt\s*(\[[^\[\]]*\])?\s*(\d|[a-zA-Z](?![a-zA-Z]))")
_PLAIN_NAMES = (
    (  # but 5 min is a time
        re.compile(
            r"(?<![a-zA-Z\\])(sqrt|exp|log|ln|sin|cos|tan|sec|csc|cot|arcsin|arccos|arctan|sinh|cosh|tanh|gcd|lcm|min(?<!\d.min)(?<!\dmin)|max)"
            r"(?=\s*[(\d\\^_{]|\s+[a-zA-Z](?![a-zA-Z]))"
        ),
        r"\\\1",
    ),
    (re.compile(r"(?<![a-zA-Z\\])pi(?![a-zA-Z])"), r"\\pi "),
    (re.compile(r"(?<![a-zA-Z\\])(?:infinity|infty|inf|oo)(?![a-zA-Z])"), r"\\infty "),
    (re.compile(r"(?<![a-zA-Z\\])(theta|alpha|beta|gamma|lambda|phi|omega)(?![a-zA-Z])"), r"\\\1 "),
)  # fmt: skip
_MARKDOWN = re.compile(r"\*\*(?!\s*[\d(])(.+?)\*\*|(?<!\w)__(.+?)__(?!\w)|`([^`]*)`")
_THOUSANDS_COMMA = re.compile(
    r"(?<![\d.,])([1-9]\d{0,2}(?:\{,\}\d{3})+|[1-9]\d{0,2}(?:,\s?\\!\s*\d{3})+|[1-9]\d{0,2}(?:,\d{3})+(?!\d|,\d))"
)
_THOUSANDS_SPACE = re.compile(r"(?<![\d.,}])([1-9]\d{0,2}(?:\s\d{3})+)(?!\d|\s*/|\s\d)")
_UNDERSCORED = re.compile(r"(?<=\d)_(?=\d{3}(?!\d))")
_SCIENTIFIC = re.compile(r"(?<![\w.\\])(\d+(?:\.\d*)?|\.\d+)[eE]([+-]?\d{1,9})(?![\w.])")
_TEXT = re.compile(r"\\text\s*\{([^{}]*)\}")
_LETTER_IN_BRACES = re.compile(r"(?<![\w}\]^\\])\{([a-zA-Z])\}(?=[_^])")
_PLAIN_BUILDER = re.compile(
    r"^[\s$]*\{\s*((?:[a-zA-Z]|\(\s*[a-zA-Z]\s*,\s*[a-zA-Z]\s*\))\s*(?:\||\\mid|:)[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}[\s$.]*$"
)
# Sets in plain braces, on either side of a union: braces of LaTeX's would hold more than numbers and commas.
_PLAIN_SETS = re.compile(r"(?:(?<=\\cup)\s*|^\s*)(?<!\\)\{((?=[^{}]*\d)[\d\s,.\-/]+)\}(?=\s*(?:\\cup|\Z))")
_BOLD_SETS = re.compile(
    r"\\(?:mathbf|boldsymbol|bm)\s*\{\s*([RZNQC])\s*\}|(?<=\\in)\s*\\(?:mathrm|rm|text)\s*\{\s*([RZNQC])\s*\}"
)
_EXTREME = re.compile(
    r"(?<![a-zA-Z\\\d])(?<!\d\s)(?<!\bat\s)(?:the\s+)?(?:(maximum|max|largest|greatest)|minimum|min|smallest|least)(?:\s+value)?\s*(?:is\s+|=\s*|:\s*)?"
    r"(?=[-\d]|\\(?:frac|sqrt|pi)(?![a-zA-Z]))",
    re.IGNORECASE,
)
_EXTREME_IN_TEXT = re.compile(
    r"(?<![\d}])(?<![\d}]\s)\\text\s*\{\s*,?\s*(?:the\s+)?(?:(maximum|max|largest|greatest)|minimum|min|smallest|least)"
    r"(?:\s+value)?\s*(?:is|=|:)?\s*\}\s*(?:=|:)?\s*(?=[-\d]|\\(?:frac|sqrt|pi)(?![a-zA-Z]))",
    re.IGNORECASE,
)
_NESTED_TEXT = re.compile(r"\\text\s*\{\s*(\\text\s*\{[^{}]*\})\s*\}")
_CURRENCY = re.compile(r"\\\$|[€£¥₹]|\\(?:pounds|euro|textdollar)(?![a-zA-Z])|(?<![\w$])\$(?=\s*\d[\d,.]*\s*$)")
_PRICED = re.compile(r"^\s*(-)?\s*(\\?\$|[€£¥₹])\s*(\d[\d.,]*)\s*$")
_MONEY = {"$": "dollars", "€": "euros", "£": "sterling", "¥": "yen", "₹": "rupees"}
_UPRIGHT = re.compile(
    r"((?<=\d)\s*|(?<=\})\s*|(?<=/)\s*)?\\(?:mathrm|operatorname|rm)\s*"
    r"\{\s*([a-zA-Z]+(?:\s*/\s*[a-zA-Z]+)?|"
    r"(?:[a-zA-Z]|\\mu\s*|\\Omega|\\cdot|[/ ]|\^\s*-?\d|\^\s*\{\s*-?\d\s*\})+)\s*\}"
)
_AFTER_NUMBER = re.compile(r"(?:\d|10\s*\^\s*\{-?\d+\})\s*\Z")
_FUNCTIONS = frozenset(
    re.findall(
        r"\w+",
        "sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan arccot log ln lg exp gcd lcm min max det tr rank "
        "mod sgn sign dim ker deg arg Re Im Var var Cov cis dx dy dt lim sup inf const ord",
    )
)
# Those that are commands of LaTeX, or that plain text is read as.
_COMMANDS = frozenset(
    re.findall(r"\w+", "sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan log ln lg exp gcd lcm min max det")
)
_DELIMITERS = re.compile(r"(?<!\\)\\[()\[\]]")  # of mathematics within the answer, as $ is
_ORDINAL = re.compile(r"(?<=\d)\s*\^\s*\{?\s*(?:\\text\s*\{\s*)?(st|nd|rd|th)(?![a-z])\s*\}?\}?")
_ARRAY = re.compile(r"[\[(]\s*\\begin\s*\{array\}\s*(?:\{[^{}]*\})?(.*?)\\end\s*\{array\}\s*[\])]", re.DOTALL)


def normal(text: str) -> str:
    """The text's normal form. Idempotent on what it gives back; never raises.

    Answers to one problem are the same few texts over and over, so short ones are remembered.
    """
    return _known(text) if len(text) <= _REMEMBERED else _formed(text)


def _formed(text: str) -> str:
    text = plain(text).replace("\r", "\n").replace("\f", "\\f")
    text = re.sub(r"\s{2,}", " ", text)
    if "..." in text:
        text = decimals.CUT_OFF.sub(r"\1\\ldots ", text)
    text = _ROW_GAP.sub(r"\\\\", text.replace("\\\\\\\\", "\\\\").replace("\n", " "))
    if re.search(r"\\\\[a-zA-Z]{2}", text) and not re.search(r"\\begin|(?<!\\)\\[a-zA-Z]{2}", text):
        text = re.sub(r"\\\\(?=[a-zA-Z])", r"\\", text)  # escaped once too often by whoever wrote the row
    text = _SPACES.sub(" ", text) if "{,}" not in text and ",\\!" not in text else _SPACES.sub(" ", _joined(text))
    text = unaligned(text)
    text = _joined(undressed(_PLAIN_BUILDER.sub(r"\\{\1\\}", text)))
    text = _MARKDOWN.sub(lambda m: m[1] or m[2] or m[3] or "", text)
    if "\\cup" in text:
        text = _PLAIN_SETS.sub(r"\\{\1\\}", text)
    text = _BOLD_SETS.sub(lambda m: f"\\mathbb{{{m[1] or m[2]}}}", text)
    for pattern in (_EXTREME_IN_TEXT, _EXTREME) if "\\text" in text else (_EXTREME,):
        text = pattern.sub(lambda m: "\\max = " if m[1] else "\\min = ", text)
    text = _UPRIGHT.sub(_upright, text)
    for pattern in (_SIZES, _STYLES, _FONTS):
        text = pattern.sub(" ", text)
    text = _nested_once(_WORDS.sub(r"\\text", text))
    for pattern, form in _SAME:
        text = pattern.sub(form, text)
    text = _DELIMITERS.sub(" ", _ORDINAL.sub(r"\1", text))
    text = _CURRENCY.sub("", _price(text)).replace("\\%", "%").replace("$", " ").replace("\\#", "#").replace("\\&", "&")
    text = _unnamed(text)
    text = _ARRAY.sub(r"\\begin{pmatrix}\1\\end{pmatrix}", text)
    text = _braced(_LETTER_IN_BRACES.sub(r"\1", text))
    text = _numbers(text)
    text = re.sub(r"\s+", " ", text)
    return undressed(text)


_known = functools.lru_cache(maxsize=16_384)(_formed)


def _upright(match: re.Match[str]) -> str:
    """A word in upright letters as text; a function's name, or one letter that follows no number, as it stands."""
    words = match[2].strip()
    if words in _COMMANDS:
        return f"{match[1] or ''}\\{words} "
    of_number = match[1] is not None and _AFTER_NUMBER.search(match.string, 0, match.start(1) + len(match[1]))
    if words in _FUNCTIONS or (
        len(words) == 1 and (match[1] is None or words not in ("mghsLlNJWCFVAKTH" if of_number else "mghsLlNJWCF"))
    ):
        return match[0]
    if not re.fullmatch(r"[a-zA-Z/ ]+", words):  # a unit with powers
        if not of_number:
            return match[0]
        words = re.sub(r"\^\s*\{?\s*(-?\d)\s*\}?", r"^\1", words)
    return f"{match[1] or ''} \\text{{{words}}}"


def _nested_once(text: str) -> str:
    """Text groups within text groups as one."""
    for _ in range(6):
        before, text = text, _NESTED_TEXT.sub(r"\1", text)
        if text == before:
            break
    return text


def _price(text: str) -> str:
    """A price as so many of its money; any other text as it is."""
    match = _PRICED.match(text)
    if match is None:
        return text
    return f"{match[1] or ''}{match[3]} \\text{{{_MONEY[match[2][-1]]}}}"


def _joined(text: str) -> str:
    """Thousands groups as one number, where they are certain to be that."""
    text = re.sub(r"(?<=\d)\s*(?:\{,\s*\\?!?\s*\}|,\s*\\!)\s*(?=\d{3})", "{,}", text)
    text = re.sub(r"(?<=\d)\\,\s*(?=\d{3}(?!\d))", "", text)
    return _THOUSANDS_COMMA.sub(_grouped, text)


def _grouped(match: re.Match[str]) -> str:
    """A number without the commas of its groups; as it stands inside brackets, where a comma parts entries."""
    before = match.string[: match.start()]
    inside = any(before.count(opening) > before.count(ending) for opening, ending in ("()", "[]", ("\\{", "\\}")))
    return match[1] if inside and "{,}" not in match[1] else re.sub(r"[^\d]", "", match[1])


def _unnamed(text: str) -> str:
    """Plain-text functions and constants as LaTeX's."""
    if text.isdigit():
        return text
    text = text.replace("**", "^")
    for pattern, form in _PLAIN_NAMES:
        text = pattern.sub(form, text)
    text = re.sub(r"\\sqrt\s*\(", r"\\sqrt(", text)
    while (at := text.find("\\sqrt(")) >= 0:
        end = closing(text, at + 5, "(", ")")
        if end < 0:
            break
        text = text[: at + 5] + "{" + text[at + 6 : end] + "}" + text[end + 1 :]
    text = re.sub(r"\\exp\s*\(", r"\\exp(", text)
    while (at := text.find("\\exp(")) >= 0:
        end = closing(text, at + 4, "(", ")")
        if end < 0:
            break
        text = text[:at] + "e^{" + text[at + 5 : end] + "}" + text[end + 1 :]
    text = re.sub(r"\^\s*\(([^()]*)\)", r"^{\1}", text)
    return re.sub(r"(?<=[\w)}])\s*\*\s*(?=[\w(\\{])", r" \\cdot ", text)


def _braced(text: str) -> str:
    if "\\choose" in text:
        text = _CHOOSE.sub(lambda m: f"\\binom{{{(m[1] or m[3]).strip()}}}{{{(m[2] or m[4]).strip()}}}", text)
    for _ in range(6):
        before = text
        text = _FRAC.sub(lambda m: _two_sided(m, "frac"), text)
        text = _BINOM.sub(lambda m: _two_sided(m, "binom"), text)
        text = _SQRT.sub(lambda m: f"\\sqrt{m[1] or ''}{{{m[2]}}}", text)
        if text == before:
            break
    return text


def _two_sided(match: re.Match[str], command: str) -> str:
    if match[1]:
        return f"\\{command}{{{match[1]}}}{{{match[2]}}}"
    if match[3]:
        return f"\\{command}{{{match[3]}}}{match[4]}"
    return f"\\{command}{match[5]}{{{match[6]}}}"


def _numbers(text: str) -> str:
    text = _UNDERSCORED.sub("", text) if re.fullmatch(r"\s*-?[\d_]+\s*", text) else text
    if re.fullmatch(r"[^a-zA-Z]*", text):
        text = _THOUSANDS_SPACE.sub(lambda m: re.sub(r"\s", "", m[1]), text)
    text = decimals.read(text)
    text = _SCIENTIFIC.sub(lambda m: f"{m[1]} \\times 10^{{{int(m[2])}}}", text)
    text = re.sub(r"(?<=[\w)}])\s+!(?!=)", "!", text)
    return re.sub(r"(?<=\d)\.(?![\d])", "", text)


def words_of(text: str) -> str:
    """The text's words alone, lower case, single spaces: for answers that are words."""
    inner = _TEXT.sub(r" \1 ", text)
    return re.sub(r"\s+", " ", re.sub(r"[^\w+\-/ ]", " ", inner)).strip().casefold()
