"""Everything a verify run needs, opened in the order in which it can fail: settings, input, sandbox, output."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict
from itertools import islice
from typing import Any

import ot_code
from code_pipeline.cache import VerdictCache
from code_pipeline.checkers import checker_from_spec
from code_pipeline.errors import RowError
from code_pipeline.judge import JUDGE_VERSION, Judge
from code_pipeline.readers import Reader, ReadOptions, reader_for
from math_pipeline.verifier import math_versions
from ot_code.config import VerifyConfig
from ot_code.errors import UsageError
from ot_code.inputs import Table, open_input
from ot_code.inputs.generated_tests import generated_tests_for
from ot_code.outputs import OutputFolder
from ot_code.progress import Progress
from ot_code.shards import weight
from ot_code.stages.intake import Intake, RowReader, SchemaReader
from ot_code.stages.mapped import MappedRows, column_map, schema_of
from ot_code.stages.math import MathBench
from ot_code.stages.responses import Responses
from ot_code.stages.verify import Verify
from sandbox import Sandbox, languages

_PEEK_ROWS = 200
_PEEK_BYTES = 16 * 1024 * 1024
_SHOWN_ROWS = 5


def verify(config: VerifyConfig, *, quiet: bool = False) -> dict[str, Any]:
    """Does the run, or what is left of it; returns what stands in summary.json.

    Raises UsageError for what was asked, OtCodeError, CodePipelineError, SandboxError or OSError for what stops it.
    """
    checker = None if config.checker is None else checker_from_spec(config.checker)
    with ExitStack() as stack:
        table = open_input(config.input, split=config.split)
        reader = _row_reader(config, table, stack)
        intake = Intake(reader, config.keep_unchecked, checks_tests=config.check_tests is not None)
        _look_ahead(config, table, intake)
        folder = stack.enter_context(OutputFolder(config.out))
        sandbox = stack.enter_context(Sandbox(jobs=config.jobs, pin=config.pin))
        if not quiet:
            for notice in sandbox.notices:
                sys.stderr.write(f"{notice}\n")
        folder.claim(_identity(config, table, reader, sandbox), overwrite=config.overwrite)
        cache = None if config.cache is None else VerdictCache(config.cache)
        judge = stack.enter_context(
            Judge(sandbox, all_tests=config.all_tests, checker=checker, time_factors=config.time_factors, cache=cache)
        )
        thorough = stack.enter_context(judge.thorough())
        math = stack.enter_context(MathBench(jobs=config.jobs, cache=config.cache))
        screen = stack.enter_context(Progress(total=_total(config, table), quiet=quiet))
        run = Verify(
            config, table=table, intake=intake, judge=judge, thorough=thorough, math=math, folder=folder, screen=screen
        )
        stack.callback(run.journal.close)
        try:
            return run.run()
        except BaseException:
            # Programs that are under way are ended, not waited for; what the judge says of them then is not noted.
            run.journal.stop()
            sandbox.close()
            math.close()
            raise


def plan(config: VerifyConfig) -> dict[str, Any]:
    """What a run would judge, from the first rows: nothing is run and nothing is written. Raises as `verify` does."""
    if config.checker is not None:
        checker_from_spec(config.checker)
    with ExitStack() as stack:
        table = open_input(config.input, split=config.split)
        reader = _row_reader(config, table, stack)
        rows = [_planned(reader, row.values, row.error, row.index) for row in islice(table.rows(), _SHOWN_ROWS)]
        return {
            "input": table.spec,
            "input rows": _total(config, table) if table.row_count is not None else "known when they are read",
            "columns": list(table.columns),
            "schema": reader.name,
            "judged": list(reader.judged_columns(table.columns)),
            "checker": config.checker or "as each row says, else tokens",
            "rows": rows,
        }


def _planned(reader: RowReader, values: Mapping[str, Any] | None, error: str | None, index: int) -> dict[str, Any]:
    if values is None:
        return {"row": index, "bad": error}
    try:
        read = reader.read(values, index)
    except RowError as problem:
        return {"row": index, "bad": str(problem)}
    return {
        "row": index,
        "id": read.problem.id,
        "tests": len(read.problem.tests),
        "candidates": len(read.candidates),
        "to be judged": sum(candidate.verdict is None for candidate in read.candidates),
        "languages": "/".join(sorted({candidate.submission.language for candidate in read.candidates})),
    }


def _row_reader(config: VerifyConfig, table: Table, stack: ExitStack) -> RowReader:
    """The reader of the input's rows. Raises SchemaError or UsageError where there is nothing to judge."""
    if config.problems is not None and config.on is not None:
        return stack.enter_context(Responses.open(config, table))
    columns = column_map(config.columns, table) if config.columns else None
    schema = schema_of(columns, table, config.source) if columns else reader_for(table.columns, config.source)
    generated = generated_tests_for(schema.name, config.input, config.split)
    options = ReadOptions(
        judged=config.judged,
        class_labels=table.class_labels,
        response_column=config.response_column,
        split=config.split,
        generated_tests=generated,
    )
    seen = columns.columns(table.columns) if columns else table.columns
    reader: RowReader = SchemaReader(schema, options, seen, {} if generated is None else generated.identity())
    if columns is not None:
        reader = MappedRows(reader, columns)
    if not reader.judged_columns(table.columns):
        raise UsageError(_nothing_to_judge(config, table, schema))
    return reader


def _nothing_to_judge(config: VerifyConfig, table: Table, schema: Reader) -> str:
    """What is missing, and the mend: only such a one as can help here."""
    wanted = config.response_column or ("answers" if config.judged == "candidates" else config.judged)
    said = (
        f"there is nothing to judge: {config.input} has no column with {wanted} (its columns are "
        f"{', '.join(table.columns)}). "
    )
    if config.judged != "candidates":
        return said + "Leave the option out and judge answers, or take rows that hold such a column"
    solutions = schema.judged_columns(table.columns, ReadOptions(judged="solutions"))
    own = f", or judge the dataset's own solutions ({', '.join(solutions)}) with --solutions" if solutions else ""
    return f"{said}Name the column of the answers with --response-column{own}"


def _look_ahead(config: VerifyConfig, table: Table, intake: Intake) -> None:
    """Raises InputError before anything is judged where the first rows hold one that stops the run."""
    size = 0
    for row in islice(table.rows(), min(config.limit or _PEEK_ROWS, _PEEK_ROWS)):
        intake.check_domain(row)
        size += weight(row.values)
        if size > _PEEK_BYTES:
            break


def _identity(config: VerifyConfig, table: Table, reader: RowReader, sandbox: Sandbox) -> dict[str, Any]:
    """What must be the same for a run to go on where another stopped."""
    return {
        "input": {"spec": config.input, "fingerprint": table.fingerprint, **reader.identity()},
        "settings": config.settings(),
        "versions": {"ot-code": ot_code.__version__, "judge": JUDGE_VERSION, **math_versions()},
        "runtime": dict(sandbox.provenance),
        "limits": {**asdict(sandbox.limits), "time_factors": _factors(config)},
    }


def _factors(config: VerifyConfig) -> dict[str, float]:
    """By language. Raises UsageError for a factor of a language that is not known."""
    known = {name: language.time_factor for name, language in languages().items()}
    for name in config.time_factors:
        if name not in known:
            raise UsageError(f"--time-factor {name}: the languages are {', '.join(sorted(known))}")
    return {**known, **config.time_factors}


def _total(config: VerifyConfig, table: Table) -> int | None:
    if table.row_count is None:
        return None
    return table.row_count if config.limit is None else min(config.limit, table.row_count)
