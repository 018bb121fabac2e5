"""verify: input rows in, judged and kept rows out.

Theory of operation. One thread reads rows, writes the tests of rows with several candidates to problems/, and hands
the candidates to the judge; the judge's threads note each judgement in the journal; the calling thread takes the rows
in the order of the input, waits for their judgements, and writes them. Between them is a window of bounded size. What
stands in the journal is not judged again, and what stands in complete shards is not read again.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from code_pipeline.checkers.base import Actual
from code_pipeline.judge import Judge
from code_pipeline.quality import Quality, ReferenceCheck
from code_pipeline.types import CaseResult, Judgement, Verdict
from ot_code import summary
from ot_code.columns import ROW_ID, arrow_types, columns_of, judgement_of, row_id
from ot_code.config import VerifyConfig
from ot_code.inputs import InputRow, Table
from ot_code.outputs import SUMMARY_FILE, OutputFolder
from ot_code.parts import GIANT, release_memory, settled
from ot_code.shards import WIDENED, Shards, weight
from ot_code.stages.intake import Intake, Work
from ot_code.stages.math import MathBench
from ot_code.stages.quality import CHECKED, entry_of, quality_of
from ot_code.stages.quality import columns_of as found_columns
from ot_code.stages.window import ClosedError, Window

Result = TypeVar("Result")
Known = Callable[[int], Mapping[int, dict[str, Any]]]  # an input row -> verdicts that others have already given
Choose = Callable[[Sequence[Mapping[str, Any]], Sequence[bool]], list[bool]]  # of rows that may be kept, those that are

_TICK_S = 0.2
_REREAD_BYTES = 256 * 1024 * 1024  # of a row that is rather read twice than held twice


class Screen(Protocol):
    """What is told while the run goes on. `judged` is called from any thread."""

    def judged(self, verdict: str) -> None:
        """A candidate was judged."""

    def tested(self) -> None:
        """One run of a program on a test was judged. Called from any thread."""

    def rows(self, done: int) -> None:
        """So many input rows are done, of all; also called when nothing has changed, a few times a second."""


@dataclass(frozen=True, slots=True)
class _Pending:
    work: Work
    future: Future[list[dict[str, Any]]] | Future[list[Judgement]] | None
    check: Future[Quality] | None = None


class Verify:
    """One run over one input into one folder, which this process holds the lock of.

    judge: of the candidates. thorough: of reference solutions, on the same threads. math: of math answers. known:
    verdicts by candidate that need not be found again. choose: says which of a row's right candidates are kept.

    Raises OutputError when the folder's shards are not as its journal says.
    """

    def __init__(
        self,
        config: VerifyConfig,
        *,
        table: Table,
        intake: Intake,
        judge: Judge,
        thorough: Judge,
        math: MathBench,
        folder: OutputFolder,
        screen: Screen,
        known: Known | None = None,
        choose: Choose | None = None,
    ) -> None:
        self._config = config
        self._table = table
        self._intake = intake
        self._judge = judge
        self._thorough = thorough
        self._math = math
        self._folder = folder
        self._screen = screen
        self._known = known
        self._choose = choose
        self.journal = folder.journal(list(config.rejudge))
        self._window: Window[_Pending] = Window()
        self._tally = summary.Tally()
        self._mark = time.monotonic()
        self._read = 0  # judged rows, as the reading thread counts them
        types = settled(table.schema)
        self._problems = Shards(
            folder.path, self.journal, folder="problems", form=config.form, settled=types, last=_first_of(ROW_ID)
        )
        self._judged = Shards(
            folder.path, self.journal, folder="judged", form=config.form, subset="kept", settled=types,
            last=arrow_types(), tally=self._take_tally,
        )  # fmt: skip
        parts = self._judged.parts
        if parts:
            self._problems.skip_to(parts[-1].tally["problems"])

    def run(self) -> dict[str, Any]:
        """Judges what is not yet judged, completes the output, and returns what stands in summary.json.

        Raises InputError, OutputError, SandboxError or OSError for what stops it. Whatever stops it, the same call
        goes on where it was.
        """
        if not self.journal.finished:
            before = self._total()
            if not self.journal.widened:
                self._judge_rows()
            self._finish(before)
        self._folder.tidy()  # also what a sitting left that was killed after its last line
        return summary.summary_of(self._total())

    def _total(self) -> summary.Tally:
        total = summary.Tally()
        for part in self._judged.parts:
            total.add(part.tally["counts"])
        return total

    # ---- the reading thread ----

    def _judge_rows(self) -> None:
        reading = threading.Thread(target=self._read_rows, name="reader", daemon=True)
        reading.start()
        try:
            self._write_rows()
        finally:
            self._window.close()
        reading.join()
        self._problems.cut()
        self._judged.cut()

    def _read_rows(self) -> None:
        try:
            self._feed()
        except ClosedError:
            self._window.end()
        except BaseException as error:  # noqa: BLE001 - a thread's border: it is raised again in the calling thread
            self._window.end(error)
        else:
            self._window.end()

    def _feed(self) -> None:
        start = min(self._judged.next_row, self._problems.next_row)
        first_judged = self._judged.next_row
        rows = self._table.rows(start)
        while True:
            self._window.wait_for_room()
            row = next(rows, None)
            if row is None or (self._config.limit is not None and row.index >= self._config.limit):
                return
            size = weight(row.values)
            work = self._intake.work(row)
            if work.index >= self._problems.next_row:
                if size > _REREAD_BYTES and work.moved:
                    work = self._write_giant(row, work)
                else:
                    self._write_problem(work)
            del row  # what is large in it lives on in `work` alone
            work.moved = {}
            if work.index >= first_judged:
                self._read += len(work.each)
                self._window.put(self._submit(work), size)

    def _write_problem(self, work: Work) -> None:
        if work.moved:
            self._problems.add(work.index, work.moved, [{ROW_ID: row_id(work.index)}])
        else:
            self._problems.skip_to(work.index + 1)

    def _write_giant(self, row: InputRow, work: Work) -> Work:
        """Writes the tests of a row of 1 GB while nobody else holds them, and then reads it from the input again."""
        moved, work.moved, work.problem = work.moved, {}, None
        if row.values is not None:
            row.values.clear()
        self._problems.add(work.index, moved, [{ROW_ID: row_id(work.index)}])
        return self._intake.work(next(self._table.rows(work.index)))

    def _submit(self, work: Work) -> _Pending:
        if work.problem is None:
            return _Pending(work, None)
        before = self._before(work)
        if work.domain != "code":
            return self._submit_math(work, before)
        check = self._check(work, before.get(CHECKED)) if work.solutions.given else None
        positions = list(work.submissions)
        submissions = list(work.submissions.values())
        done = [
            judgement_of(before[position], submission.id) if position in before else None
            for position, submission in work.submissions.items()
        ]
        row = work.index

        def on_judged(number: int, judgement: Judgement) -> None:
            self.journal.append(row, positions[number], columns_of(judgement))
            self._screen.judged(str(judgement.verdict))

        observe = self._observe
        future = self._judge.submit(work.problem, submissions, done=done, on_judged=on_judged, observe=observe)
        work.problem = None  # the tests live as long as the judge needs them
        return _Pending(work, future, check)

    def _before(self, work: Work) -> Mapping[int, dict[str, Any]]:
        """What was judged before: in earlier sittings, or by others in this one, which is noted now."""
        before = self.journal.judged(work.index)
        if self._known is None:
            return before
        told = {place: columns for place, columns in self._known(work.index).items() if place not in before}
        for place, columns in told.items():
            self.journal.append(work.index, place, columns)
            self._screen.judged(columns["verdict"])
        return {**before, **told}

    def _submit_math(self, work: Work, before: Mapping[int, dict[str, Any]]) -> _Pending:
        positions = list(work.submissions)
        row = work.index

        def on_judged(number: int, columns: dict[str, Any]) -> None:
            self.journal.append(row, positions[number], columns)
            self._screen.judged(columns["verdict"])

        responses = [submission.response for submission in work.submissions.values()]
        done = [before.get(position) for position in positions]
        in_words = work.domain != "math"
        future = self._math.submit(work.gold, responses, in_words=in_words, done=done, on_judged=on_judged)
        return _Pending(work, future)

    def _check(self, work: Work, before: Mapping[str, Any] | None) -> Future[Quality]:
        """What the row's reference solutions show, as the journal has it or from running them."""
        if before is not None:
            known: Future[Quality] = Future()
            known.set_result(quality_of(before))
            return known
        assert work.problem is not None  # noqa: S101 - the caller has looked
        assert self._config.check_tests is not None  # noqa: S101 - else a row has no solutions to run
        row = work.index

        def on_done(quality: Quality) -> None:
            if not quality.faults:  # the next sitting tries again what a fault of ours left out
                self.journal.append(row, CHECKED, entry_of(quality))

        check = ReferenceCheck(
            self._thorough,
            work.problem,
            work.solutions.submissions,
            most=self._config.check_tests,
            given=work.solutions.given,
            on_done=on_done,
            observe=self._observe,
        )
        return check.start().future

    def _observe(self, _: Actual, __: CaseResult) -> None:
        self._screen.tested()

    # ---- the calling thread ----

    def _write_rows(self) -> None:
        while True:
            try:
                taken = self._window.take(_TICK_S)
            except StopIteration:
                return
            self._screen.rows(self._judged.next_row)
            if taken is None:
                continue
            pending, size = taken
            judgements: Sequence[Judgement | dict[str, Any]] = self._wait(pending.future) or []  # type: ignore[arg-type]  # one of the two
            self._write(pending.work, judgements, self._wait(pending.check))
            del pending, taken, judgements
            if size > GIANT:
                release_memory()
            self._window.release(size)

    def _wait(self, future: Future[Result] | None) -> Result | None:
        while future is not None:
            try:
                return future.result(_TICK_S)
            except FutureTimeoutError:
                if future.done():  # it failed with a TimeoutError of its own
                    raise
                self._screen.rows(self._judged.next_row)
        return None

    def _write(self, work: Work, judgements: Sequence[Judgement | dict[str, Any]], shown: Quality | None) -> None:
        quality = work.quality
        if quality is not None and shown is not None:
            quality = quality.joined(shown)
        findings = found_columns(quality, work.verifiable)
        names = findings["findings"] or []
        verdicts = dict(work.settled)
        found_columns_of = (one if isinstance(one, dict) else columns_of(one) for one in judgements)
        verdicts.update(zip(work.submissions, found_columns_of, strict=True))
        dropped = any(name in self._config.drop for name in names)
        self._tally.count_row(names, faults=quality.faults if quality is not None else 0)
        for position, columns in enumerate(work.each):
            columns.update(verdicts[position])
            columns.update(findings)
        right = [self._is_kept(verdicts[position], work.named[position]) for position in range(len(work.each))]
        chosen = [is_right and not dropped for is_right in right]
        if self._choose is not None:
            chosen = self._choose(work.each, chosen)
            for columns, is_chosen in zip(work.each, chosen, strict=True):
                columns["chosen"] = is_chosen
        for columns, named, is_right, is_chosen in zip(work.each, work.named, right, chosen, strict=True):
            self._tally.count(columns, kept=is_chosen, named=named, dropped=is_right and not is_chosen)
        self._judged.add(work.index, work.shared, work.each, chosen)

    def _is_kept(self, columns: Mapping[str, Any], named: Mapping[str, str]) -> bool:
        if columns["verdict"] == Verdict.NOT_CHECKED:
            return named["domain"] in self._config.keep_unchecked
        return columns["passed"] is True

    def _take_tally(self) -> dict[str, Any]:
        now = time.monotonic()
        self._tally.elapsed_s += now - self._mark
        self._mark = now
        counts, self._tally = self._tally.as_json(), summary.Tally()
        return {"counts": counts, "problems": self._problems.safe_row}

    # ---- the end ----

    def _finish(self, before: summary.Tally) -> None:
        both = (self._problems, self._judged)
        if not self.journal.widened:
            shutil.rmtree(self._folder.path / WIDENED, ignore_errors=True)  # of a sitting that was killed here
            for shards in both:
                shards.stage_widened()
            self.journal.mark("widened")
        for shards in both:
            shards.place_widened()
        total = self._total()
        summary.check(total, read=before.read + self._read, files=self._judged.counted())
        self._folder.write_json(SUMMARY_FILE, summary.summary_of(total))
        self.journal.mark("finished")


def _first_of(name: str) -> dict[str, Any]:
    return {name: arrow_types()[name]}
