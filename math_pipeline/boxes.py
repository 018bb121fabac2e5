r"""The last balanced `\boxed{}` of a text, with the boxes that commas, "and" and "or" join to it."""

from __future__ import annotations

import re

from math_pipeline.brackets import closing

BOX = re.compile(r"\\(?:boxed|fbox|framebox)\s*(?=\{)")
_BARE_BOX = re.compile(r"\\boxed\s+([^\s{}$\\]+)")
_JOINS = re.compile(
    r"[\s,;$.\\\[\]()]*(?:(?:\\text\{)?\s*(?:and|or|,)\s*\}?|\\(?:quad|qquad|,|;)|[\s,;$\\()])*[\s,;$\\()]*"
)
_JOINS_NAMES = re.compile(
    r"[\s$\\()]*\b(?:and|or)\b[\s$\\()]*"
    r"(?:(?:[a-zA-Z](?:_\{?\w\}?)?|[a-z](?:\s*,\s*[a-z])+\s*\))\s*=)?[\s$\\()]*"
)
_JOINS_WITH_WORDS = re.compile(r"[^.\n\\]{0,30}\band\b[^.\n\\]{0,12}", re.IGNORECASE)
_JOINS_IN_TEXT = re.compile(r"\s*\\text\s*\{[^{}$]{0,30}\b(?:and|or)\s*\}\s*")
_CORRECTS = re.compile(r"\b(?:wait|no|not|actually|instead|sorry|correct|wrong|mistake|rather|oops)\b", re.IGNORECASE)
_PERCENT_AFTER = re.compile(r"\s*\$?\s*(?:\\%|%|percent\b|\\(?:text|mathrm)\s*\{\s*percent\s*\})")


def boxed_in(text: str, *, joins_words: bool) -> str | None:
    """What the last box holds, with the boxes joined to it; None without a box."""
    boxes: list[tuple[int, int, str]] = []
    position = 0
    while (match := BOX.search(text, position)) is not None:
        end = closing(text, match.end())
        if end < 0:
            if not boxes:  # never closed: a cut response, or a broken one
                rest = text[match.end() + 1 :].split("\n", 1)[0].rstrip("$ .")
                return rest if len(rest) <= 200 else ""
            break
        boxes.append((match.start(), end + 1, text[match.end() + 1 : end]))
        position = end + 1
    if not boxes:
        bare = _BARE_BOX.findall(text)
        return str(bare[-1]) if bare else None
    last = len(boxes) - 1
    first = last
    while first > 0 and last - first < 64:
        between = text[boxes[first - 1][1] : boxes[first][0]]
        joined = (
            len(between) <= 60
            and (_JOINS.fullmatch(between) or _JOINS_NAMES.fullmatch(between))
            and "\n\n" not in between
        )
        if not joined and _JOINS_IN_TEXT.fullmatch(between):
            joined = _CORRECTS.search(between) is None
        worded = joins_words and _JOINS_WITH_WORDS.fullmatch(between) and not _CORRECTS.search(between)
        if not joined and not worded:
            break
        first -= 1
    inner = [_innermost(box[2]) for box in boxes[first:]]
    kept = [box for box in inner if box.strip()]
    if len(kept) == 1 and _PERCENT_AFTER.match(text, boxes[last][1]) and re.search(r"\d\s*\}?\s*$", kept[0]):
        return kept[0] + "\\%"
    if len(kept) > 1 and len(set(kept)) == 1:
        return kept[0]
    return " , ".join(kept)


def _innermost(text: str) -> str:
    """A box inside a box is the answer where it is all that the outer one holds."""
    for _ in range(500):
        stripped = text.strip()
        match = BOX.match(stripped)
        if match is None or closing(stripped, match.end()) != len(stripped) - 1:
            return text
        text = stripped[match.end() + 1 : -1]
    return text
