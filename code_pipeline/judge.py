"""Submissions x Problem -> Judgements, on a Sandbox. How candidates are scheduled stands in blocks.py."""

from __future__ import annotations

import functools
import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import asdict
from hashlib import blake2b
from types import TracebackType

from code_pipeline.blocks import Blocks, Prepared, Workers
from code_pipeline.cache import VerdictCache
from code_pipeline.checkers import checker_for
from code_pipeline.checkers.base import Checker
from code_pipeline.checkers.program import ProgramChecker
from code_pipeline.comparison import named
from code_pipeline.completion import program_of
from code_pipeline.encoding import encoded
from code_pipeline.errors import RowError
from code_pipeline.interactive import InteractiveTrial, check_interactor
from code_pipeline.limits import check_factors, limits_for
from code_pipeline.remote import ENDPOINTS, Asked, Servers, endpoints_of
from code_pipeline.suite import Observe, Suite
from code_pipeline.trial import Trial
from code_pipeline.types import Judgement, Problem, Submission, Verdict
from code_pipeline.version import judge_version
from sandbox import LanguageError, Program, Sandbox, Stop, languages

_CALLED = frozenset({"python3"})  # languages whose functions can be called with arguments


class Judge:
    """Judges submissions on a pool of threads, as many as the Sandbox runs jails. A context manager; thread-safe.

    sandbox: None makes one, which close() closes. all_tests: run every test instead of stopping at the first failure.
    checker: compares all answers, whatever the problems say. time_factors: by language, in place of the table's.
    cache: verdicts found before. workers: the threads of another Judge, which closes them.
    endpoints: servers (`ot-code serve`) that run the programs in place of a sandbox here; where neither is given, those
    that the environment's OT_ENDPOINTS names, separated by commas.
    Raises ValueError for a time factor that is not positive, RemoteError where no server can be used, and what
    Sandbox() raises.
    """

    def __init__(
        self,
        sandbox: Sandbox | Servers | None = None,
        *,
        all_tests: bool = False,
        checker: Checker | ProgramChecker | None = None,
        time_factors: Mapping[str, float] | None = None,
        cache: VerdictCache | None = None,
        workers: Workers | None = None,
        endpoints: Sequence[str] | None = None,
    ) -> None:
        if endpoints is None and sandbox is None and os.environ.get(ENDPOINTS):
            endpoints = endpoints_of(os.environ[ENDPOINTS])
        if endpoints is not None and sandbox is not None:
            raise ValueError("a Judge uses a sandbox here or servers at `endpoints`: give one of them")
        self._factors = dict(time_factors or {})
        check_factors(self._factors)
        self._all_tests = all_tests
        self._checker = checker
        self._cache = cache
        self._version = _version()
        self._owns_sandbox = sandbox is None  # servers that were given as a sandbox are their giver's too
        self._sandbox: Sandbox | Servers = Servers(endpoints) if endpoints is not None else sandbox or Sandbox()
        self._servers = self._sandbox if isinstance(self._sandbox, Servers) else None
        self._owns_workers = workers is None
        self._workers = workers if workers is not None else Workers(self._sandbox.jobs)
        self._unfinished: dict[int, Blocks] = {}
        self._lock = threading.Lock()

    def judge(self, problem: Problem, submissions: Sequence[Submission]) -> list[Judgement]:
        """The judgements, in the order of the submissions. Never call it from `on_judged`: it waits for a worker."""
        return self.submit(problem, submissions).result()

    def submit(
        self,
        problem: Problem,
        submissions: Sequence[Submission],
        *,
        done: Sequence[Judgement | None] | None = None,
        on_judged: Callable[[int, Judgement], None] | None = None,
        observe: Observe | None = None,
        priority: int | None = None,
    ) -> Future[list[Judgement]]:
        """The same in the background; problems submitted first are served first.

        done: judgements of an earlier run, None where there is none; they are handed back as they are. on_judged is
        called from worker threads, several at a time, with the index and the judgement of each that was settled now;
        what it raises ends the Future. observe: told of every single run, as Suite has it; of what a cache knew, or
        servers ran, there is none. priority: the number of an earlier `place()`, to be served in that place.
        Raises ValueError when `done` has another length, CancelledError after close(), SandboxError in a forked child.
        """
        if done is not None and len(done) != len(submissions):
            raise ValueError(f"`done` has {len(done)} entries for {len(submissions)} submissions")
        number = self.place()
        known = done if done is not None else [None] * len(submissions)
        blocks = Blocks(
            self,
            self._workers,
            Suite(problem, observe),
            submissions,
            done=known,
            priority=number if priority is None else priority,
            on_judged=on_judged,
        )
        with self._lock:
            self._unfinished[number] = blocks
        blocks.future.add_done_callback(lambda _: self._unfinished.pop(number, None))
        try:
            blocks.start()
        except CancelledError:
            self._unfinished.pop(number, None)
            raise
        return blocks.future

    def checker_of(self, problem: Problem) -> Checker | ProgramChecker:
        """The rule by which this Judge compares the problem's answers."""
        return checker_for(problem, self._checker)

    def place(self) -> int:
        """The next place in the order in which problems are served."""
        return self._workers.place()

    def thorough(self) -> Judge:
        """A Judge on the same threads and with the same rules that runs every test, and remembers nothing.

        Close it before this one.
        """
        return Judge(
            self._sandbox, all_tests=True, checker=self._checker, time_factors=self._factors, workers=self._workers
        )

    def like(
        self,
        *,
        all_tests: bool = False,
        checker: Checker | ProgramChecker | None = None,
        time_factors: Mapping[str, float] | None = None,
    ) -> Judge:
        """A Judge with other rules on the same threads; it need not be closed. Raises ValueError for a factor."""
        return Judge(
            self._sandbox, all_tests=all_tests, checker=checker, time_factors=time_factors, workers=self._workers
        )

    @property
    def version(self) -> str:
        """The version of ot-code that judges."""
        return self._version

    def close(self) -> None:
        """Waits for running tests, ends each unfinished Future with CancelledError, closes a Sandbox of its own.

        Nothing in a forked child: all of it is its parent's.
        """
        if self._workers.inherited:
            return
        if self._owns_workers:
            self._workers.close()
        with self._lock:
            left = list(self._unfinished.values())
        for blocks in left:
            blocks.abandon()
        if self._owns_sandbox:
            self._sandbox.close()

    def __enter__(self) -> Judge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def prepare(self, suite: Suite, submission: Submission) -> Prepared | Judgement:
        """The program in a submission, or the judgement where there is nothing to run. For blocks.py."""
        problem, language = suite.problem, submission.language
        try:
            if not problem.tests:
                return self._unrun(suite, submission, Verdict.NO_TESTS, "the problem has no tests")
            suite.check_files()
            check_interactor(problem)
            self._check_checker(problem)
            limits_for(problem, language, self._sandbox.limits, self._factors)
            if language not in languages():
                known = ", ".join(sorted(languages()))
                return self._unrun(
                    suite, submission, Verdict.UNSUPPORTED_LANGUAGE, f"{language!r} is none of the languages {known}"
                )
            if problem.function is not None and language not in _CALLED:
                return self._unrun(
                    suite, submission, Verdict.UNSUPPORTED_LANGUAGE, f"functions cannot be called in {language}"
                )
            if submission.entry is not None:  # a file of a package, not an answer to search for a program
                files = tuple(sorted(submission.files.items()))
                return Prepared(submission.response, language, submission.entry, files, submission.sources)
            if problem.epilogue and language != "python3":
                return self._unrun(suite, submission, Verdict.UNSUPPORTED_LANGUAGE, "its tests are in Python 3")
            program = program_of(submission.response, problem, language)
        except RowError as error:
            return self._unrun(suite, submission, Verdict.BAD_PROBLEM, str(error))
        except Exception as error:  # noqa: BLE001  a fault of ours is this candidate's verdict, not the run's end
            return self._unrun(suite, submission, Verdict.JUDGE_ERROR, named(error))
        if program is None:
            return self._unrun(suite, submission, Verdict.NO_CODE, "the response holds no program")
        return Prepared(program, language)

    def _here(self) -> Sandbox:
        if isinstance(self._sandbox, Servers):
            raise TypeError("programs that servers judge are not run here")
        return self._sandbox

    def _check_checker(self, problem: Problem) -> None:
        if problem.function is not None and isinstance(self.checker_of(problem), ProgramChecker):
            raise RowError("a checker of type `program` reads what is printed, and the row's tests call a function")

    def judge_program(
        self,
        suite: Suite,
        submission: Submission,
        prepared: Prepared,
        order: Sequence[int],
        stop: Stop | None = None,
    ) -> Judgement:
        """Runs a prepared program on the tests in `order`, or finds the judgement in the cache. For blocks.py.

        Raises CancelledError when the judge is being closed or `stop` is set; any other fault of ours is a verdict.
        """
        try:
            if self._servers is not None:
                asked = Asked(self._all_tests, self._checker, self._factors, self._workers.closing)
                return self._servers.judged(suite, submission, order, asked)
            return self._cached(self._trial(suite, submission, prepared, order), stop)
        except CancelledError:
            raise
        except Exception as error:  # noqa: BLE001  a fault of ours is this candidate's verdict, not the run's end
            return self._unrun(suite, submission, Verdict.JUDGE_ERROR, named(error))

    def _trial(self, suite: Suite, submission: Submission, prepared: Prepared, order: Sequence[int]) -> Trial:
        problem = suite.problem
        limits = limits_for(problem, prepared.language, self._sandbox.limits, self._factors)
        checker = self.checker_of(problem)
        source = encoded(
            prepared.program + problem.epilogue
        )  # bytes: what no text file can hold is for the language to refuse
        kind = Trial if problem.interactor is None else InteractiveTrial
        about = {"interactor": problem.interactor.summary} if problem.interactor is not None else {}
        return kind(
            suite=suite,
            submission_id=submission.id,
            program=_program(prepared, source),
            order=suite.distinct if self._all_tests else order,
            all_tests=self._all_tests,
            checker=checker,
            limits=limits,
            provenance={
                "judge": judge_version(),
                "version": self._version,
                "jail": self._sandbox.jail_kind,
                "limits": asdict(limits),
                "checker": checker.summary if isinstance(checker, ProgramChecker) else checker.spec,
                **about,
                "all_tests": self._all_tests,
                "toolchain": self._toolchain(prepared.language),
                "sandbox": self._sandbox.provenance,
            },
        )

    def _toolchain(self, language: str) -> str | None:
        """The versions of the language's tools; None where this host lacks one, which opening its program will say."""
        try:
            return self._sandbox.toolchain(language)
        except LanguageError:
            return None

    def _unrun(self, suite: Suite, submission: Submission, verdict: Verdict, reason: str) -> Judgement:
        return Judgement(
            submission.id,
            verdict,
            reason,
            tests_total=len(suite.tests),
            provenance={
                "judge": judge_version(),
                "version": self._version,
                "jail": self._sandbox.jail_kind,
                "sandbox": self._sandbox.provenance,
            },
        )

    def _cached(self, trial: Trial, stop: Stop | None) -> Judgement:
        tests = trial.suite.digest() if self._cache is not None else None
        if self._cache is None or tests is None:
            return trial.judged(self._here(), self._workers.closing, stop)
        key = _cache_key(trial, tests)
        found = self._cache.get(key, trial.submission_id, trial.provenance)
        if found is None:
            found = trial.judged(self._here(), self._workers.closing, stop)
            self._cache.put(key, found)
        return found


def _program(prepared: Prepared, source: bytes) -> Program:
    if prepared.entry is None:
        return Program(source, prepared.language)
    files = {name: encoded(text) if isinstance(text, str) else text for name, text in prepared.files}
    every = {**files, prepared.entry: source}
    return Program(language=prepared.language, files=every, entry=prepared.entry, sources=prepared.sources)


@functools.cache
def _version() -> str:
    from importlib import metadata  # noqa: PLC0415  it takes 30 ms, which only those who judge should pay

    try:
        return metadata.version("ot-code")
    except metadata.PackageNotFoundError:  # run from its sources, without being installed
        return "unknown"


def _cache_key(trial: Trial, tests: bytes) -> bytes:
    """Of everything that the judgement depends on; the provenance holds limits, checker, runtime and versions."""
    hasher = blake2b(tests, digest_size=32)
    settings = (trial.program.language, list(trial.order), trial.provenance)
    hasher.update(json.dumps(settings, sort_keys=True, default=str).encode())
    source = trial.program.source
    hasher.update(source if isinstance(source, bytes) else source.encode())
    if trial.program.entry is not None:
        files = sorted(trial.program.files.items())
        hasher.update(repr((trial.program.entry, trial.program.sources, files)).encode())
    return hasher.digest()
