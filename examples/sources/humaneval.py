"""Problems in the schema of HumanEval: a prompt that answers go on from, and a test program of assertions."""

from __future__ import annotations

from typing import Any

from sources.dress import candidate, code, fenced, thinking


def rows() -> list[dict[str, Any]]:
    """The rows of humaneval.jsonl."""
    return [_tides(), _mean(), _shuffle()]


def _row(
    number: int, prompt: str, name: str, solution: str, test: str, answers: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "task_id": f"Own/{number}",
        "prompt": prompt,
        "canonical_solution": solution,
        "test": test,
        "entry_point": name,
        "candidates": answers,
    }


def _tides() -> dict[str, Any]:
    prompt = code(
        '''
        from typing import List, Tuple


        def tides(levels: List[int]) -> Tuple[int, int]:
            """The lowest and the highest of the levels; (0, 0) for none.
            >>> tides([3, 1, 2])
            (1, 3)
            """
        '''
    )
    right = "    if not levels:\n        return (0, 0)\n    return (min(levels), max(levels))\n"
    test = code(
        """
        METADATA = {'author': 'ot-code'}


        def check(candidate):
            assert candidate([3, 1, 2]) == (1, 3)
            assert candidate([]) == (0, 0), "no levels"
            assert candidate([-4]) == (-4, -4)
        """
    )
    whole = (
        "def tides(levels: List[int]) -> Tuple[int, int]:\n"
        "    return (min(levels, default=0), max(levels, default=0))\n"
    )
    return _row(
        0,
        prompt,
        "tides",
        right,
        test,
        [
            candidate("accepted", right, about="goes on from the prompt"),
            candidate("accepted", fenced(whole), about="the whole function, without the prompt's import"),
            candidate("accepted", thinking(prompt + right, thoughts="Two ends.", prose="This does it:")),
            candidate("wrong_answer", right.replace("(min(levels), max(levels))", "[min(levels), max(levels)]"),
                      about="a list is no tuple"),
            candidate("runtime_error", "    return (min(levels), max(levels))\n", about="fails where there are none"),
            candidate("runtime_error", "    pass\n\n\nimport os\nos._exit(0)\n", about="leaves before it is asked"),
        ],
    )  # fmt: skip


def _mean() -> dict[str, Any]:
    prompt = 'import math\n\n\ndef mean(numbers: list) -> float:\n    """Their mean, 0.0 for none."""\n'
    right = "    return math.fsum(numbers) / len(numbers) if numbers else 0.0\n"
    test = (
        "def check(candidate):\n    assert abs(candidate([1, 2, 4]) - 2.3333333) < 1e-6\n"
        "    assert candidate([]) == 0.0\n    assert not candidate([0])\n"
    )
    return _row(
        1,
        prompt,
        "mean",
        right,
        test,
        [
            candidate("accepted", right),
            candidate("wrong_answer", "    return sum(numbers) // len(numbers) if numbers else 0.0\n"),
        ],
    )


def _shuffle() -> dict[str, Any]:
    prompt = (
        'def interleave(one: str, other: str) -> str:\n    """Their letters in turn; both have the same length."""\n'
    )
    right = "    return ''.join(a + b for a, b in zip(one, other))\n"
    test = (
        "def check(candidate):\n    for word in ('abc', '', 'xy'):\n"
        "        assert candidate(word, word.upper())[::2] == word\n"
    )
    return _row(
        2,
        prompt,
        "interleave",
        right,
        test,
        [
            candidate("accepted", right, about="the loop stays an assertion program, which can be gamed"),
            candidate("wrong_answer", "    return other + one\n"),
            candidate("runtime_error", "    raise SystemExit(0)\n", about="leaves while it is asked"),
        ],
    )
