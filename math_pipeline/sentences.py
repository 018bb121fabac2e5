"""Sentences that hold an answer: what is one by itself, what only frames one, what a sentence says something is."""

from __future__ import annotations

import re

from math_pipeline.normal import words_of
from math_pipeline.units import are_known
from math_pipeline.wording import number_of

ANCHOR = re.compile(
    r"(?:final\s+answer|the\s+(?:correct\s+)?(?:answer|option|choice|result|solution|root)s?|answers?)"
    r"(?:\s+(?:to\s+[^.\n]{0,60}?))?\s*(?:is|are|was|:|=|-|would\s+be|should\s+be)+\s*[:=]?\s*|####\s*|(?:^|\n)\s{0,9}\*{0,2}answer\*{0,2}\.\s{1,9}(?=[-\d$\\(])"
    r"|(?:^|\n)[ ]{0,3}\#{1,6}[ ]{0,3}\*{0,2}answers?\*{0,2}[ ]{0,3}\n\s{0,9}"
    # The same word elsewhere, and what joins it to the answer.
    r"|(?:ответ|答案|答|réponse|respuesta|resposta|risposta|antwort|odpowiedź|cevap)"
    r"\s*(?:应?该?[为是]|(?:est|es|é|è|ist|lautet|to)\b|[:\uff1a=])+\s*",
    re.IGNORECASE,
)
LAST_MATH = re.compile(
    r"\$\$(.+?)\$\$|(?<!\\)\$(.+?)(?<!\\)\$|\\\(((?:(?!\\\().)+?)\\\)|\\\[((?:(?!\\\[).)+?)\\\]", re.DOTALL
)
SENTENCE_END = re.compile(r"[\u3002\uff01]|(?<=[^\d.])\.(?=\s|$)|\n\s*\n|(?<=\d)\.(?=\s+[A-Z]|\s*$)")
_WORD = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{2,}")
# Prose in scripts without letters of mathematics: two words of Cyrillic, three signs of Chinese.
_FOREIGN = re.compile(r"[\u0400-\u04ff]{2,}\W+[\u0400-\u04ff]{2,}|[\u3040-\u30ff\u4e00-\u9fff]{3,}")
TEXT_GROUP = re.compile(
    r"\\(?:begin|end)\s*\{[^{}]*\}(?:\{[^{}]*\})?|\\(?:text|mathrm|mbox|textbf|operatorname)\s*\{[^{}]*\}"
)
_NOT_PROSE = frozenset(
    re.findall(r"\w+", "and or pi sin cos tan ln log exp sqrt cm km mm kg if mod cyclic permutation permutations")
)
# Two letters beside mathematics are a product, but for these.
_SHORT = frozenset(re.findall(r"\w+", "an as at be by do go he in it me my no of on so to up us"))
_VERBS = {"is", "are", "was", "get", "gets", "gives", "have", "has", "equals", "therefore", "thus", "hence", "we", "so",
          "it", "they", "there", "he", "she", "this", "giving", "yields", "yielding", "because", "since"}  # fmt: skip
# Words that make of what a sentence says only a part of the answer, or its denial.
_PARTLY = r"\b(?:if|when|whenever|where|for|unless|not|no|never|while|each|every|either|only|least|most|than)\b"
_TOLD_IN_TEXT = re.compile(
    r"^\s*\\text\s*\{(?:[^{}]*\b(?:(?:answer|value|result)\s+(?:is|are|equals)|answer(?=\s*:))"
    rf"|(?![^{{}}]*{_PARTLY})[^{{}}]*\b(?:is|are|equals)(?=\s*:?\s*\}}(?!.*\\text\s*\{{[^{{}}]*\b(?:is|are)\b)))"
    r"\s*:?\s*\}\s*(?=\S)",
    re.IGNORECASE | re.DOTALL,
)
_TOLD_OF_ONE = re.compile(
    rf"\s*(?!.*{_PARTLY})(?P<of>[^\d<>=]+?)\s+(?:is|are|equals|was)\b\s*(?:equal\s+to\b)?\s*:?\s*"
    r"(?P<what>(?![a-zA-Z]{2})\S.*?)[\s.]*",
    re.IGNORECASE | re.DOTALL,
)
_ARE_ALL = re.compile(
    r"\s+(?:is|are)\s+(?:the\s+only|all\s+the|all\s+of\s+the)\s+(?:possible\s+)?"
    r"(?:solutions?|functions?|values?|answers?|roots?|numbers?|pairs?|triples?|ones?|possibilit(?:y|ies))[\s.]*\Z",
    re.IGNORECASE,
)
_THEN_NAMED = re.compile(r"[^\d=]*,\s(?:so\s|then\s|hence\s|we\s(?:get|have)\s)?([a-zA-Z]\s*=\s*[^\s=,<>]+)")
_LONGEST_TOLD = 200
# Words that say that something is the answer, or of what kind, and nothing besides.
_FRAME = frozenset(
    re.findall(
        r"\w+",
        "the a an is are only unique all every possible such there of form value values maximum minimum max min "
        "smallest largest least greatest answer answers solution solutions root roots number numbers prime primes "
        "integer integers function functions pair pairs triple triples way ways different total sum product area "
        "eigenvalue eigenvalues volume length perimeter probability rank degree radius equals",
    )
)
_LONGEST_BARE = 600  # characters
_BEGUN = re.compile(r"(?:[A-Za-z]+\s+)+(?=[-\d\\(\[])")
_SAYS = re.compile(
    r"\b(?:is|are|was|were|be|equals|becomes)\b(?!.*\b(?:is|are|was|were|be|equals|becomes)\b)\s*(?:equal\s+to\s+)?"
)
_SAID = re.compile(r"\b(?:is|are|was|were|be|equals|becomes|has|have)\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"(?<=[^\s,]),?\s(?:when|where|which|if|at|for|achieved|attained|reached)\b.*", re.IGNORECASE | re.DOTALL
)
_CONCLUDES = re.compile(
    r"\b(?:so|thus|hence|therefore)\b[\s,]*(?:(?:that|we\s+(?:get|have)|it\s+is|the\s+(?:[a-z]{1,15}\s+){1,4}(?:is|equals))\b[\s,]*)?\Z",
    re.IGNORECASE,
)
_NOT = re.compile(r"(?:\b(?:cannot|not|never)|n['\u2019]t)\s\Z", re.IGNORECASE)
_BOUNDED = re.compile(r"(?:not|never|more|less|fewer|greater|between|over|under)\b", re.IGNORECASE)
_ADVERB = re.compile(
    r"(?:therefore|thus|hence|then|exactly|just|simply|only|now|also)\s(?:equal\s+to\s)?", re.IGNORECASE
)
_IF = re.compile(r"\b(?:if|when|whenever|unless|suppose|assume|either)\b", re.IGNORECASE)
# Words, one number, and a verb that counts or measures.
_COUNTED = re.compile(
    r"(?=.*\b(?:is|are|was|were|has|have|had|takes?|needs?|costs?|gets?|sells?|sold|weighs?|makes?|spends?|spent|pays?"
    r"|paid|earns?|travels?|lasts?|contains?|holds?)\b)"
    r"[A-Za-z ,'\-]*(?<![A-Za-z])\$?\d[\d,]*(?:\.\d+)?(?:[ ,][A-Za-z ,'\-]*)?"
)
_LAST_WORDS = 400
DENIED = re.compile(r"(?<![\s,]),?\s+(?:and\s+not|not|because|since|(?<=,\s)as)\b[^.\n]*(?=\.?\s*\Z)", re.IGNORECASE)


def is_bare(text: str) -> bool:
    """Whether the text is an answer by itself, not a sentence that holds one."""
    stripped = text.strip()
    if not stripped or len(stripped) > _LONGEST_BARE or "\n\n" in stripped:
        return False
    outside = TEXT_GROUP.sub(" ", stripped)
    words = [word for word in _WORD.findall(re.sub(r"\\[a-zA-Z]+", " ", outside)) if word.lower() not in _NOT_PROSE]
    if any(word.lower() in _VERBS for word in words) or _FOREIGN.search(outside):
        return False
    is_math = re.search(r"\d|\\|\$", stripped) is not None
    if is_math:
        words = [word for word in words if len(word) > 2 or word.lower() in _SHORT]
    return len(words) <= (2 if is_math else 3) and not ANCHOR.search(stripped)


def unframed(text: str) -> str:
    """The mathematics of a text whose words say no more than that it is the answer: the only solution is $x = 2$."""
    if len(text) > _LONGEST_BARE:
        return text
    if "\\text" in text:
        text = _TOLD_IN_TEXT.sub("", text)
    only = _ARE_ALL.search(text) if " the " in text else None
    if only is not None and not re.search(_PARTLY, text[: only.start()], re.IGNORECASE):
        text = text[: only.start()]
    if " " in text and (told := told_of_one(text) or counted_in(text)) is not None:
        return told
    spans = list(LAST_MATH.finditer(text))
    if len(spans) == 1:
        inner = next(group for group in spans[0].groups() if group is not None)
        around = text[: spans[0].start()] + " " + text[spans[0].end() :]
    elif spans or (begun := _BEGUN.match(text)) is None:
        return text
    else:
        inner, around = text[begun.end() :], begun[0]
        if re.search(r"(?<!\\)\b(?!and\b)[a-zA-Z]{3,}", TEXT_GROUP.sub(" ", inner)):
            return text
    words = re.findall(r"[a-zA-Z]+", around)
    framed = (
        max(map(len, words), default=0) > 2
        and all(word.lower() in _FRAME for word in words)
        and not re.search(r"\d", around)
    )
    return inner if framed and not re.fullmatch(r"\s*[a-zA-Z]\s*", inner) else text


def told_of_one(text: str) -> str | None:
    """What a text of one sentence says that one thing is: the range of a is [1, 3). None for others."""
    told = _TOLD_OF_ONE.fullmatch(text) if len(text) <= _LONGEST_TOLD else None
    if told is None or len(_SAID.findall(text)) > 1 or not re.search(r"[a-zA-Z]{3}", told["of"]):
        return None
    what = told["what"]
    words = [word for word in _WORD.findall(TEXT_GROUP.sub(" ", what)) if word.lower() not in _NOT_PROSE]
    return what if is_bare(what) and len(words) < 2 and re.search(r"\d|\\infty", what) else None


def concluded_in(text: str) -> str | None:
    """The mathematics that a text of prose ends in, behind a word that concludes: ..., so $x = 4$. None for others."""
    spans = list(LAST_MATH.finditer(text))
    if not spans or text[spans[-1].end() :].strip(" .\n"):
        return None
    before = text[: spans[-1].start()]
    told = _CONCLUDES.search(before[-_LAST_WORDS:])
    if told is None or _IF.search(SENTENCE_END.split(before)[-1]):
        return None
    return next(group for group in spans[-1].groups() if group is not None)


def counted_in(text: str) -> str | None:
    """The one number, with its unit, of a text that is one sentence: it takes 12 days. None for others."""
    sentence = text.strip().removesuffix(".")
    if len(sentence) > _LONGEST_TOLD or not _COUNTED.fullmatch(sentence) or re.search(_PARTLY, sentence, re.IGNORECASE):
        return None
    number = re.search(r"\d[\d,]*(?:\.\d+)?", sentence)
    words = re.findall(r"[A-Za-z]+", sentence)
    if number is None or len(words) < 3 or re.search(r"(?<=\s)[A-Z][a-z]+\s+\Z", sentence[: number.start()]):
        return None  # Player 2 has won
    unit = re.match(r"\s+([a-zA-Z]+(?:\s+per\s+[a-zA-Z]+)?)", sentence[number.end() :])
    return f"{number[0]} \\text{{{unit[1]}}}" if unit is not None and are_known(unit[1], unit[1]) else number[0]


def told_by(text: str) -> str | None:
    """What the last sentence says that something is, where this is an answer by itself: the length is sqrt(2)."""
    sentences = [sentence for sentence in SENTENCE_END.split(text[-_LAST_WORDS:]) if sentence.strip()]
    said = DENIED.sub("", sentences[-1].strip()) if sentences else ""
    told = _SAYS.search(said)
    if told is None:
        return None
    if _NOT.search(said[: told.start()]):
        return None
    rest = said[told.end() :].strip(" *")
    if (named := _THEN_NAMED.fullmatch(rest)) is not None:  # x must be positive, so x = 12
        rest = named[1]
    unconditioned = _CONDITION.sub("", _ADVERB.sub("", rest))
    rest = unconditioned if re.search(r"\d", unconditioned) else rest
    if number_of(words_of(rest)) is not None and not re.search(r"\d", text):
        return rest  # the limit is zero
    if _BOUNDED.match(rest):
        return None
    is_answer = is_bare(rest) and re.search(r"\d", rest) and not re.search(r"[a-zA-Z]{3}\s+[a-zA-Z]{3}", rest)
    return rest if is_answer else None
