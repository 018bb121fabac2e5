"""The fenced blocks of a Markdown text, as models write it. One pass, linear time, nothing is parsed or run.

- A fence is a line of at least three backticks or tildes, indented or not, with an info string after it or not; it is
  closed by a bare fence of the same character that is at least as long, or by the end of the text.
- Three backticks and a tag that end a line of prose open a block too; bare ones that end a line of code close it where
  nothing else does.
- Where a model forgot to close, a fence with an info string closes the block before it and opens its own (it is code in
  no language), unless it is shorter than the open one. So the blocks inside a ```` ```markdown ```` wrapper are found.
- A fence inside a string or comment of several lines (a docstring with an example) belongs to the code, where the
  string ends and the fences in it make sense alone.
- What stands before all the lines of an indented block is taken off them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from code_pipeline.languages import Look, tag_of
from code_pipeline.source_shape import find_closing

MOST_FENCES = 5_000  # beyond, it is repetition and no answer

_RUN = re.compile(r"`{3,}|~{3,}")
_NEAR_END = 40  # characters: room for a tag
_TAG = re.compile(r"[A-Za-z][\w+#.-]*")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its tag in lower case, its text, and where its opening fence's line begins."""

    tag: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class _Fence:
    mark: str
    prefix: str  # what stands before it on its line
    info: str
    line_start: int
    start: int
    line_end: int

    @property
    def alone(self) -> bool:
        return not self.prefix.strip()

    @property
    def opens(self) -> bool:
        if self.alone:
            return self.mark[0] == "~" or "`" not in self.info
        return len(self.mark) == 3 and _TAG.fullmatch(self.info) is not None

    def closes(self, opener: _Fence) -> bool:
        same = self.mark[0] == opener.mark[0] and len(self.mark) >= len(opener.mark)
        return self.alone and not self.info and same


def fenced_blocks(text: str, look: Look) -> list[Block] | None:
    """The blocks of a text in order, empty ones left out; None where it has too many fences to be an answer."""
    fences: list[_Fence] = []
    for fence in _fences(text):
        fences.append(fence)
        if len(fences) > MOST_FENCES:
            return None
    return [block for block in _blocks(text, fences, look) if block.text.strip()]


def _fences(text: str) -> Iterator[_Fence]:
    """Every run that may be a fence, in order: the first of a line, and those near its end."""
    line_start, line_end, seen = 0, -1, 0
    if "```" not in text and "~~~" not in text:
        return
    while run := _RUN.search(text, seen):
        newline = text.rfind("\n", seen, run.start())
        if newline >= 0:
            line_start = newline + 1
        first_on_line = newline >= 0 or seen == 0
        seen = run.end()
        if run.start() > line_end:
            line_end = text.find("\n", run.end())
            line_end = len(text) if line_end < 0 else line_end
        prefix = text[line_start : run.start()] if first_on_line else "more of the line"
        yield _Fence(run[0][:64], prefix, text[run.end() : line_end].strip(), line_start, run.start(), line_end)
        seen = max(seen, line_end - _NEAR_END)


def _blocks(text: str, fences: list[_Fence], look: Look) -> Iterator[Block]:
    opener: _Fence | None = None
    ends_line: _Fence | None = None  # a bare fence at the end of a line of code: closes where nothing else does
    strings = _Strings(text, look)
    skip_until = 0
    for index, fence in enumerate(fences):
        if opener is None:
            if fence.opens:
                opener, ends_line = fence, None
                strings.restart(fence.line_end)
            continue
        if fence.start < skip_until:
            continue
        if fence.closes(opener) or (fence.opens and fence.info and _replaces(fence, opener)):
            end = strings.end_around(fence.start)
            if end is not None and _make_sense(fences, index, end):
                skip_until = end
                continue
            stop = fence.line_start if fence.alone else fence.start
            if not fence.closes(opener) and ends_line is not None:
                stop = ends_line.start
            yield _block(text, opener, stop)
            opener, ends_line = (None, None) if fence.closes(opener) else (fence, None)
            if opener is not None:
                strings.restart(opener.line_end)
        elif ends_line is None and not fence.alone and not fence.info and fence.mark == opener.mark:
            ends_line = fence
    if opener is not None:
        yield _block(text, opener, len(text) if ends_line is None else ends_line.start)


def _replaces(fence: _Fence, opener: _Fence) -> bool:
    if not fence.alone or fence.mark[0] != opener.mark[0]:
        return False
    return len(fence.mark) >= len(opener.mark) or tag_of(opener.info) in ("markdown", "md")


def _make_sense(fences: list[_Fence], index: int, end: int) -> bool:
    """Whether the fences from `index` to `end` open and close by themselves: no info string where one must close."""
    inside = False
    for fence in itertools.islice(fences, index, None):
        if fence.start >= end:
            break
        if fence.alone:
            if inside and fence.info:
                return False
            inside = not inside
    return True


def _block(text: str, opener: _Fence, stop: int) -> Block:
    body = text[min(opener.line_end + 1, stop) : stop]
    indent = len(opener.prefix) if opener.alone else 0
    if indent:
        lines = body.splitlines(keepends=True)
        if all(not line[:indent].strip() for line in lines):
            body = "".join(line[indent:] if line.strip() else line.lstrip(" \t") for line in lines)
    return Block(tag_of(opener.info), body, opener.line_start)


class _Strings:
    """Finds the strings and comments of several lines in the open block, moving forward only."""

    def __init__(self, text: str, look: Look) -> None:
        self._text = text
        self._look = look
        self._at = 0
        self._span = (0, 0)
        self._next: dict[str, int] = {}  # where each closing comes next, -1: nowhere; so that no search is repeated

    def restart(self, position: int) -> None:
        """Begin anew at a block's first character."""
        self._at = position
        self._span = (0, 0)

    def end_around(self, position: int) -> int | None:
        """Where the string ends that `position` lies in; None where it lies in none."""
        while self._span[1] <= position and self._at < position:
            mark = self._look.marks.search(self._text, self._at, position)
            if mark is None:
                self._at = position
                break
            self._at = max(mark.end(), self._at + 1)
            opening = mark["open"]
            if opening:
                self._open(mark.start(), opening)
        return self._span[1] if self._span[0] <= position < self._span[1] else None

    def _open(self, start: int, opening: str) -> None:
        closing = self._look.closing[opening]
        end = self._next.get(closing, 0)
        if 0 <= end < self._at:
            end = self._next[closing] = find_closing(self._text, closing, self._at)
        if end >= 0:
            self._at = end + len(closing)
            self._span = (start, self._at)
