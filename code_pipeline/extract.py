"""A model's response -> the program in it. Pure: nothing is run, imported or parsed; time is linear in the response.

The rules, in this order:
1. A response that is source code as a whole is the program, byte for byte, also where its strings or comments hold
   fences or tags (`source_shape` says how code is told from prose).
2. Else the answer is what follows the last `</think>` (or `<|end_of_thought|>`); where thinking is never closed, the
   whole text. Of it, the last `<|begin_of_solution|>` section if there is one, else the last `<answer>` section (one
   whose tag begins a line, or is closed). A closing tag that is missing ends with the text. An answer that is source
   code as a whole is the program.
3. Else a fenced block (`fences` says what is one), line ends as they are. Blocks fit where their tag is the language's;
   next come untagged ones, then those of other tags, both only if they hold code of the language. Blocks tagged as
   output, data or a shell (`text`, `output`, `json`, `bash`, ...) are never the program, unless that is the language.
   - With `function`: the last block that defines it, of the first kind in this order that has such a block; else the
     last with a `class Solution`, in the same way.
   - Without, among the blocks of the first kind that has any: the last that is a whole program, which reads input
     (Python, JavaScript, ...) or has a `main` (C, C++, Java, Go, Rust). So an "Example usage" after the solution, a
     sample output, or a brute force without input does not win. A block that only repeats up to half of the lines of an
     earlier one is a quotation of it and is passed over.
   - Else the last one.
4. Else, without a block: the code from the first line on that only code has, if the answer begins with it, or if
   (Python) all from there on reads as Python; up to the first fence, if there is one.
5. Else there is no program: None.

Python with `starter_code` and `function`: a program that does not define the function but is indented, or returns
outside of any function, is the function's body: it is put after the starter code, indented to fit. A method without its
class is put into the starter code's class in the same way. Nothing else is ever changed or added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from code_pipeline.fences import Block, fenced_blocks
from code_pipeline.languages import LOOKS, NOT_PROGRAMS, UNTAGGED, Look
from code_pipeline.source_shape import begins_as_code, from_first_code_line, has_code, is_source, reads_as_python

_THOUGHT_BEGINS = ("<think>", "<|begin_of_thought|>")  # no program in any language begins so
_THOUGHT_ENDS = ("</think>", "<|end_of_thought|>")
_SOLUTION = ("<|begin_of_solution|>", "<|end_of_solution|>")
_ANSWER = ("<answer>", "</answer>")
_PYTHON = ("python3", "pypy3")
_SOLUTION_CLASS = re.compile(r"\bclass[ \t]+Solution\b")
_RETURN_OUTSIDE = re.compile(r"^return\b", re.MULTILINE)
_LINE_WITH_TEXT = re.compile(r"^(?=[^\n]*\S)", re.MULTILINE)


def extract_program(response: str, *, language: str, starter_code: str = "", function: str | None = None) -> str | None:
    """The program in a response, None where there is none.

    Raises KeyError where the language is none that `languages` describes.
    """
    look = LOOKS[language]
    if not response.strip():
        return None
    program = _program_in(response, language, look, function)
    if program is None or not program.strip():
        return None
    if language in _PYTHON and function and starter_code:
        return _completed(program, starter_code, function)
    return program


def _program_in(response: str, language: str, look: Look, function: str | None) -> str | None:
    if not response.lstrip().startswith(_THOUGHT_BEGINS) and is_source(response, language):
        return response
    answer = _answer(response)
    if answer != response and is_source(answer, language):
        return answer
    blocks = fenced_blocks(answer, look)
    if blocks is None:
        return None
    chosen = _choose(blocks, language, look, function)
    return chosen.text if chosen else _unfenced(answer, blocks, language, look)


def _answer(response: str) -> str:
    """The part of a response that answers: after the thinking, in the last section that is marked as the solution."""
    start = max((response.rfind(mark) + len(mark) for mark in _THOUGHT_ENDS if mark in response), default=0)
    text = response[start:]
    begin, end = _SOLUTION
    place = text.rfind(begin)
    if place < 0:
        begin, end = _ANSWER
        place = _last_answer(text)
    if place >= 0:
        text = text[place + len(begin) :].split(end, 1)[0]
    return response if text == response else _without_blank_ends(text)


def _last_answer(text: str) -> int:
    begin, end = _ANSWER
    closed = text.rfind(begin, 0, max(text.rfind(end), 0))
    place = text.rfind(begin)
    alone = place >= 0 and not text[text.rfind("\n", 0, place) + 1 : place].strip()
    return place if alone else closed


def _without_blank_ends(text: str) -> str:
    """Blank lines taken off both ends, indentation of the first line kept."""
    start = len(text) - len(text.lstrip())
    return text[text.rfind("\n", 0, start) + 1 :].rstrip() + ("\n" if text.endswith("\n") else "")


def _choose(blocks: Sequence[Block], language: str, look: Look, function: str | None) -> Block | None:
    kinds = _by_kind(blocks, language, look)
    if function:
        for name, definition in ((function, _definition(language, function)), ("Solution", _SOLUTION_CLASS)):
            for kind in kinds:
                found = _last([block for block in kind if name in block.text], definition.search)
                if found:
                    return found
        return next((kind[-1] for kind in kinds if kind), None)
    first = next((kind for kind in kinds if kind), [])
    own = _without_quotations(first)
    return _last(own, look.reads_input.search) or (own[-1] if own else None)


def _by_kind(blocks: Sequence[Block], language: str, look: Look) -> tuple[list[Block], list[Block], list[Block]]:
    """The blocks that may be the program: those that fit, the untagged, and the others that hold such code."""
    fitting = [block for block in blocks if block.tag in look.tags]
    rest = [block for block in blocks if block.tag not in look.tags and _is_code(block.text, language)]
    untagged = [block for block in rest if block.tag in UNTAGGED]
    others = [block for block in rest if block.tag not in UNTAGGED | NOT_PROGRAMS]
    return fitting, untagged, others


def _is_code(text: str, language: str) -> bool:
    return has_code(text, language) or is_source(text, language)


def _last(blocks: Sequence[Block], shows: Callable[[str], object]) -> Block | None:
    return next((block for block in reversed(blocks) if shows(block.text)), None)


def _without_quotations(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without those that only repeat at most half of the lines of an earlier one."""
    own: list[tuple[Block, frozenset[str]]] = []
    for block in blocks:
        lines = frozenset(line.strip() for line in block.text.splitlines() if line.strip())
        if not any(len(lines) * 2 <= len(earlier) and lines <= earlier for _, earlier in own):
            own.append((block, lines))
    return [block for block, _ in own]


def _definition(language: str, function: str) -> re.Pattern[str]:
    """Finds where a block defines a function."""
    name = re.escape(function)
    if language in _PYTHON:
        return re.compile(rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*=(?!=)", re.MULTILINE)
    return re.compile(rf"\b{name}[ \t]*(?:[=:]|(?:<[^>\n]{{0,80}}>)?\([^;\n]{{0,300}}(?:[{{]|=>|$))", re.MULTILINE)


def _unfenced(answer: str, blocks: Sequence[Block], language: str, look: Look) -> str | None:
    """The code in an answer of which no block is the program."""
    text = answer[: blocks[0].start] if blocks else answer
    if begins_as_code(text, look):
        return text
    code = from_first_code_line(text, language)
    return code if language in _PYTHON and code and reads_as_python(code) else None


def _completed(program: str, starter_code: str, function: str) -> str:
    """A Python program with the starter code before it, where it is only the function's body, or a method alone."""
    defined = re.compile(rf"^([ \t]*)(?:async[ \t]+)?def[ \t]+{re.escape(function)}[ \t]*\(", re.MULTILINE)
    start = defined.search(starter_code)
    own = defined.search(program)
    if start is None:
        return program
    if own is None:
        if _SOLUTION_CLASS.search(program) or not (_indent(program) or _RETURN_OUTSIDE.search(program) is not None):
            return program
        return _joined(starter_code, program, len(start[1].expandtabs()) + 4)
    header = starter_code[: start.start()]
    is_method = bool(start[1]) and re.match(r"[ \t]*self\b", program[own.end() :]) is not None
    if is_method and not re.search(r"^[ \t]*class\b", program[: own.start()], re.MULTILINE):
        return _joined(header, program, len(start[1].expandtabs()))
    return program


def _joined(header: str, program: str, depth: int) -> str:
    missing = depth - _indent(program) if _indent(program) < depth else 0
    body = _LINE_WITH_TEXT.sub(" " * missing, program) if missing else program
    return header.rstrip() + "\n" + body.lstrip("\n") if header.strip() else body


def _indent(program: str) -> int:
    """How far the first line with code is indented, in columns."""
    for line in program.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return len(line.expandtabs()) - len(line.expandtabs().lstrip())
    return 0
