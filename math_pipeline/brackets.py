"""Brackets in LaTeX: where one closes, and what stands between commas or signs outside all of them."""

from __future__ import annotations

import re


def closing(text: str, at: int, opening: str = "{", ending: str = "}") -> int:
    """Where the bracket that opens at `at` closes; -1 where it does not. One behind a backslash is another."""
    depth = 0
    index = at
    while index < len(text):
        character = text[index]
        if character == "\\":
            index += 2
            continue
        if character == opening:
            depth += 1
        elif character == ending:
            depth -= 1
            if depth == 0:
                return index
        index += 1
    return -1


def commas(text: str) -> list[str]:
    """The pieces between commas and semicolons outside brackets."""
    pieces, start, index = [], 0, 0
    while index < len(text):
        character = text[index]
        if character == "\\":
            if text.startswith("\\begin", index):
                end = text.find("\\end", index)
                index = len(text) if end < 0 else end + 4
                continue
            if text.startswith("\\{", index):
                end = brace_end(text, index)
                index = end if end > 0 else index + 2
                continue
            if text.startswith("\\langle", index) and (end := text.find("\\rangle", index)) > 0:
                index = end
            index += 2
            continue
        if character in "([{":
            end = bracket_end(text, index)
            index = end if end > 0 else index + 1
            continue
        if character in ",;":
            pieces.append(text[start:index])
            start = index + 1
        index += 1
    pieces.append(text[start:])
    return pieces


def split_top(text: str, pattern: re.Pattern[str]) -> list[str]:
    """The pieces between matches that lie outside all brackets."""
    pieces, start = [], 0
    for match in pattern.finditer(text):
        if match.start() < start or not is_top(text, match.start()):
            continue
        pieces.append(text[start : match.start()])
        start = match.end()
    pieces.append(text[start:])
    return pieces


def is_top(text: str, at: int) -> bool:
    """Whether a place lies outside all brackets."""
    depth = 0
    index = 0
    while index < at:
        character = text[index]
        if character == "\\":
            if text.startswith(("\\{", "\\begin", "\\lfloor", "\\lceil", "\\langle"), index):
                depth += 1
            elif text.startswith(("\\}", "\\end", "\\rfloor", "\\rceil", "\\rangle"), index):
                depth -= 1
            index += 2
            continue
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        index += 1
    return depth == 0


def bracket_end(text: str, at: int) -> int:
    """One past the bracket that matches; round and square ones may close each other, as in [0, 1)."""
    if text[at] == "{":
        end = closing(text, at)
        return end + 1 if end >= 0 else -1
    depth = 0
    index = at
    while index < len(text):
        character = text[index]
        if character == "\\":
            index += 2
            continue
        if character == "{":
            end = closing(text, index)
            index = end + 1 if end >= 0 else index + 1
            continue
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
            if depth == 0:
                return index + 1
        index += 1
    return -1


def brace_end(text: str, at: int) -> int:
    r"""One past the \} of the \{ at `at`; -1 without one."""
    depth = 0
    for match in re.finditer(r"\\[{}]", text[at:]):
        depth += 1 if match[0] == "\\{" else -1
        if depth == 0:
            return at + match.end()
    return -1
