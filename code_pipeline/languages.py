"""How the languages look as text: fence tags, comments and strings, and lines that only code has. Pure data.

Nothing here decides whether a program is valid: that is for its compiler, in a jail. It tells code from prose. Texts
are hostile, so no pattern matches the same characters in two ways: where letters may follow a word, its end is a mark
of its own. So each pattern takes time that is linear in a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_END = r"[ \t]*\r?$"
_DOUBLE = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?'  # the closing quote is optional, so that a match never has to be retried
_SINGLE = r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'?"
_FENCE = r"^[ \t]*(?P<fence>`{3,}|~{3,})"


def _code_line(*patterns: str) -> re.Pattern[str]:
    return re.compile("^[ \t]*(?:" + "|".join(patterns) + ")", re.MULTILINE)


def _marks(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join((_FENCE, *patterns)), re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Look:
    """What one language looks like.

    tags: what a fence may say for it. code_line: lines that prose does not have. marks: finds fences, comments, strings
    and the group `open`, which begins something that may span lines and ends with `closing[open]`. reads_input: a whole
    program on stdin shows this. comment: begins a comment line that prose might begin with too.
    """

    tags: frozenset[str]
    code_line: re.Pattern[str]
    marks: re.Pattern[str]
    closing: Mapping[str, str]
    reads_input: re.Pattern[str]
    comment: str = ""


_C_MARKS = _marks(r"//[^\n]*", r"(?P<open>/\*)", _DOUBLE, _SINGLE)
_C_CLOSING = {"/*": "*/"}
_C_COMMENT = r"//|/\*"
_MAIN = re.compile(r"\bmain[ \t]*\(")

_MODULE = r"\w[\w.]*(?:[ \t]+as[ \t]+\w+)?"
_PYTHON = Look(
    tags=frozenset({"python", "py", "python3", "py3", "pypy", "pypy3", "cpython", "ipython", "python-3"}),
    code_line=_code_line(
        rf"import[ \t]+{_MODULE}(?:[ \t]*,[ \t]*{_MODULE})*[ \t]*(?:[;#].*)?\r?$",
        r"from[ \t]+[\w.]+[ \t]+import\b",
        r"(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(",
        r"class[ \t]+\w+[ \t]*[:(]",
        r"@\w",
        r"(?:for|while|if|elif|with|try|else|finally|except)\b[^\n]*:[ \t]*(?:#.*)?\r?$",
        r"[A-Za-z_][\w.]*(?:\[[^\]\n]{0,80}\])?(?:[ \t]*,[ \t]*[A-Za-z_]\w*)*[ \t]*(?:[-+*/%&|^]|//|\*\*|<<|>>)?=(?!=)",
        r"print[ \t]*[(\"']",
        r"[A-Za-z_][\w.]*\([^\n]*\)[ \t]*(?:[;#].*)?\r?$",
        r"[rR]?(?:\"\"\"|''')",
        r"#!",
    ),
    marks=_marks(r"\#[^\n]*", r"(?P<open>\"\"\"|''')", _DOUBLE, _SINGLE),
    closing={'"""': '"""', "'''": "'''"},
    reads_input=re.compile(
        r"\b(?:raw_)?input[ \t]*\(|\bstdin\b(?![ \t]*=[^=])|\bopen[ \t]*\(|\bfileinput\b|\bos\.read\("
    ),
    comment="#",
)
_C_WORDS = (
    "static|const|constexpr|inline|unsigned|signed|long|short|extern|typedef|struct|class|enum|union|int|double|float|void"
    "|char|bool|auto|string"
)
_C_LINE = (
    r"\#[ \t]*(?:include|define|pragma|if|ifdef|ifndef|undef)\b",
    _C_COMMENT,
    r"using[ \t]+(?:namespace\b|[\w:]+[ \t]*[=;])",
    r"template[ \t]*<",
    rf"(?:{_C_WORDS})\b[^\n]*[;{{}}(),>\\][ \t]*(?://[^\n]*)?\r?$",
    r"(?:std::)?\w+<[\w:, <>*&]{1,80}>[ \t&*]+\w",
    r"(?:int|signed|void|auto)[ \t]+main\b",
    r"main[ \t]*\(",
)
_JS_LINE = (
    _C_COMMENT,
    r"(?:export[ \t]+)?(?:const|let|var)[ \t]+[\w$\[{]",
    r"(?:export[ \t]+)?(?:default[ \t]+)?(?:async[ \t]+)?function\b[ \t]*(?:\*[ \t]*)?(?:[\w$]+[ \t]*)?[(<]",
    r"import\b[^\n]*[\"'][ \t]*(?:;[ \t]*)?\r?$",
    r"[\"']use strict",
    r"(?:process|console|require|module|rl)\b[.(]",
    r"(?:export[ \t]+)?(?:abstract[ \t]+)?class[ \t]+\w+\b[^\n.]*\{",
    r"\([^\n]*=>",
    r"(?:for|while)[ \t]*\(",
    r"\#!",
)
_TS_LINE = (*_JS_LINE, r"(?:export[ \t]+)?(?:interface|enum|namespace|declare)[ \t]+\w", r"type[ \t]+\w+\b[^\n]*=")
_JS_READS = re.compile(r"\bstdin\b|/dev/stdin|\breadline\b|\breadFileSync\b")

_JAVASCRIPT = frozenset({"javascript", "js", "node", "nodejs", "mjs", "ecmascript"})
_CPP = Look(
    frozenset({"cpp", "c++", "cc", "cxx", "hpp", "g++", "gcc"}), _code_line(*_C_LINE), _C_MARKS, _C_CLOSING, _MAIN
)
LOOKS: Mapping[str, Look] = {
    "python3": _PYTHON,
    "pypy3": _PYTHON,
    "c": Look(frozenset({"c", "c99", "c11", "c17", "gcc", "h"}), _code_line(*_C_LINE), _C_MARKS, _C_CLOSING, _MAIN),
    "cpp": _CPP,
    "cpp11": _CPP,
    "cpp14": _CPP,
    "cpp20": _CPP,
    "cpp23": _CPP,
    "java": Look(
        frozenset({"java"}),
        _code_line(
            _C_COMMENT,
            r"import[ \t]+(?:static[ \t]+)?[\w.]+(?:\.\*)?[ \t]*;",
            r"package[ \t]+[\w.]+[ \t]*;",
            r"(?:public|private|protected|static|final|abstract)[ \t]+[\w<@]",
            r"(?:class|interface|enum|record)[ \t]+\w+\b[^\n.]*$",
            r"@\w",
        ),
        _C_MARKS,
        _C_CLOSING,
        _MAIN,
    ),
    "javascript": Look(_JAVASCRIPT, _code_line(*_JS_LINE), _C_MARKS, _C_CLOSING, _JS_READS),
    "typescript": Look(
        frozenset({"typescript", "ts", "tsx", "mts"}),
        _code_line(*_TS_LINE),
        _C_MARKS,
        _C_CLOSING,
        _JS_READS,
    ),
    "go": Look(
        frozenset({"go", "golang"}),
        _code_line(
            _C_COMMENT,
            r"package[ \t]+\w+" + _END,
            r"import[ \t]*[(\"]",
            r"func[ \t]+[\w(]",
            r"(?:var|const|type)[ \t]+[\w(]",
        ),
        _C_MARKS,
        _C_CLOSING,
        _MAIN,
    ),
    "rust": Look(
        frozenset({"rust", "rs"}),
        _code_line(
            _C_COMMENT,
            r"use[ \t]+\w[\w:]*(?:::|;)",
            r"(?:pub(?:\([^)\n]*\))?[ \t]+)?(?:fn|struct|enum|mod|impl|trait|const|static|type)\b[^\n]*[{;(<]",
            r"\#!?\[",
            r"extern[ \t]+crate",
            r"macro_rules!",
        ),
        _C_MARKS,
        _C_CLOSING,
        _MAIN,
    ),
    "bash": Look(
        frozenset({"bash", "sh", "shell", "zsh"}),
        _code_line(
            r"\#!",
            r"(?:read|echo|printf|awk|sed|tr|declare|local|export|set|mapfile|readarray)\b[ \t]+[-\w\"'$]",
            r"[A-Za-z_]\w*=",
            # A tool with what only a command line has: an option, a number, a quotation, a redirection, a pipe.
            r"(?:bc|cat|cut|dc|expr|factor|fold|grep|head|nl|paste|perl|python3|rev|seq|sort|tac|tail|tee|uniq|wc|xargs)"
            r"[ \t]*(?:[ \t](?:-\w|[\"'$\d])|[|<>;])",
            r"(?:bc|cat|rev|tac)" + _END,
            r"[A-Za-z_]\w*[ \t]*\(\)[ \t]*\{",
            r"(?:\[\[[ \t]|\(\(|\{[ \t]|:[ \t]+\$|exec[ \t]+\d*[<>]|trap[ \t]+[-\"']|shopt[ \t]+-)",
            r"let[ \t]+[\"']?\w+[-+*/%]?=",
            r"(?:for|while|until|if)\b[^\n]*(?:;[ \t]*(?:do|then))?" + _END,
            r"case[ \t]+\S+[ \t]+in" + _END,
            r"function[ \t]+\w+[ \t]*(?:\([ \t]*\)[ \t]*)?\{",
        ),
        _marks(r"(?:^|[ \t])\#[^\n]*", r"(?P<open>(?!))", _DOUBLE, _SINGLE),
        {},
        re.compile(r"\bread\b|/dev/stdin|\bcat\b|\bawk\b|\bmapfile\b|\breadarray\b|\bsed\b"),
        comment="#",
    ),
}

# A block with one of these tags is what a program reads, prints or is run with, or no program at all.
# fmt: off
NOT_PROGRAMS = frozenset({
    "text", "txt", "plain", "plaintext", "output", "out", "result", "stdout", "stderr", "input", "in", "stdin",
    "console", "terminal", "log", "logs", "trace", "bash", "sh", "shell", "zsh", "cmd", "powershell", "bat",
    "json", "yaml", "yml", "toml", "xml", "html", "css", "csv", "tsv", "diff", "patch", "md", "markdown",
    "mermaid", "latex", "tex", "math", "none", "pseudocode", "pseudo", "algorithm", "makefile", "dockerfile",
    "sample", "example", "examples", "testcase", "tests", "ascii",
})
# fmt: on
UNTAGGED = frozenset({"", "code", "solution", "program", "answer", "source"})


def tag_of(info: str) -> str:
    """The tag in a fence's info string, in lower case: `{.python .numberLines}`, `C++17`, `py title=x`, `main.cpp`."""
    word = info.split(maxsplit=1)[0] if info.strip() else ""
    word = re.split(r"[:,({\[=}]", word.lstrip("{").lstrip("."), maxsplit=1)[0].lower()
    stem, dot, extension = word.rpartition(".")
    if dot:
        word = stem if extension.isdigit() else extension
    return re.sub(r"^(cpp|c\+\+|g\+\+)-?(?:\d\w|\w\w)$", r"\1", word)
