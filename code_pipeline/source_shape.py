"""Tells source code from prose by its shape, in linear time. Nothing is parsed or run: hostile text is only read.

Only the first 256 KiB count, more than any person or model writes. For Python they are read word by word. The reading
refuses what no Python program has (two names side by side, a stray quote or backtick, brackets that do not
match, a line that ends in a full stop) and nothing that a valid program has, up to Python 3.11; so prose is refused at
its second or third word, and a valid program never is, unless it does nothing at all: a program must show a call, an
assignment or a statement. For every other language, and for Python with a mistake in it, the shape decides: it begins
with a line that only code has (or half of its lines end as only code does), and no Markdown fence stands outside its
strings and comments.
"""

from __future__ import annotations

import re

from code_pipeline.languages import LOOKS, Look

_MOST_READ = 256 * 1024  # characters

_WORD = re.compile(
    r"""(?P<space>[ \t\f]+|\\\r?\n|\#[^\n]*)
    |(?P<newline>\r?\n|\r)
    |(?P<triple>(?P<tprefix>[rRbBuUfFtT]{0,2})(?P<tquote>\"\"\"|'''))
    |(?P<string>(?P<prefix>[rRbBuUfFtT]{0,2})
        (?:"[^"\\\n]*(?:\\(?:\r\n|[\s\S])[^"\\\n]*)*(?P<dquote>"?)|'[^'\\\n]*(?:\\(?:\r\n|[\s\S])[^'\\\n]*)*(?P<squote>'?)))
    |(?P<number>0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?)
    |(?P<name>[^\W\d]\w*)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<operator>\.\.\.|!=|[-+*/%@&|^~<>=:;,.])
    """,
    re.VERBOSE,
)
_BLOCK_WORDS = frozenset(
    {"if", "for", "while", "def", "class", "with", "try", "else", "elif", "except", "finally", "async"}
)
_STATEMENT_WORDS = frozenset(
    {
        "import",
        "from",
        "pass",
        "return",
        "raise",
        "del",
        "global",
        "nonlocal",
        "assert",
        "await",
        "yield",
        "break",
        "continue",
        "lambda",
    }
)
_KEYWORDS = _BLOCK_WORDS | _STATEMENT_WORDS | frozenset({"False", "None", "True", "and", "as", "in", "is", "not", "or"})
_SOFT_KEYWORDS = frozenset({"match", "case", "type"})
_CANNOT_END = frozenset("+-/%@&|^~<>=.") | {"!="}
_CODE_END = re.compile(r"[;{}(),:\\][ \t]*(?:(?://|#)[^\n]*)?\r?$|^[ \t]*(?://|#|\*|/\*)[^\n]*$", re.MULTILINE)


def is_source(text: str, language: str) -> bool:
    """Whether a whole text is source code, and not prose, or prose around code."""
    look = LOOKS[language]
    if look.comment == "#" and "python" in look.tags and reads_as_python(text):
        return True
    head = text[:_MOST_READ]
    return (begins_as_code(head, look) or _mostly_code_lines(head, look)) and not fence_outside(head, look)


def has_code(text: str, language: str) -> bool:
    """Whether a text holds a line that only code in this language has."""
    look = LOOKS[language]
    for line in look.code_line.finditer(text[:_MOST_READ]):
        if not (look.comment and line[0].lstrip().startswith(look.comment + " ")):
            return True
    return False


def from_first_code_line(text: str, language: str) -> str | None:
    """What follows, from the first line on that only code in this language has; None where there is none."""
    line = LOOKS[language].code_line.search(text[:_MOST_READ])
    return text[line.start() :] if line else None


def begins_as_code(text: str, look: Look) -> bool:
    """Whether the first line that is neither empty nor a comment is one that only code has."""
    position = 0
    text = text[:_MOST_READ].lstrip("\ufeff \t\r\n")
    while position < len(text):
        end = text.find("\n", position) + 1 or len(text)
        line = text[position:end].lstrip(" \t")
        if line.strip() and not (look.comment and line.startswith(look.comment) and not line.startswith("#!")):
            return look.code_line.match(line) is not None
        position = end
    return False


def fence_outside(text: str, look: Look) -> bool:
    """Whether a Markdown fence stands in a text outside the strings and comments of the language."""
    if "```" not in text and "~~~" not in text:
        return False
    position = 0
    while mark := look.marks.search(text, position):
        if mark["fence"]:
            return True
        position = max(mark.end(), position + 1)
        if mark["open"]:
            end = find_closing(text, look.closing[mark["open"]], position)
            if end < 0:
                return False  # what is never closed runs to the end
            position = end + len(look.closing[mark["open"]])
    return False


def find_closing(text: str, closing: str, position: int) -> int:
    """Where the end of a string or comment of several lines begins, from `position` on; -1: nowhere."""
    end = text.find(closing, position)
    while end >= 0 and closing != "*/":
        start = end
        while start > position and text[start - 1] == "\\":
            start -= 1
        if (end - start) % 2 == 0:
            break
        end = text.find(closing, end + 1)
    return end


def _mostly_code_lines(text: str, look: Look) -> bool:
    if look.comment == "#":
        return False
    lines = text.count("\n") + 1
    shows = any(sign in text for sign in (";", "{", "=>")) or look.code_line.search(text) is not None
    return shows and sum(1 for _ in _CODE_END.finditer(text)) * 2 >= lines


def reads_as_python(text: str) -> bool:
    """Whether nothing in a text keeps it from being a Python program that does something."""
    reader = _PythonReader(text)
    return reader.read() and reader.does_something


class _PythonReader:
    """Reads words, and stops at the first thing that no Python program has."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.does_something = False
        self._depth = 0
        self._new_line()

    def _new_line(self) -> None:
        self._first = ""  # the first word of the logical line
        self._last = ""  # the last word or sign
        self._after_operand = False
        self._colon = False
        self._lenient = False  # after an f-string, which since 3.12 holds quotes that this reading does not follow

    def read(self) -> bool:
        """Whether the text may be Python, as far as it is read."""
        position = 1 if self._text.startswith("\ufeff") else 0
        while position < min(len(self._text), _MOST_READ):
            word = _WORD.match(self._text, position)
            if word is None:
                return False
            position = word.end()
            kind = word.lastgroup or ""
            if kind == "space":
                continue
            if word["triple"] is not None:
                position = find_closing(self._text, word["tquote"], position) + 3
                kind = "string"
            elif word["string"] is not None:
                kind = "string" if word["dquote"] or word["squote"] else "unclosed"
            if position < word.end() or not self._take(kind, word[0]):
                return False
        return len(self._text) > _MOST_READ or (self._depth == 0 and self._take("newline", "\n"))

    def _take(self, kind: str, word: str) -> bool:
        if kind == "newline":
            return self._depth > 0 or self._end_line()
        if kind == "unclosed":
            return False
        operand = kind in ("name", "number", "string")
        if kind == "name":
            soft = not self._first and word in _SOFT_KEYWORDS
            self.does_something |= word in _STATEMENT_WORDS and (not self._first or word == "lambda")
            operand = word not in _KEYWORDS and not soft
        if operand and self._after_operand and not self._lenient and not (kind == "string" == self._last):
            return False
        self._lenient |= kind == "string" and word[:2].lower().strip("rb\"'") in ("f", "t")
        self._first = self._first or word
        self._after_operand = operand or kind == "close"
        self._last = kind if kind == "string" else word
        return self._sign(kind, word)

    def _sign(self, kind: str, word: str) -> bool:
        if kind == "open":
            self._depth += 1
            self.does_something |= word == "("
        elif kind == "close":
            self._depth -= 1
        elif word == "=":
            self.does_something = True
        elif word == ";" and self._depth == 0:
            lenient = self._lenient
            self._new_line()
            self._lenient = lenient
        self._colon |= word == ":"
        self.does_something |= word == ":" and self._first in _BLOCK_WORDS
        return self._depth >= 0

    def _end_line(self) -> bool:
        first, last, colon = self._first, self._last, self._colon
        self._new_line()
        if last in _CANNOT_END:
            return False
        if last == ":":
            return first in _BLOCK_WORDS or first in _SOFT_KEYWORDS
        return colon or first not in _BLOCK_WORDS
