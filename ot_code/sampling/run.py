"""`ot-code sample`: a verify run over problems whose answers are being sampled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from code_pipeline.judge import Judge
from ot_code.columns import columns_of, judgement_of
from ot_code.config import VerifyConfig
from ot_code.inputs import InputRow, Table, open_input
from ot_code.outputs import SUMMARY_FILE, OutputFolder
from ot_code.sampling.choosing import Choice
from ot_code.sampling.ledger import FILE, Ledger, content_key
from ot_code.sampling.replies import Reply
from ot_code.sampling.rows import Asking, SampledIntake, SampledTable, sampled_table, with_samples
from ot_code.sampling.sampler import Once, Sampler
from ot_code.sampling.screen import SampleScreen
from ot_code.sampling.settings import SampleSettings
from ot_code.sampling.statistics import write_problems
from ot_code.stages import judging
from ot_code.stages.intake import Intake
from ot_code.stages.math import MathBench

_MOST_LISTED = 1_000


def sample(
    config: VerifyConfig, settings: SampleSettings, *, quiet: bool = False, lines: bool = False
) -> dict[str, Any]:
    """Samples, judges and keeps; returns what stands in summary.json. Raises as `judging.verify`, and UsageError.

    lines: a JSON object a second on stdout.
    """
    return judging.verify(config, quiet=quiet, sampling=Sampling(config, settings, quiet=quiet, lines=lines))


class Sampling:
    """What `judging.verify` asks of a run that is sampled.

    problems: the rows, already open. cache: folder of samples by problem, which outlives changes of the rows; None:
    they stand in the run's own folder, by row.
    """

    def __init__(
        self, config: VerifyConfig, settings: SampleSettings, *, quiet: bool, lines: bool = False,
        problems: Table | None = None, cache: Path | None = None,
    ) -> None:  # fmt: skip
        self._config = config
        self._settings = settings
        self._quiet, self._lines = quiet, lines
        self._problems, self._cache = problems, cache
        self._asking: Asking | None = None
        self._screen: SampleScreen | None = None
        self._ledger: Ledger | None = None
        self._sampler: Sampler | None = None
        self._found: dict[int, dict[int, dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self.choose = Choice(settings).choose

    def table(self) -> SampledTable:
        """The problems, with a column of samples."""
        problems = self._problems or open_input(self._config.input, split=self._config.split)
        return sampled_table(problems, self._rows, lambda: self._asking is not None)

    def _rows(self, problems: Iterator[InputRow]) -> Iterator[InputRow]:
        assert self._asking is not None  # noqa: S101 - the table has asked
        limit = self._config.limit
        return self._asking.rows(row for row in problems if limit is None or row.index < limit)

    def intake(self, intake: Intake) -> Intake:
        """The same for rows with samples."""
        return SampledIntake(intake.reader, intake.keep_unchecked, intake.checks_tests, intake.in_words)

    def identity(self) -> dict[str, Any]:
        """What the samples depend on, for run.json."""
        return {"sampling": self._settings.identity()}

    def screen(self, total: int | None) -> SampleScreen:
        """What is shown meanwhile."""
        self._screen = SampleScreen(total=total, quiet=self._quiet, lines=self._lines)
        return self._screen

    def open(self, folder: OutputFolder, intake: Intake, judge: Judge, math: MathBench, stack: ExitStack) -> None:
        """Begins to sample; ended with the stack. Raises as Ledger() and Sampler() do."""
        self._ledger = ledger = self._opened(folder)
        stack.callback(ledger.close)
        self._sampler = sampler = stack.enter_context(Sampler(self._settings, ledger))
        rounds = _Rounds(intake, judge, math, self._settings.model, self._note)
        by_content = self._cache is not None
        submit = Once(sampler.submit).submit if by_content else sampler.submit
        self._asking = Asking(self._settings, intake, submit, rounds.judging, by_content=by_content)
        if self._screen is not None:
            self._screen.watch(sampler, ledger)

    def _opened(self, folder: OutputFolder) -> Ledger:
        if self._cache is None:
            return Ledger(folder.path / FILE, again=self._config.overwrite)
        asked = content_key(self._settings.identity()["asked"])
        self._cache.mkdir(parents=True, exist_ok=True)
        return Ledger(self._cache / f"{asked:032x}-{FILE}", mend="remove it, and all is asked again")

    def _note(self, row: int, position: int, columns: dict[str, Any]) -> None:
        with self._lock:
            self._found.setdefault(row, {})[position] = columns

    def known(self, row: int) -> Mapping[int, dict[str, Any]]:
        """The verdicts that rounds have given of a row; forgotten with the asking."""
        with self._lock:
            return self._found.pop(row, {})

    def finish(self, folder: OutputFolder, summary: dict[str, Any]) -> dict[str, Any]:
        """The summary with what sampling came to, also in summary.json."""
        assert self._ledger is not None  # noqa: S101 - it was opened
        assert self._sampler is not None  # noqa: S101 - as above
        ledger = self._ledger
        sampled = {
            "model": self._settings.model,
            "answered": ledger.given,
            "never_given": ledger.missing,
            "unanswered": {
                "count": len(ledger.unanswered),
                "samples": [list(each) for each in ledger.unanswered[:100]],
            },
            "tokens": ledger.tokens,
            "budget_is_spent": self._sampler.budget_is_spent,
            **write_problems(folder.path, votes="math" not in self._config.keep_unchecked),
        }
        whole = {**summary, "sampling": sampled}
        folder.write_json(SUMMARY_FILE, whole)
        return whole


class _Rounds:
    """Judges a problem's answers between its rounds, as verify would: in the same blocks, each answer once."""

    def __init__(
        self, intake: Intake, judge: Judge, math: MathBench, model: str,
        note: Callable[[int, int, dict[str, Any]], None],
    ) -> None:  # fmt: skip
        self._intake = intake
        self._judge = judge
        self._math = math
        self._model = model
        self._note = note

    def judging(self, row: InputRow) -> Callable[[Sequence[Reply]], Future[int]]:
        """For one problem: its replies so far -> how many are accepted."""
        found: dict[int, dict[str, Any]] = {}

        def judged(replies: Sequence[Reply]) -> Future[int]:
            return self._judged(with_samples(row, replies, self._model), found)

        return judged

    def _judged(self, row: InputRow, found: dict[int, dict[str, Any]]) -> Future[int]:
        work = self._intake.work(row)
        positions = list(work.submissions)
        submissions = list(work.submissions.values())

        def note(number: int, columns: dict[str, Any]) -> None:
            found[positions[number]] = columns
            self._note(row.index, positions[number], columns)

        if work.problem is None:
            return _counted(None, found)
        if work.domain != "code":
            done = [found.get(position) for position in positions]
            said = [submission.response for submission in submissions]
            in_words = work.domain != "math"
            return _counted(self._math.submit(work.gold, said, in_words=in_words, done=done, on_judged=note), found)
        before = [
            judgement_of(found[position], submission.id) if position in found else None
            for position, submission in work.submissions.items()
        ]
        return _counted(
            self._judge.submit(
                work.problem, submissions, done=before, on_judged=lambda at, one: note(at, columns_of(one))
            ),
            found,
        )


def _counted(judged: Future[Any] | None, found: Mapping[int, Mapping[str, Any]]) -> Future[int]:
    """How many of what was found is right, once all is judged."""
    count: Future[int] = Future()

    def on_done(done: Future[Any] | None) -> None:
        error = None if done is None or done.cancelled() else done.exception()
        if isinstance(error, CancelledError) or (done is not None and done.cancelled()):
            count.cancel()  # the judges were closed: the run is being stopped
        elif error is not None:
            count.set_exception(error)
        else:
            count.set_result(sum(columns["passed"] is True for columns in found.values()))

    if judged is None:
        on_done(None)
    else:
        judged.add_done_callback(on_done)
    return count
