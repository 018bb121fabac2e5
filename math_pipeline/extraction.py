r"""Finds the answer in a model's response and in a gold answer: a rule each, tried in order.

1. What stands after `</think>`, or between `<|begin_of_solution|>` and its end, is the response.
2. `<answer>...</answer>`, the last one.
3. The last balanced `\boxed{}` (or `\fbox{}`); boxes joined to it by commas or "and" make a list.
4. After the last "the answer is", "final answer", "answer:", "option" or `####`.
5. A bare answer: short, and not a sentence.
6. The last mathematics between dollars; else the last `[...]`; else what the last sentence says that something is;
   else the last number.
"""

from __future__ import annotations

import re

from math_pipeline.boxes import BOX, boxed_in
from math_pipeline.normal import normal
from math_pipeline.sentences import (
    ANCHOR,
    DENIED,
    LAST_MATH,
    SENTENCE_END,
    TEXT_GROUP,
    concluded_in,
    counted_in,
    is_bare,
    told_by,
    told_of_one,
    unframed,
)
from math_pipeline.types import Answer
from math_pipeline.units import are_known, unit_behind
from math_pipeline.withdrawn import corrected, upheld

TAIL = 20_000  # characters of a response that are looked at: an answer stands at its end
MOST_ANSWER = 4_000  # characters

_SECTION = re.compile(r"<\|begin_of_solution\|>(.*?)(?:<\|end_of_solution\|>|\Z)", re.DOTALL)
_ANSWER_TAG = re.compile(r"<answer>((?:(?!<answer>).)*?)</answer>", re.DOTALL | re.IGNORECASE)
_NEXT_TURN = re.compile(r"<\|(?:im_end|im_start|endoftext|end_of_text|eot_id)\|>|</s>\s*\Z")
_TUPLE = re.compile(r"(\((?:[-+\d./ ]+,)+[-+\d./ ]+\))[\s.]*\Z")
_LOOSE = frozenset({"anchor", "last mathematics"})
_FINAL = re.compile(r"final\s+answer\W*\s*", re.IGNORECASE)
_FINAL_IS = re.compile(r"the\s+final\s+answer\s+is\s*:?\s*(?=\$|\\\(|\\\[)", re.IGNORECASE)
_BRACKETED = re.compile(r"\[([^\[\]\n]{1,200})\]")
_NUMBER = re.compile(
    r"(?<![^\W\u3040-\u30ff\u4e00-\u9fff])(?<!\.)(?:\d+(?::\d+)+(?:\s*[aApP]\.?[mM]\b\.?)?"
    r"|[-+]?\$?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:\s*/\s*\d+)?(?:\s?%)?)"
)
_LABEL = re.compile(
    r"^(?:[A-Za-z][A-Za-z ]{1,30}:\s+(?=[^:]*[\d\\])(?=[^:]*$)"
    r"|(?:(?!sinh|cosh|tanh|sqrt|arc)[A-Za-z]{3,}\s+)*(?!sinh|cosh|tanh|sqrt|arc)[A-Za-z]{4,}\s*=\s*(?=[^=]*$))"
)
_NAMED_CHAIN = re.compile(r"(?:[A-Za-z]{3,}\s+){0,4}[A-Za-z]{4,}\s*=\s*([^=]+=.+)", re.DOTALL)
_NOT_ANOTHER = re.compile(r"(?:,\s(?:and\s)?|(?<!\s)\sand\s)not\s(?=\$?\s*(?:-?\d|\\frac))[^\n]*\Z", re.IGNORECASE)
_PROSE = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,}\s+[a-zA-Z]{2,}")
# A computation whose sides hold no name: 1/2 + 1/3 = 5/6 ends in what it comes to.
_COMPUTATION = re.compile(
    r"(?:[^=<>a-zA-Z\\]|\\(?:frac|dfrac|tfrac|sqrt|cdot|times|pi|div|left|right|mathbf|boldsymbol|bm|[$,;! ]))+"
)
_TOLD = re.compile(r"[A-Za-z][A-Za-z ,:]*\s*\$(.+)\$[\s.]*", re.DOTALL)
_WHICH = r"which(?=\s(?:pass|lie|occur|satisf|touch|intersect|cross))"  # as a condition, and no equation
_ON_CONDITION = re.compile(
    r"(?!.*\b(?:so|thus|hence|therefore|then|gives?|giving|but|and\b(?!\s+(?:it|this|equality)\b).*(?:\bis|\bare|=))\b)"
    rf"[^.\n]{{0,60}}?\b(?:when|where|{_WHICH}|with|using|if|at|for|as|since|because|attained|achieved|reached)\b[^.\n]*[.\s]*"
)
_LONGEST_CONDITION = 300  # characters
_GREATER_PART = re.compile(r"(?<![\w.])(\d[\d.]*)\s([a-zA-Z]{1,20}),?\s(?:and\s)?\Z")
_IS_NOT = re.compile(r"\b(?:is|are|was|were)\s(?:not|never)\b[^.\n]*\.?\s?\Z", re.IGNORECASE)
_LAST_DENIED = 200  # characters
_SUPPOSED = re.compile(
    r"\b(?:suppose|assume|assuming|if|whether|(?:not|hardly)\s(?:true|clear|certain|sure|the\scase)|false|wrong|doubt)\b"
    r"[^.,;:\n]*\Z",
    re.IGNORECASE,
)
_IN_CONDITION = re.compile(
    rf"\b(?:when|where|{_WHICH}|if|since|because)\b[^,;.\n]*\Z",
    re.IGNORECASE,
)
_CONDITION_BEFORE = re.compile(r"\b(?:when|where|if|at|for|since|because|as|with|and|or)\s*\Z")
_LAST_SAID = 30  # characters
_IS_JUST_SAID = re.compile(r"\b(?:is|are|equals)\s*(?:equal\s+to\s*)?:?\s*\Z")
# An equation, and what follows from it.
_CONCLUDED = re.compile(r"[^=]*=.*\\(?:Rightarrow|Longrightarrow|implies)(?![a-zA-Z])\s*\$?(.*\d.*)", re.DOTALL)
_PROVED = re.compile(r"\$?\s*\\(?:blacksquare|square|Box|qed|qedsymbol)\s*\$?\Z")
_LONGEST_PROVED = 30  # characters
# What brackets behind an answer say of it once more.
_RESTATED = re.compile(r"\s*\((?:or|i\.e\.|that\sis|about|approximately|equivalently)\b[^()]*\)[\s.]*")
_EXPLAINED = re.compile(r"\n\s{0,9}\*{0,2}(?:explanation|reasoning|justification)\*{0,2}\s?:", re.IGNORECASE)
_LETTER_BESIDE = re.compile(r"([A-J])\s+\((?!\s*\w+\s*(?:,\s*\w+\s*)*\))[^()]*\)")
_LISTED = re.compile(r"\s*(?:,\s*(?:and|or)?|and|or)\s*")
_TOLD_OF = re.compile(
    r"\b(?:solutions?|roots?|points?|values?|answers?|numbers?|pairs?|vertices|zeros)\b[^.$\n]*\bare\s*:?\s*\Z",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"(?<!\s)\s+\(?(?:because|since|as|but|which|where|so|i\.e|and\s+not|not)\b.*", re.IGNORECASE | re.DOTALL
)
_IS = re.compile(
    r"(?:\bis\b|\bare\b|\bequals\b|=)(?!.*(?:\bis\b|\bare\b|\bequals\b|=))\s*(?:equal\s+to\s+)?", re.DOTALL
)


def answer_of(response: str) -> Answer | None:
    """The answer that a response ends in, or None where there is none."""
    text = _final_part(response[-TAIL:] if len(response) > TAIL else response)
    tags = _ANSWER_TAG.findall(text)
    if tags and tags[-1].strip():
        return _found(_inside(tags[-1]), "answer tag")
    boxed = boxed_in(text, joins_words=False)
    if boxed is not None:
        return _of_box(text, boxed)
    if is_bare(text):
        return _found(_bare(text), "bare")
    anchored = _anchored(text)
    if anchored is not None:
        return _found(anchored, "anchor")
    unconditioned = _without_condition(text)
    shown = _last_math(unconditioned)
    if shown is not None:
        end = max(match.end() for match in LAST_MATH.finditer(unconditioned))
        after = [] if _RESTATED.fullmatch(unconditioned, end) else _NUMBER.findall(unconditioned, end)
        if after:
            return _found(after[-1], "last number")
        unit = unit_behind(text, end) if re.search(r"\d\s*\Z", shown) else ""
        return _found(f"{shown} {unit}", "last mathematics")
    bracketed = _BRACKETED.findall(text)
    if bracketed:
        return _found(bracketed[-1], "brackets")
    statement = told_by(text)
    if statement is not None:
        return _found(statement, "last statement")
    tupled = _TUPLE.search(text)
    if tupled is not None:
        return _found(tupled[1], "last tuple")
    numbers = _stated_numbers(DENIED.sub("", text)) or _stated_numbers(text)
    if not numbers:
        return _words(text)
    number = numbers[-1]
    unit = unit_behind(number.string, number.end())
    greater = (
        _GREATER_PART.search(number.string[max(0, number.start() - _LAST_SAID) : number.start()]) if unit else None
    )
    if greater is not None and are_known(greater[2], greater[2]):  # 3 days and 12 hours
        return _found(f"{greater[1]} {greater[2]} {number[0]} {unit}", "last number")
    return _found(f"{number[0]} {unit}", "last number")


def _of_box(text: str, boxed: str) -> Answer | None:
    """What the box holds, unless a final answer behind it says otherwise."""
    right = corrected(text)
    if right is not None:
        return _found(right, "correction")
    last = text.rfind("\\boxed")
    stated = _FINAL_IS.search(text, last) if last >= 0 else None
    if stated is not None and (math := LAST_MATH.match(text[stated.end() :])) is not None:
        return _found(next(group for group in math.groups() if group is not None), "final answer after the box")
    return _found(boxed, "box") if boxed.strip() else None


def _stated_numbers(text: str) -> list[re.Match[str]]:
    """The numbers of a text, but for those that it denies or takes for a bound: not 3, more than 3, between 3 and 5."""
    denied = _IS_NOT.search(text, max(0, len(text) - _LAST_DENIED))
    end = len(text) if denied is None else denied.start()
    return upheld(text, list(_NUMBER.finditer(text, 0, end)))


def gold_of(gold: str) -> Answer | None:
    """The answer that a gold answer gives: its box, what follows `####`, or the whole of it."""
    text = gold[-TAIL:]
    boxed = boxed_in(text, joins_words=True)
    if boxed is not None:
        box_at = BOX.search(text)
        before = text[: box_at.start()] if box_at else ""
        if re.fullmatch(r"\s*\$?\s*[a-zA-Z]\s*\\in\s*", before):
            return _found(boxed, "box")
        return _found(boxed, "box") if boxed.strip() else None
    if "####" in text:
        return _found(text.rsplit("####", 1)[1], "after ####")
    if is_bare(text):
        return _found(_bare(text), "bare")
    anchored = _anchored(text)
    if anchored is not None:
        return _found(anchored, "anchor")
    told = told_of_one(text) or concluded_in(text) or counted_in(text)
    if told is not None:
        return _found(told, "statement")
    if len(text) < 300 or (len(text) <= MOST_ANSWER and not _PROSE.search(TEXT_GROUP.sub(" ", text))):
        return _found(_bare(text), "whole")
    math = _last_math(text)
    return _found(math, "last mathematics") if math is not None else None


def _found(text: str, how: str) -> Answer | None:
    text = unframed(text)
    if how in _LOOSE:
        text = _last_side(text)
    text = text[-MOST_ANSWER:] if len(text) > MOST_ANSWER and how != "box" else text
    form = normal(text)
    return Answer(text.strip(), form, how) if form.strip() else None


def _last_side(text: str) -> str:
    """The last side of a chain of computed numbers; in a box, `4 = 5` is an equation, and stays one."""
    sides = text.split("=")
    computed = all(_COMPUTATION.fullmatch(side) and re.search(r"\d|\\pi", side) for side in sides)
    return sides[-1] if len(sides) > 1 and computed else text


def _final_part(text: str) -> str:
    turn = _NEXT_TURN.search(text)
    if turn is not None and text[: turn.start()].strip():
        text = text[: turn.start()]
    if "</think>" in text:
        text = text.rsplit("</think>", 1)[1]
    proved = _PROVED.search(text[-_LONGEST_PROVED:].rstrip())
    if proved is not None:
        text = text.rstrip().removesuffix(proved[0])
    explained = _EXPLAINED.search(text)
    if explained is not None and is_bare(text[: explained.start()]):
        text = text[: explained.start()]
    sections = _SECTION.findall(text)
    if sections:
        text = sections[-1]
    return text


def _inside(text: str) -> str:
    boxed = boxed_in(text, joins_words=False)
    if boxed is not None:
        return boxed
    return text if is_bare(text) else _anchored(text) or text


def _bare(text: str) -> str:
    """A bare answer; several pieces of mathematics are one; of a computation after a word its end."""
    concluded = _CONCLUDED.fullmatch(text)
    if concluded is not None:
        text = concluded[1]
    text = _NOT_ANOTHER.sub("", text)
    chain = _NAMED_CHAIN.fullmatch(text.strip())
    if chain is not None and (end := _last_side(chain[1].replace("**", ""))) != chain[1].replace("**", ""):
        return end.strip()
    told = _TOLD.fullmatch(text.strip())
    if told is not None and (end := _last_side(told[1].replace("\\$", ""))) != told[1].replace("\\$", ""):
        return end.strip()
    return _LABEL.sub("", text.strip())


def _anchored(text: str) -> str | None:
    """What stands after the last anchor, up to the end of its sentence."""
    last = None
    for match in ANCHOR.finditer(text):
        if not _SUPPOSED.search(text[max(0, match.start() - _LAST_SAID) : match.start()]):
            last = match
    if last is None:
        for match in _FINAL.finditer(text):
            last = match
    return _told_in(text, last.end()) if last is not None else None


def _told_in(text: str, start: int) -> str | None:
    """What the sentence that begins there gives as the answer."""
    tail = text[start:].lstrip(" *:_\n}")  # a brace, where a group of text ends there
    if "**" in text[start : len(text) - len(tail)]:
        tail = tail.replace("**", "", 1)
    if (letter := _LETTER_BESIDE.match(tail)) is not None:
        return letter[1]
    if not tail.strip():
        return None
    math = LAST_MATH.match(tail.lstrip())
    if math is not None:
        rest = tail.lstrip()[math.end() :]
        if not re.match(r"\s*(?:and|,|or)\s", rest):
            return next(group for group in math.groups() if group is not None)
    end = SENTENCE_END.search(tail)
    sentence = tail[: end.start()] if end else tail
    sentence = sentence.split("\n", 1)[0] if len(sentence) > 200 else sentence
    sentence = _CLAUSE.sub("", sentence.strip().strip("*")).rstrip(" *,") or sentence
    verb = None if is_bare(sentence) else _IS.search(sentence)
    if verb is not None and sentence[verb.end() :].strip():
        sentence = sentence[verb.end() :]
    if is_bare(sentence) or re.search(r"\band\b", sentence):
        return sentence
    inner = _last_math(sentence)
    if inner is not None:
        return inner
    numbers = _NUMBER.findall(sentence)
    return numbers[-1] if numbers else sentence[:200]


def _without_condition(text: str) -> str:
    """The text up to what its last sentence says that something is: the maximum is $10$, attained when $x = 1$."""
    for span in reversed(list(LAST_MATH.finditer(text, max(0, len(text) - _LONGEST_CONDITION)))):
        before = text[max(0, span.start() - _LAST_SAID) : span.start()]
        if _IN_CONDITION.search(text, max(0, span.start() - _LAST_DENIED), span.start()):
            continue
        if _IS_JUST_SAID.search(before) or ("=" in span[0] and not _CONDITION_BEFORE.search(before)):
            behind = LAST_MATH.sub(" ", text[span.end() :])
            return text[: span.end()] if _ON_CONDITION.fullmatch(behind) else text
    return text


def _last_math(text: str) -> str | None:
    spans = upheld(text, list(LAST_MATH.finditer(text)))
    if not spans:
        return None
    first = len(spans) - 1
    while first and _LISTED.fullmatch(text, spans[first - 1].end(), spans[first].start()):
        first -= 1
    inner = [next(group for group in span.groups() if group is not None) for span in spans]
    if _TOLD_OF.search(text, 0, spans[first].start()) and not any("=" in each for each in inner[first:]):
        return " , ".join(inner[first:])  # the points are A and B
    return inner[-1]


def _words(text: str) -> Answer | None:
    stripped = text.strip()
    return _found(stripped, "whole") if stripped and len(stripped) <= 200 else None
