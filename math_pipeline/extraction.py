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
from math_pipeline.types import Answer

TAIL = 20_000  # characters of a response that are looked at: an answer stands at its end
MOST_ANSWER = 4_000  # characters

_SECTION = re.compile(r"<\|begin_of_solution\|>(.*?)(?:<\|end_of_solution\|>|\Z)", re.DOTALL)
_ANSWER_TAG = re.compile(r"<answer>((?:(?!<answer>).)*?)</answer>", re.DOTALL | re.IGNORECASE)
_NEXT_TURN = re.compile(r"<\|(?:im_end|im_start|endoftext|end_of_text|eot_id)\|>|</s>\s*\Z")
_TUPLE = re.compile(r"(\((?:[-+\d./ ]+,)+[-+\d./ ]+\))[\s.]*\Z")
_LOOSE = frozenset({"anchor", "last mathematics"})
_ANCHOR = re.compile(
    r"(?:final\s+answer|the\s+(?:correct\s+)?(?:answer|option|choice|result|solution|root)s?|answers?)"
    r"(?:\s+(?:to\s+[^.\n]{0,60}?))?\s*(?:is|are|was|:|=|-|would\s+be|should\s+be)+\s*[:=]?\s*|####\s*"
    # The same word elsewhere, and what joins it to the answer.
    r"|(?:ответ|答案|答|réponse|respuesta|resposta|risposta|antwort|odpowiedź|cevap)"
    r"\s*(?:应?该?[为是]|(?:est|es|é|è|ist|lautet|to)\b|[:\uff1a=])+\s*",
    re.IGNORECASE,
)
_FINAL = re.compile(r"final\s+answer\W*\s*", re.IGNORECASE)
_FINAL_IS = re.compile(r"the\s+final\s+answer\s+is\s*:?\s*(?=\$|\\\(|\\\[)", re.IGNORECASE)
_LAST_MATH = re.compile(
    r"\$\$(.+?)\$\$|(?<!\\)\$(.+?)(?<!\\)\$|\\\(((?:(?!\\\().)+?)\\\)|\\\[((?:(?!\\\[).)+?)\\\]", re.DOTALL
)
_BRACKETED = re.compile(r"\[([^\[\]\n]{1,200})\]")
_NUMBER = re.compile(
    r"(?<![^\W\u3040-\u30ff\u4e00-\u9fff])(?<!\.)(?:\d+(?::\d+)+(?:\s*[aApP]\.?[mM]\b\.?)?"
    r"|[-+]?\$?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:\s*/\s*\d+)?(?:\s?%)?)"
)
_SENTENCE_END = re.compile(r"[\u3002\uff01]|(?<=[^\d.])\.(?=\s|$)|\n\s*\n|(?<=\d)\.(?=\s+[A-Z]|\s*$)")
_WORD = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,}")
# Prose in scripts without letters of mathematics: two words of Cyrillic, three signs of Chinese.
_FOREIGN = re.compile(r"[\u0400-\u04ff]{2,}\W+[\u0400-\u04ff]{2,}|[\u3040-\u30ff\u4e00-\u9fff]{3,}")
_TEXT_GROUP = re.compile(
    r"\\(?:begin|end)\s*\{[^{}]*\}(?:\{[^{}]*\})?|\\(?:text|mathrm|mbox|textbf|operatorname)\s*\{[^{}]*\}"
)
_NOT_PROSE = {"and", "or", "pi", "sin", "cos", "tan", "ln", "log", "exp", "sqrt", "cm", "km", "mm", "kg", "if", "mod"}
# Two letters beside mathematics are a product, but for these.
_SHORT = frozenset(re.findall(r"\w+", "an as at be by do go he in it me my no of on so to up us"))
_LABEL = re.compile(
    r"^(?:[A-Za-z][A-Za-z ]{1,30}:\s+(?=[^:]*[\d\\])(?=[^:]*$)"
    r"|(?:(?!sinh|cosh|tanh|sqrt|arc)[A-Za-z]{3,}\s+)*(?!sinh|cosh|tanh|sqrt|arc)[A-Za-z]{4,}\s*=\s*(?=[^=]*$))"
)
_PROSE = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,}\s+[a-zA-Z]{2,}")
_VERBS = {"is", "are", "was", "get", "gets", "gives", "have", "has", "equals", "therefore", "thus", "hence", "we", "so",
          "it", "they", "there", "he", "she", "this", "giving", "yields", "yielding", "because", "since"}  # fmt: skip
# A computation whose sides hold no name: 1/2 + 1/3 = 5/6 ends in what it comes to.
_COMPUTATION = re.compile(r"(?:[^=<>a-zA-Z\\]|\\(?:frac|dfrac|tfrac|sqrt|cdot|times|pi|div|left|right|[$,;! ]))+")
_TOLD_IN_TEXT = re.compile(
    r"^\s*\\text\s*\{[^{}]*\b(?:answer|value|result)\s+(?:is|are|equals)\s*:?\s*\}\s*(?=\S)", re.IGNORECASE
)
_TOLD = re.compile(r"[A-Za-z][A-Za-z ,:]*\s*\$(.+)\$[\s.]*", re.DOTALL)
_LISTED = re.compile(r"\s*(?:,\s*(?:and|or)?|and|or)\s*")
_TOLD_OF = re.compile(
    r"\b(?:solutions?|roots?|points?|values?|answers?|numbers?|pairs?|vertices|zeros)\b[^.$\n]*\bare\s*:?\s*\Z",
    re.IGNORECASE,
)
# Words that say that something is the answer, or of what kind, and nothing besides.
_FRAME = frozenset(
    re.findall(
        r"\w+",
        "the a an is are only unique all every possible such there of form value values maximum minimum max min "
        "smallest largest least greatest answer answers solution solutions root roots number numbers prime primes "
        "integer integers function functions pair pairs triple triples way ways different total sum product area "
        "volume length perimeter probability rank degree radius equals",
    )
)
_LONGEST_BARE = 600  # characters
_BEGUN = re.compile(r"(?:[A-Za-z]+\s+)+(?=[-\d\\(\[])")
_CLAUSE = re.compile(r"(?<!\s)\s+(?:because|since|as|but|which|where|so|and\s+not|not)\b.*", re.IGNORECASE | re.DOTALL)
_SAYS = re.compile(
    r"\b(?:is|are|was|were|be|equals|becomes)\b(?!.*\b(?:is|are|was|were|be|equals|becomes)\b)\s*(?:equal\s+to\s+)?"
)
_LAST_WORDS = 400
_DENIED = re.compile(r"(?<![\s,]),?\s+(?:and\s+not|not|because|since)\b[^.\n]*(?=\.?\s*\Z)", re.IGNORECASE)
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
        last = text.rfind("\\boxed")
        stated = _FINAL_IS.search(text, last) if last >= 0 else None
        if stated is not None and (math := _LAST_MATH.match(text[stated.end() :])) is not None:
            return _found(next(group for group in math.groups() if group is not None), "final answer after the box")
        return _found(boxed, "box") if boxed.strip() else None
    if is_bare(text):
        return _found(_bare(text), "bare")
    anchored = _anchored(text)
    if anchored is not None:
        return _found(anchored, "anchor")
    shown = _last_math(text)
    if shown is not None:
        after = _NUMBER.findall(text[max(match.end() for match in _LAST_MATH.finditer(text)) :])
        return _found(after[-1], "last number") if after else _found(shown, "last mathematics")
    bracketed = _BRACKETED.findall(text)
    if bracketed:
        return _found(bracketed[-1], "brackets")
    tupled = _TUPLE.search(text)
    if tupled is not None:
        return _found(tupled[1], "last tuple")
    statement = _stated(text)
    if statement is not None:
        return _found(statement, "last statement")
    numbers = _NUMBER.findall(_DENIED.sub("", text)) or _NUMBER.findall(text)
    return _found(numbers[-1], "last number") if numbers else _words(text)


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
    if len(text) < 300 or (len(text) <= MOST_ANSWER and not _PROSE.search(_TEXT_GROUP.sub(" ", text))):
        return _found(_bare(text), "whole")
    math = _last_math(text)
    return _found(math, "last mathematics") if math is not None else None


def _found(text: str, how: str) -> Answer | None:
    text = _unframed(_TOLD_IN_TEXT.sub("", text))
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
    sections = _SECTION.findall(text)
    if sections:
        text = sections[-1]
    return text


def _inside(text: str) -> str:
    boxed = boxed_in(text, joins_words=False)
    if boxed is not None:
        return boxed
    return text if is_bare(text) else _anchored(text) or text


def is_bare(text: str) -> bool:
    """Whether the text is an answer by itself, not a sentence that holds one."""
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST_BARE or "\n\n" in stripped:
        return False
    outside = _TEXT_GROUP.sub(" ", stripped)
    words = [word for word in _WORD.findall(re.sub(r"\\[a-zA-Z]+", " ", outside)) if word.lower() not in _NOT_PROSE]
    if any(word.lower() in _VERBS for word in words) or _FOREIGN.search(outside):
        return False
    is_math = re.search(r"\d|\\|\$", stripped) is not None
    if is_math:
        words = [word for word in words if len(word) > 2 or word.lower() in _SHORT]
    return len(words) <= (2 if is_math else 3) and not _ANCHOR.search(stripped)


def _bare(text: str) -> str:
    """A bare answer; several pieces of mathematics are one; of a computation after a word its end."""
    told = _TOLD.fullmatch(text.strip())
    if told is not None and (end := _last_side(told[1].replace("\\$", ""))) != told[1].replace("\\$", ""):
        return end.strip()
    return _LABEL.sub("", text.strip())


def _unframed(text: str) -> str:
    """The mathematics of a text whose words say no more than that it is the answer: the only solution is $x = 2$."""
    if len(text) > _LONGEST_BARE:
        return text
    spans = list(_LAST_MATH.finditer(text))
    if len(spans) == 1:
        inner = next(group for group in spans[0].groups() if group is not None)
        around = text[: spans[0].start()] + " " + text[spans[0].end() :]
    elif spans or (begun := _BEGUN.match(text)) is None:
        return text
    else:
        inner, around = text[begun.end() :], begun[0]
        if re.search(r"(?<!\\)\b[a-zA-Z]{3,}", _TEXT_GROUP.sub(" ", inner)):
            return text
    words = re.findall(r"[a-zA-Z]+", around)
    framed = (
        max(map(len, words), default=0) > 2
        and all(word.lower() in _FRAME for word in words)
        and not re.search(r"\d", around)
    )
    return inner if framed and not re.fullmatch(r"\s*[a-zA-Z]\s*", inner) else text


def _anchored(text: str) -> str | None:
    """What stands after the last anchor, up to the end of its sentence."""
    last = None
    for match in _ANCHOR.finditer(text):
        last = match
    if last is None:
        for match in _FINAL.finditer(text):
            last = match
    if last is None:
        return None
    tail = text[last.end() :].lstrip(" *:_\n")
    if not tail.strip():
        return None
    math = _LAST_MATH.match(tail.lstrip())
    if math is not None:
        rest = tail.lstrip()[math.end() :]
        if not re.match(r"\s*(?:and|,|or)\s", rest):
            return next(group for group in math.groups() if group is not None)
    end = _SENTENCE_END.search(tail)
    sentence = tail[: end.start()] if end else tail
    sentence = sentence.split("\n", 1)[0] if len(sentence) > 200 else sentence
    sentence = _CLAUSE.sub("", sentence.strip().strip("*")) or sentence
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


def _stated(text: str) -> str | None:
    """What the last sentence says that something is, where this is an answer by itself: the length is sqrt(2)."""
    sentences = [sentence for sentence in _SENTENCE_END.split(text[-_LAST_WORDS:]) if sentence.strip()]
    said = _DENIED.sub("", sentences[-1].strip()) if sentences else ""
    told = _SAYS.search(said)
    if told is None:
        return None
    rest = said[told.end() :].strip(" *")
    return (
        rest if is_bare(rest) and re.search(r"\d", rest) and not re.search(r"[a-zA-Z]{3}\s+[a-zA-Z]{3}", rest) else None
    )


def _last_math(text: str) -> str | None:
    spans = list(_LAST_MATH.finditer(text))
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
