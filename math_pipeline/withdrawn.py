"""What a text takes back: a box that the next sentence calls wrong, and values that a sentence rejects."""

from __future__ import annotations

import re

from math_pipeline.boxes import BOX
from math_pipeline.brackets import closing
from math_pipeline.sentences import LAST_MATH, SENTENCE_END, is_bare

# Begins a sentence behind the box, no question, that says of what stands before it that it is wrong.
_TAKEN_BACK = re.compile(
    r"[\s.$*)\]\\]{0,12}(?:correction\b\s*:|(?:no\s*[,.!\u2013\u2014-]|actually\s*,|(?:wait|hmm+|oh|sorry|oops|hold\s+on)\b)[^\n?]{0,60}?"
    r"(?:(?:\bis|\bwas|[^\W\d_]['\u2019]s)\s+(?:\w+\s+)?(?:wrong|incorrect|not\s+(?:right|correct))\b"
    r"|\bmade\s+an?\s+(?:\w+\s+)?(?:mistake|error|slip)\b)(?![^.!\n]{0,40}\?))",
    re.IGNORECASE,
)
_SHOULD_BE = re.compile(
    r"\b(?:should\s+(?:be|have\s+been)|(?:correct|right|actual|true)\s+(?:answer|value|result)\s+is|answer\s+is)\s*:?\s*\*{0,2}",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(
    r"(?:\b(?:not|cannot|never)|n't)\s(?:equal\s(?:to\s)?|be\s)?\Z|\b(?:more|less|fewer|greater|other)\sthan\s\Z"
    r"|\bbetween\s(?:\S{1,12}\sand\s)?\Z",
    re.IGNORECASE,
)
_REJECTS = re.compile(
    r"\b(?:reject|discard|exclud|ignor|disregard)(?:ing|ed|es|e|s)?\s(?:the\s(?:[a-z]{1,12}\s){0,2})?\Z|\b(?:instead\sof|rather\sthan)\s\Z",
    re.IGNORECASE,
)
_IS_REJECTED = re.compile(
    r",?\s(?:which\s)?(?:(?:is|are|was|were|must\sbe|being|can\sbe)\s(?:then\s|thus\s|therefore\s|an?\s)?"
    r"(?:rejected|discarded|extraneous|invalid|excluded|inadmissible|disregarded|ignored|impossible"
    r"|not\s(?:a\s)?(?:valid|possible|allowed|admissible|solution|root)\b)"
    r"|(?:rejected|discarded|extraneous)\b|(?:does|do)\s(?:not|n['\u2019]t)\s(?:satisfy|work)\b|doesn['\u2019]t\s(?:satisfy|work)\b)",
    re.IGNORECASE,
)
_SHORTEST = len("\\boxed{1} no, it is wrong")
_LAST_SAID = 40  # characters
_LAST_DENIED = 30


def corrected(text: str) -> str | None:
    """What a text says the answer should be, where it calls its last box wrong; None where it does not."""
    last = max(0, text.rfind("\\boxed"))
    boxes = list(BOX.finditer(text, last)) if len(text) - last > _SHORTEST else []
    end = closing(text, boxes[-1].end()) if boxes else -1
    taken = _TAKEN_BACK.match(text, end + 1) if end >= 0 else None
    if taken is None:
        return None
    said = list(_SHOULD_BE.finditer(text, taken.end()))
    if not said:
        return None
    rest = text[said[-1].end() :].lstrip()
    math = LAST_MATH.match(rest)
    if math is not None:
        return next(group for group in math.groups() if group is not None)
    stop = SENTENCE_END.search(rest)
    told = (rest[: stop.start()] if stop is not None else rest).strip(" *.")
    return told if is_bare(told) else None


def upheld(text: str, found: list[re.Match[str]]) -> list[re.Match[str]]:
    """Those of what was found in a text that it does not deny there, nor rejects anywhere."""
    rejected = {_plain(match) for match in found if _is_rejected(text, match.start(), match.end())}
    return [
        match
        for match in found
        if _plain(match) not in rejected
        and not _NOT_BEFORE.search(text[max(0, match.start() - _LAST_DENIED) : match.start()])
    ]


def _plain(match: re.Match[str]) -> str:
    return re.sub(r"\s|,\Z", "", match[0])


def _is_rejected(text: str, start: int, end: int) -> bool:
    """Whether what stands there is what the text rejects: (rejecting x = 3), x = 3 is extraneous."""
    if _REJECTS.search(text[max(0, start - _LAST_SAID) : start]):
        return True
    return _IS_REJECTED.match(text, end) is not None
