"""The prompts that a problem is put into, and the form of its answer: OpenThoughts' own, or the user's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from code_pipeline.readers.turns import BOXED, CODE_CALL, CODE_STDIN
from ot_code.errors import InputError, UsageError

STYLES = ("openthoughts", "think", "plain")
# OpenThoughts-114k's system prompt, which is Sky-T1's, to the letter.
SKY_T1 = (
    "Your role as an assistant involves thoroughly exploring questions through a systematic long thinking process "
    "before providing the final precise and accurate solutions. This requires engaging in a comprehensive cycle of "
    "analysis, summarizing, exploration, reassessment, reflection, backtracing, and iteration to develop "
    "well-considered thinking process. Please structure your response into two main sections: Thought and Solution. "
    "In the Thought section, detail your reasoning process using the specified format: <|begin_of_thought|> {thought "
    "with steps separated with '\\n\\n'} <|end_of_thought|> Each step should include detailed considerations such as "
    "analisying questions, summarizing relevant findings, brainstorming new ideas, verifying the accuracy of the "
    "current steps, refining any errors, and revisiting previous steps. In the Solution section, based on various "
    "attempts, explorations, and reflections from the Thought section, systematically present the final solution that "
    "you deem correct. The solution should remain a logical, accurate, concise expression style and detail necessary "
    "step needed to reach the conclusion, formatted as follows: <|begin_of_solution|> {final formatted, precise, and "
    "clear solution} <|end_of_solution|> Now, try to solve the following question through the above guidelines:"
)
_CALLED = re.compile(r'"fn_name"\s*:\s*"[^"]')
_OTHER_LANGUAGE = "Write a program in {language}. It reads from standard input and prints the output.\n\n{problem}"


@dataclass(frozen=True, slots=True)
class Templates:
    """User prompts by kind of problem, with {problem}, {starter_code} and {language} in them, and the system prompt.

    system: None: the row's own, else Sky-T1's where the style is openthoughts, else none. code_stdin, code_call: a
    program, a function (in Python). code_other: a program in another language. A starter code that a template does not
    name stands in a line after the prompt, as OpenThoughts has it.
    """

    system: str | None = None
    code_stdin: str = CODE_STDIN + "{problem}"
    code_call: str = CODE_CALL + "{problem}"
    code_other: str = _OTHER_LANGUAGE
    math: str = BOXED + "{problem}"
    science: str = "{problem}"
    puzzle: str = "{problem}"

    def prompt(self, row: Mapping[str, Any]) -> str:
        """The user's turn for a unified row."""
        domain = row["domain"]
        template = self._for_code(row) if domain == "code" else getattr(self, domain, "{problem}")
        starter = row["starter_code"] or ""
        values = {"{problem}": row["problem"] or "", "{starter_code}": starter, "{language}": row["language"] or ""}
        text = _filled(template, values)
        is_named = "{starter_code}" in template
        return f"{text}\n{starter}" if domain == "code" and starter and not is_named else text

    def _for_code(self, row: Mapping[str, Any]) -> str:
        if (row["language"] or "python3") not in ("python3", "python", "pypy3"):
            return self.code_other
        return self.code_call if _CALLED.search(row["test_cases"] or "") else self.code_stdin

    def system_for(self, row: Mapping[str, Any], style: str) -> str:
        """The system prompt for a unified row, "" for none."""
        if self.system is not None:
            return self.system
        return row["system"] or (SKY_T1 if style == "openthoughts" else "")

    def identity(self) -> dict[str, Any]:
        """Those that are not the default, as plain JSON."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default
        }


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its names filled in, once each: what is filled in is text, whatever stands in it."""
    pieces = [template]
    for name, value in values.items():
        pieces = [part for piece in pieces for part in _around(piece, name, value)]
    return "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces)


def _around(piece: Any, name: str, value: str) -> list[Any]:
    if not isinstance(piece, str):
        return [piece]
    found: list[Any] = []
    for number, part in enumerate(piece.split(name)):
        found += [(value,), part] if number else [part]
    return found


def templates_of(given: Mapping[str, Any], where: str = "templates") -> Templates:
    """Templates by name. Raises UsageError for a name that there is not, or what is no text."""
    known = [field.name for field in fields(Templates)]
    for name, text in given.items():
        if name not in known:
            raise UsageError(f"{where}: there is no template {name!r}; they are {', '.join(known)}")
        if not isinstance(text, str):
            raise UsageError(f"{where}: {name} must be text, not {type(text).__name__}")
        if name != "system" and "{problem}" not in text:
            raise UsageError(f"{where}: {name} has no {{problem}} in it")
    return Templates(**given)


def templates_in(path: Path) -> Templates:
    """The templates of a YAML or JSON file. Raises InputError where it cannot be read, else as templates_of."""
    try:
        text = path.read_text("utf-8")
        given = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InputError(f"{path}: templates cannot be read ({error})") from error
    if not isinstance(given, dict):
        raise UsageError(f"{path}: must hold templates by name")
    return templates_of(given, str(path))


def answer_text(row: Mapping[str, Any], style: str) -> str:
    """The assistant's turn for a unified row. plain: the solution alone."""
    reasoning, solution = row["reasoning"], row["solution"] or ""
    if style == "openthoughts":
        shown = f"<|begin_of_solution|>\n\n{solution}\n\n<|end_of_solution|>"
        return shown if not reasoning else f"<|begin_of_thought|>\n\n{reasoning}\n\n<|end_of_thought|>\n\n{shown}"
    return f"<think>\n{reasoning}\n</think>\n\n{solution}" if style == "think" and reasoning else solution
