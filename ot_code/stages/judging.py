"""Everything a verify run needs, opened in the order in which it can fail: settings, input, sandbox, output."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import islice
from typing import Any, Protocol

import ot_code
from code_pipeline.cache import VerdictCache
from code_pipeline.checkers import checker_from_spec
from code_pipeline.errors import RowError
from code_pipeline.judge import Judge
from code_pipeline.limits import ALL
from code_pipeline.readers import Reader, ReadOptions, reader_for
from code_pipeline.remote import Servers
from code_pipeline.version import judge_version
from math_pipeline.version import math_versions
from ot_code.config import VerifyConfig
from ot_code.errors import UsageError
from ot_code.inputs import Table, open_input
from ot_code.inputs.generated_tests import generated_tests_for
from ot_code.jails import open_sandbox
from ot_code.judges import open_judge
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
_BY_ANSWER = frozenset({"math"})
_REPLIES = "judge"  # the folder of the replies that were paid for, in OUT where there is no cache


class Sampled(Protocol):
    """What a run asks of whoever samples its answers meanwhile (`ot_code.sampling.run`)."""

    def table(self) -> Table:
        """The rows, with their answers once `open` was called."""

    def intake(self, intake: Intake) -> Intake:
        """The intake of such rows."""

    def identity(self) -> dict[str, Any]:
        """What the answers depend on, for run.json."""

    def screen(self, total: int | None) -> Progress:
        """What is shown meanwhile."""

    def open(self, folder: OutputFolder, intake: Intake, judge: Judge, math: MathBench, stack: ExitStack) -> None:
        """Begins; ends with the stack."""

    def known(self, row: int) -> Mapping[int, dict[str, Any]]:
        """Verdicts that it had to have before."""

    def choose(self, rows: Sequence[Mapping[str, Any]], right: Sequence[bool]) -> list[bool]:
        """Of a problem's right answers, those that are kept."""

    def finish(self, folder: OutputFolder, summary: dict[str, Any]) -> dict[str, Any]:
        """The summary of a finished run, with its own part."""


_ASKED = ("input", "sampling.asked", *(f"settings.{name}" for name in ("source", "map", "split")))


def verify(
    config: VerifyConfig, *, table: Table | None = None, quiet: bool = False, sampling: Sampled | None = None
) -> dict[str, Any]:
    """Does the run, or what is left of it; returns what stands in summary.json.

    table: the rows, already open, in place of what `config.input` names. sampling: who gives the rows their answers.

    Raises UsageError for what was asked, OtCodeError, CodePipelineError, SandboxError or OSError for what stops it.
    """
    checker = None if config.checker is None else checker_from_spec(config.checker)
    with ExitStack() as stack:
        if sampling is not None:
            table = sampling.table()
        table = table or open_input(config.input, split=config.split)
        reader = _row_reader(config, table, stack)
        asked = config.judge.domains if config.judge is not None else frozenset()
        intake = Intake(reader, config.keep_unchecked, checks_tests=config.check_tests is not None, in_words=asked)
        if sampling is not None:
            intake = sampling.intake(intake)
        _look_ahead(config, table, intake)
        folder = stack.enter_context(OutputFolder(config.out))
        sandbox = _place(config)
        stack.callback(sandbox.close)
        if not quiet:
            for notice in sandbox.notices:
                sys.stderr.write(f"{notice}\n")
        about = {} if sampling is None else sampling.identity()
        identity = {**_identity(config, table, reader, sandbox), **about}
        paid = _ASKED if sampling is not None else ()
        folder.claim(identity, overwrite=config.overwrite, paid=paid, inputs=[config.input or None, config.problems])
        cache = None if config.cache is None else VerdictCache(config.cache)
        judge = stack.enter_context(
            Judge(sandbox, all_tests=config.all_tests, checker=checker, time_factors=config.time_factors, cache=cache)
        )
        thorough = stack.enter_context(judge.thorough())
        math = stack.enter_context(_bench(config, stack))
        total = _total(config, table)
        progress = Progress(total=total, quiet=quiet) if sampling is None else sampling.screen(total)
        screen = stack.enter_context(progress)
        run = Verify(
            config, table=table, intake=intake, judge=judge, thorough=thorough, math=math, folder=folder, screen=screen,
            known=None if sampling is None else sampling.known, choose=None if sampling is None else sampling.choose,
        )  # fmt: skip
        stack.callback(run.journal.close)
        try:
            if sampling is not None:
                sampling.open(folder, intake, judge, math, stack)
            summary = run.run()
            return summary if sampling is None else sampling.finish(folder, summary)
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
    by_answer = _BY_ANSWER | (config.judge.domains if config.judge is not None else frozenset())
    files = {} if generated is None else generated.identity()
    reader: RowReader = SchemaReader(schema, options, seen, files, by_answer)
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


def _identity(config: VerifyConfig, table: Table, reader: RowReader, sandbox: Sandbox | Servers) -> dict[str, Any]:
    """What must be the same for a run to go on where another stopped."""
    return {
        "input": {"spec": config.input, "fingerprint": table.fingerprint, **reader.identity()},
        "settings": config.settings(),
        "versions": {"ot-code": ot_code.__version__, "judge": judge_version(), **math_versions()},
        "runtime": dict(sandbox.provenance),
        "limits": {**asdict(sandbox.limits), "time_factors": _factors(config)},
    }


def _bench(config: VerifyConfig, stack: ExitStack) -> MathBench:
    """Where answers are compared. Raises as open_judge does."""
    judge = policy = None
    if config.judge is not None:
        judge = open_judge(config.judge, config.cache or config.out / _REPLIES, stack)
        policy = config.judge.policy
    return MathBench(jobs=config.jobs, cache=config.cache, judge=judge, policy=policy)


def _place(config: VerifyConfig) -> Sandbox | Servers:
    """Where programs run. Raises UsageError, OtCodeError or RemoteError for servers that cannot be used."""
    if config.engine == "ray":
        from ot_code.engines.ray_places import RayPlaces  # noqa: PLC0415 - only where it is asked for

        return RayPlaces(config.ray_address, jails=config.jails, jobs=config.jobs)
    if not config.endpoints:
        return open_sandbox(config.jails, jobs=config.jobs, pin=config.pin)
    try:
        return Servers(config.endpoints, jobs=config.jobs)
    except ValueError as error:
        raise UsageError(f"--endpoints: {error}") from error


def _factors(config: VerifyConfig) -> dict[str, float]:
    """By language. Raises UsageError for a factor of a language that is not known."""
    known = {name: language.time_factor for name, language in languages().items()}
    for name in config.time_factors:
        if name not in known and name != ALL:
            raise UsageError(f"--time-factor {name}: it takes {ALL}, or one of {', '.join(sorted(known))}")
    return {**known, **config.time_factors}


def _total(config: VerifyConfig, table: Table) -> int | None:
    if table.row_count is None:
        return None
    return table.row_count if config.limit is None else min(config.limit, table.row_count)
