"""A response to a prompt that is source code itself (HumanEval) -> the program that runs.

A response is the prompt's continuation where its first line of code stands where only a continuation can: indented, or
right behind the blanks that the prompt ends with, and prompt and response together read as Python. They are then put
together character by character, as the benchmark does, so what it means is not touched.

Anything else is looked through for its program as any response is (`extract`). A program found there that is indented,
or that is only the function's body, continues the prompt too. What defines the function itself is a whole program: it
gets what stands in the prompt before the function (imports and helper functions, which the prompt gave it) in front,
unless it begins with it or has `from __future__` imports, which must come first. What does not define the function,
and is not indented, follows the whole prompt, whose function then does nothing.
"""

from __future__ import annotations

import re

from code_pipeline.extract import extract_program
from code_pipeline.source_shape import is_source
from code_pipeline.types import Problem

_PYTHON = "python3"
_WHOLE = re.compile(r"(?:class|def|async[ \t]+def|import|from|if[ \t]+__name__)\b|@")
_FUTURE = re.compile(r"^from[ \t]+__future__\b", re.MULTILINE)


def program_of(response: str, problem: Problem, language: str) -> str | None:
    """The program that runs for a response, None where there is none. Raises KeyError for an unknown language."""
    prompt = problem.completes if language == _PYTHON else ""
    name = problem.defines or problem.function
    if not prompt:
        return extract_program(response, language=language, starter_code=problem.starter_code, function=name)
    if _continues(prompt, response) and is_source(prompt + response, language):
        return prompt + response
    program = extract_program(response, language=language, starter_code=prompt, function=name)
    if program is None:  # comments alone, or a continuation that is no Python: for the interpreter to refuse
        continues = _continues(prompt, response) or _only_comments(response)
        return prompt + response if continues and "```" not in response else None
    header = _header(prompt, name)
    if _continues(prompt, program) or not _defines(program, name):
        return prompt + program
    if not header.strip() or program.startswith(header.rstrip()) or _FUTURE.search(program) is not None:
        return program
    return header.rstrip() + "\n\n\n" + program


def _continues(prompt: str, text: str) -> bool:
    """Whether the first line of code in `text` is indented behind the prompt, and begins no program of its own."""
    first = _first_code(text)
    if first is None or _WHOLE.match(first) is not None:
        return False
    together = _first_code(prompt[prompt.rfind("\n") + 1 :] + text)
    return together is not None and together[0] in " \t"


def _first_code(text: str) -> str | None:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return line
    return None


def _header(prompt: str, name: str | None) -> str:
    """What stands in the prompt before the function that is asked for, or its class."""
    names = rf"(?:class[ \t]+Solution|(?:async[ \t]+)?def[ \t]+{re.escape(name or '')})\b"
    starts = [found.start() for found in re.finditer(rf"^{names}", prompt, re.MULTILINE)]
    return prompt[: starts[-1]] if starts else ""  # the last one: an earlier one may be an example in a text


def _defines(program: str, name: str | None) -> bool:
    """Whether a program defines the function, in whatever way, or a class Solution; or is the prompt completed."""
    if name is None:
        return True
    word = re.escape(name)
    ways = (
        rf"(?:def|class|import|as|,)[ \t(]+{word}\b",
        rf"\b{word}[ \t]*(?::[^=\n]{{0,200}})?=(?!=)",
        r"\bclass[ \t]+Solution\b",
        r"\bimport[ \t]*\*",
    )
    return re.search("|".join(ways), program) is not None


def _only_comments(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and lines[0][0] in " \t" and all(line.lstrip().startswith("#") for line in lines)
