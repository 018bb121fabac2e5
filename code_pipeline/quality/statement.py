"""What a statement says of its problem: images, links, that any answer will do, how exact an answer must be. Pure."""

from __future__ import annotations

import re

SHORTEST = 50  # characters; what is shorter names a task but does not state it

_IMAGE = re.compile(
    r"<\s*(?:image|img)\b|\[image\]|!\[[^\]\n]{0,500}\]|\\includegraphics|\.(?:png|jpe?g|gif|svg|webp)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"\bhttps?://|\bwww\.\w|<a\s+href", re.IGNORECASE)
_ANSWERS = r"(?:answers?|solutions?|outputs?|ways|sequences?|permutations?|arrays?|strings?|options?|results?)"
_ANY = re.compile(
    rf"\b(?:multiple|several|many|more than one|various|different)\b[^.\n]{{0,40}}\b{_ANSWERS}\b[^.\n]{{0,60}}"
    rf"\b(?:any|either|one of)\b"
    rf"|\b(?:print|output|find|return|report|give|write|display|choose|construct)\b[^.\n]{{0,40}}"
    rf"\b(?:any|either)\b(?!\s+(?:more|other|further|extra|additional)\b)"
    rf"|\bany\s+(?:one\s+|two\s+)?(?:of\s+(?:them|these|the|those)\b|(?:possible|valid|correct|optimal|such|suitable)\b)"
    rf"|\bany\s+(?:special\s+|particular\s+)?order\b|\border\b[^.\n]{{0,40}}\b(?:does(?:n't|\s+not)|is\s+not)\s+(?:matter|important)"
    rf"|\b(?:any|all)\b[^.\n]{{0,30}}\b{_ANSWERS}\b[^.\n]{{0,30}}\b(?:accepted|correct|allowed)\b"
    rf"|\bmay\s+(?:print|output|return)\b[^.\n]{{0,20}}\bany\b",
    re.IGNORECASE,
)
_INTERACTIVE = re.compile(r"\b(?:this is an?|the) interactive (?:problem|task)|\bthe interactor\b", re.IGNORECASE)
_ERROR = re.compile(
    r"\b(?:absolute|relative)\b[^.\n]{0,40}\b(?:error|difference|precision)"
    r"|\b(?:precision|accuracy|error|tolerance)\b[^.\n]{0,40}\b(?:10\s*(?:\^|\*\*)?\s*[{(]?\s*[-\u2212\u2013]\s*\d|1e-\d)"
    r"|\berror\s+of\s+(?:at\s+most|up\s+to|less\s+than)\b",
    re.IGNORECASE,
)
_EXPONENT = re.compile(r"\b(?:10\s*(?:\^|\*\*)?\s*[{(]?\s*|1e)[-\u2212\u2013]\s*(\d{1,2})\b", re.IGNORECASE)
_DEFAULT_TOLERANCE = 1e-6
_LOOSEST = 1  # 10^-1: a smaller exponent is no tolerance but a number in a formula
_FINEST = 15
_FAR = 120  # characters between the words and the number


def is_short(statement: str) -> bool:
    """Whether it says too little to be a task."""
    return len(statement) < SHORTEST or len(statement.strip()) < SHORTEST


def has_image(statement: str) -> bool:
    """Whether it holds an image, or what stands for one in CodeContests."""
    return _IMAGE.search(statement) is not None


def has_link(statement: str) -> bool:
    """Whether it links to somewhere."""
    return _LINK.search(statement) is not None


def is_foreign(statement: str) -> bool:
    """Whether most of its letters are not Latin."""
    if statement.isascii():
        return False
    letters = [letter for letter in statement if letter.isalpha()]
    foreign = sum(letter > "\u024f" for letter in letters)  # the end of Latin Extended-B
    return 2 * foreign > len(letters)


def takes_any_answer(statement: str) -> bool:
    """Whether it says that any of several answers, or any order, is right."""
    return _ANY.search(statement) is not None


def is_interactive(statement: str) -> bool:
    """Whether it says that the program talks with another one."""
    return _INTERACTIVE.search(statement) is not None


def stated_tolerance(statement: str) -> float | None:
    """The error that it allows, absolute or relative; None where it allows none. 1e-6 where it gives no number."""
    found = _ERROR.search(statement)
    if found is None:
        return None
    number = _EXPONENT.search(statement, found.start(), found.end() + _FAR)
    exponent = int(number.group(1)) if number else 0
    return 10.0**-exponent if _LOOSEST <= exponent <= _FINEST else _DEFAULT_TOLERANCE
