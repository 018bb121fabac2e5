"""A response to a prompt of source code: its continuation, or a whole program."""

from __future__ import annotations

import pytest

from code_pipeline.completion import program_of
from code_pipeline.types import Problem

HEADER = "from math import sqrt\n\n\ndef helper(x):\n    return x\n\n\n"
PROMPT = HEADER + 'def f(x):\n    """Says.\n\n    >>> f(4)\n    2\n    """\n'
PROBLEM = Problem("p", (), completes=PROMPT, defines="f")
METHOD = Problem(
    "m",
    (),
    completes='"""Says."""\nclass Solution:\n    def go(self, x: int) -> int:\n        ',
    defines="go",
)


def program(response: str, problem: Problem = PROBLEM) -> str | None:
    return program_of(response, problem, "python3")


@pytest.mark.parametrize(
    "response",
    [
        "    return sqrt(x)\n",
        "    # first\n    return sqrt(x)\n\n\ndef more():\n    pass\n",
        "\n    return sqrt(x)",
        "# at the margin\n    return sqrt(x)\n",
        "  return sqrt(x)",
        "    ####\n    ####\n",
        "    return sqrt(x\n",  # for the interpreter to refuse
        "from typing import List\n",  # defines nothing: the prompt's function is what there is
    ],
)
def test_a_continuation_is_put_behind_the_prompt_to_the_letter(response: str) -> None:
    assert program(response) == PROMPT + response


def test_a_continuation_behind_the_blanks_that_a_prompt_ends_with() -> None:
    for response in ("return x + 1\n", "y = x\n        return y + 1\n"):
        assert program(response, METHOD) == METHOD.completes + response


@pytest.mark.parametrize(
    "response",
    [
        "def f(x):\n    return sqrt(x)\n",
        "Here it is:\n\n```python\ndef f(x):\n    return sqrt(x)\n```\nDone.",
        "<think>\n    return 1\n</think>\n```python\ndef f(x):\n    return sqrt(x)\n```",
    ],
)
def test_a_whole_program_gets_what_stands_before_the_function(response: str) -> None:
    found = program(response)
    assert found is not None
    assert found.startswith(HEADER)
    assert found.endswith("def f(x):\n    return sqrt(x)\n")
    assert '"""Says.' not in found


def test_a_whole_program_that_needs_no_header() -> None:
    future = "from __future__ import annotations\n\ndef f(x):\n    return x\n"
    assert program(future) == future
    again = PROMPT + "    return 1\n"
    assert program(f"```python\n{again}```") == again
    whole = "class Solution:\n    def go(self, x):\n        return x\n"
    assert program(whole, METHOD) == '"""Says."""\n\n\n' + whole


def test_a_fenced_continuation() -> None:
    found = program("It goes on:\n```python\n    y = sqrt(x)\n    return y\n```\n")
    assert found is not None
    assert found.rstrip() == (PROMPT + "    y = sqrt(x)\n    return y").rstrip()


@pytest.mark.parametrize("response", ["", "  \n", "I cannot do this.", "all the elements of lst.\n    Otherwise no.\n"])
def test_what_is_no_program(response: str) -> None:
    assert program(response) is None


def test_other_problems_are_read_as_before() -> None:
    assert program_of("    return 1\n", Problem("p", ()), "python3") == "    return 1\n"
    assert program_of("int main() {}", PROBLEM, "cpp") == "int main() {}"
