"""A problem -> the messages that a model is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

from code_pipeline.types import Problem

FIELDS = ("problem", "starter_code", "function", "language")
_FIELD = re.compile(rf"\{{({'|'.join(FIELDS)})\}}")
TEMPLATES: Mapping[str, str] = {
    "code": "{problem}\n\nWrite a {language} program that reads from standard input and writes to standard output. Put "
    "the whole program into one fenced code block at the end of your answer.",
    "function": "{problem}\n\n{starter_code}\n\nWrite the {language} function `{function}`. Put it, with all that it "
    "needs, into one fenced code block at the end of your answer, and call it nowhere.",
    "math": "{problem}\n\nPut your final answer within \\boxed{}.",
    "other": "{problem}\n\nPut your final answer into the last line, as `Answer: ...`.",
}


def messages(
    problem: Problem, domain: str, language: str, *, system: str | None, templates: Mapping[str, str]
) -> list[dict[str, str]]:
    """The messages of one request. Templates hold FIELDS in braces; other braces stay as they are."""
    kind = "function" if domain == "code" and problem.function else domain
    given = templates.get(kind) or templates.get(domain)
    text = given or TEMPLATES.get(kind, TEMPLATES["other"])
    values = {
        "starter_code": problem.starter_code or "",
        "function": problem.function or "",
        "language": language,
        "problem": problem.statement,
    }
    text = _FIELD.sub(lambda found: values[found[1]], text)  # in one go: what is put in may hold a field's name itself
    said = [{"role": "system", "content": system}] if system else []
    return [*said, {"role": "user", "content": text.strip()}]
