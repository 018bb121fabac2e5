"""HumanEval and its kin: `prompt` is the beginning of a program, `test` an assertion program.

HumanEval (openai_humaneval) and HumanEval+ (evalplus/humanevalplus) have `entry_point`, and `test` defines
`check(candidate)`. So has LeetCodeDataset, whose `entry_point` is `Solution().twoSum`, whose `prompt` is what stands
before every answer (imports, ListNode, helpers of the tests) and whose `completion` is a reference solution. Other
LeetCode sets with assertions have no `entry_point`: `test` makes a `Solution()` and calls its methods. The release of
EvalPlus itself has no `test` but `base_input` and `plus_input`: expected is what its `canonical_solution` gives.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from code_pipeline.errors import RowError
from code_pipeline.readers.assertion_rows import BENCHMARK, Program, assertion_problem, with_answers
from code_pipeline.readers.base import ProblemRow, ReadOptions
from code_pipeline.readers.candidates import judged_columns
from code_pipeline.readers.cases import decoded
from code_pipeline.readers.fields import text_of
from code_pipeline.readers.solutions import References

_CHECK = re.compile(r"^def[ \t]+check[ \t]*\(", re.MULTILINE)
_COMPLETION = "completion"
_INPUTS = ("base_input", "plus_input")
_METHOD = "Solution()."  # how LeetCodeDataset begins its entry points
_LEETCODE = References(right=_COMPLETION)


class HumanEvalReader:
    """Reads rows whose `prompt` is completed and whose `test` asserts. They state no limits."""

    name = "humaneval"
    needs = ("test", *_INPUTS)

    def recognises(self, columns: Collection[str]) -> bool:
        """Whether there is a prompt to complete, beside assertions or the inputs of EvalPlus."""
        if "prompt" not in columns:
            return False
        if "test" in columns:
            return "entry_point" in columns or "task_id" in columns
        return "entry_point" in columns and "base_input" in columns

    def judged_columns(self, columns: Collection[str], options: ReadOptions) -> tuple[str, ...]:
        """The columns that answers are taken from; `completion` is one here."""
        found = judged_columns(columns, options, _references(columns))
        if _is_leetcode_dataset(columns):
            return found
        plain = options.judged == "candidates" and options.response_column is None
        return found or ((_COMPLETION,) if plain and _COMPLETION in columns else ())

    def read(self, row: Mapping[str, Any], index: int, options: ReadOptions) -> ProblemRow:
        """The row's problem and candidates. Raises RowError."""
        prompt = text_of(row, "prompt")
        entry_point = _entry_point(row)
        test = text_of(row, "test")
        if not test.strip() and any(row.get(column) is not None for column in _INPUTS):
            test = _against_canonical(row, prompt, entry_point)
        called = entry_point if _CHECK.search(test) else None
        if (entry_point or "").startswith(_METHOD) and "class Solution" not in prompt:
            prompt = _before_method(prompt, text_of(row, "starter_code"))
        program = Program(test, "test", called, prompt=_source_prompt(prompt), defines=entry_point)
        statement = "query" if (entry_point or "").startswith(_METHOD) and row.get("query") else "prompt"
        problem = assertion_problem(row, index, options, dataset=self.name, statement=statement, program=program)
        if self.judged_columns(row.keys(), options) == (_COMPLETION,):
            options = replace(options, response_column=_COMPLETION)
        return with_answers(problem, row, options, _references(row.keys()), self.needs)


def _is_leetcode_dataset(columns: Collection[str]) -> bool:
    """Whether `completion` is the reference solution of LeetCodeDataset, and no answer of a model's to HumanEval."""
    return {"query", "entry_point", _COMPLETION} <= set(columns) and BENCHMARK.right not in columns


def _references(columns: Collection[str]) -> References:
    return _LEETCODE if _is_leetcode_dataset(columns) else BENCHMARK


def _entry_point(row: Mapping[str, Any]) -> str | None:
    name = text_of(row, "entry_point").strip()
    if name and not all(part.isidentifier() for part in name.removeprefix(_METHOD).split(".")):
        raise RowError(f"column `entry_point`: must be a function's name, not {name!r:.60}")
    return name or None


def _before_method(prompt: str, starter: str) -> str:
    """LeetCodeDataset's prompt with the class begun, so that what stands before the class goes before every answer."""
    return f"{prompt.rstrip()}\n\n\n{starter if 'class Solution' in starter else 'class Solution:'}"


def _source_prompt(prompt: str) -> str:
    """The prompt where it is the beginning of a program, "" where it is prose about one."""
    return prompt if re.search(r"^(?:class|def|async def|import|from)\b", prompt, re.MULTILINE) else ""


def _against_canonical(row: Mapping[str, Any], prompt: str, entry_point: str | None) -> str:
    """An assertion program that compares with EvalPlus' canonical solution, as its own evaluation does."""
    canonical = text_of(row, "canonical_solution")
    if entry_point is None or not canonical.strip():
        raise RowError("column `canonical_solution`: EvalPlus' inputs need it, and `entry_point`, to say what is right")
    if str(row.get("task_id", "")).startswith("Mbpp/"):
        raise RowError(
            "column `base_input`: MBPP+ in EvalPlus' own release holds inputs whose types only EvalPlus can restore; "
            "take evalplus/mbppplus, which has them in `test`"
        )
    inputs: list[Any] = []
    for column in _INPUTS:
        value = decoded(row.get(column), column)
        if value is not None and (not isinstance(value, list) or not all(isinstance(item, list) for item in value)):
            raise RowError(f"column `{column}`: must be a list of lists of arguments")
        inputs += value or []
    atol = row.get("atol") or 0
    if isinstance(atol, bool) or not isinstance(atol, (int, float)) or not 0 <= atol < 1:
        raise RowError(f"column `atol`: must be a small number, not {atol!r:.60}")
    holds = _ROOT if entry_point == "find_zero" else _SAME
    return _CANONICAL.format(source=prompt + canonical, name=entry_point, inputs=inputs, atol=atol, holds=holds)


# A polynomial has several roots: EvalPlus looks at its value, and at the canonical solution's root for nothing.
_ROOT = "abs(sum(factor * out**power for power, factor in enumerate(given[0]))) <= atol"
_SAME = "out == exp or atol and close(out, exp, atol)"


_CANONICAL = """
import copy

def close(out, exp, atol):
    if isinstance(exp, (list, tuple)) and isinstance(out, (list, tuple)):
        return len(out) == len(exp) and all(close(one, other, atol) for one, other in zip(out, exp))
    return out == exp or abs(out - exp) <= atol + 1e-7 * abs(exp)

def check(candidate):
    right = {{}}
    exec({source!r}, right)
    inf, nan = float("inf"), float("nan")
    for given in {inputs!r}:
        exp = right[{name!r}](*copy.deepcopy(given))
        out = candidate(*copy.deepcopy(given))
        floats = isinstance(exp, float) or isinstance(exp, (list, tuple)) and all(isinstance(x, float) for x in exp)
        atol = {atol!r} or (1e-6 if floats else 0)
        assert {holds}
"""
