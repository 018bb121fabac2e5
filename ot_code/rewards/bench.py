"""What the pool process judges with: programs and math answers of one question, told as they are found."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from code_pipeline.errors import CodePipelineError, RowError
from code_pipeline.judge import Judge
from code_pipeline.readers import ProblemRow, ReadOptions, reader_for
from code_pipeline.readers.domain import TEST_COLUMNS
from code_pipeline.readers.math import GOLD_COLUMNS, WORKED_COLUMNS
from code_pipeline.types import Verdict
from math_pipeline.errors import MathError
from ot_code.columns import columns_of, unjudged
from ot_code.rewards.batches import RESPONSES
from ot_code.rewards.scores import FINDINGS
from ot_code.stages.intake import SchemaReader
from ot_code.stages.math import MathBench
from sandbox import Sandbox, SandboxError

_OPTIONS = ReadOptions(response_column=RESPONSES)
_TICK_S = 0.1


class Bench:
    """Judges for all trainers of the node. Thread-safe. Raises what Sandbox() raises.

    jobs: programs at once; None: one a CPU. The node's slots are shared with every other Sandbox of this user.
    """

    def __init__(self, *, jobs: int | None = None) -> None:
        self._sandbox = Sandbox(jobs=jobs)
        self._judge = Judge(self._sandbox)
        self._thorough = self._judge.thorough()
        self._math = MathBench(jobs=jobs, cache=None)
        self._closing = threading.Event()

    def close(self) -> None:
        """Ends everything; what is under way is given up, and told no more: that it was given up is no finding."""
        self._closing.set()
        self._sandbox.close()
        self._judge.close()
        self._math.close()

    def answer(self, asked: Mapping[str, Any], connection: Connection[Any, Any]) -> None:
        """Tells what is found of each response of a question, then that it is done.

        Raises OSError when nobody listens, EOFError when the trainer has gone, or `close` was called meanwhile.

        asked: `rows` of `columns` and `responses`, `all_tests`, `deadline_s`.
        """
        question = _Question(connection, self._closing)
        judge = self._thorough if asked["all_tests"] else self._judge
        deadline_s = asked["deadline_s"]
        until = None if deadline_s is None else time.monotonic() + deadline_s
        try:
            for number, row in enumerate(asked["rows"]):
                self._submit(question, number, row, judge)
                question.send_found()
            question.finish(until)
        except (CodePipelineError, MathError, SandboxError) as error:
            question.send({"error": f"{type(error).__name__}: {error}"})
            return
        finally:
            question.call_off()
        question.send({"done": True})

    def _submit(self, question: _Question, number: int, row: Mapping[str, Any], judge: Judge) -> None:
        columns = _with_answer(row["columns"])
        values = {**columns, RESPONSES: row["responses"]}
        reader = SchemaReader(reader_for(columns.keys(), None), _OPTIONS, tuple(columns))
        domain = reader.domain(values)
        if domain not in ("code", "math"):
            question.settle(row, number, Verdict.NOT_CHECKED, f"nothing here judges rows of the domain {domain}")
            return
        try:
            read = reader.read(values, number)
        except RowError as error:
            question.settle(row, number, Verdict.BAD_PROBLEM, str(error))
            return
        places = _unsettled(question, number, read)
        if not places:
            return
        submissions = [read.candidates[at].submission for at in places]
        if domain == "math":
            question.await_row(
                self._math.submit(
                    read.gold,
                    [each.response for each in submissions],
                    in_words=False,
                    done=[None] * len(places),
                    on_judged=lambda at, columns: question.tell(number, places[at], columns),
                )
            )
            return
        question.await_row(
            judge.submit(
                read.problem,
                submissions,
                on_judged=lambda at, judgement: question.tell(number, places[at], columns_of(judgement)),
            )
        )


def _with_answer(columns: Mapping[str, Any]) -> Mapping[str, Any]:
    """The columns; where nothing but a gold answer of another name says what is right, it is the row's `answer`."""
    if any(columns.get(name) for name in (*TEST_COLUMNS, "reward_model", "answer", "domain")):
        return columns
    gold = next((columns[name] for name in (*GOLD_COLUMNS, *WORKED_COLUMNS) if columns.get(name) is not None), None)
    return columns if gold is None else {**columns, "answer": gold}


def _unsettled(question: _Question, number: int, read: ProblemRow) -> list[int]:
    """The places of the answers that are to be judged; what is settled without is told."""
    places = []
    for at, candidate in enumerate(read.candidates):
        if candidate.verdict is None:
            places.append(at)
        else:
            question.tell(number, at, unjudged(candidate.verdict, candidate.reason))
    return places


class _Question:
    """One question on its way. `tell` is called from any thread, and never waits for a trainer.

    A trainer may be stopped, or read nothing for long: only the thread that answers it is held up by that, since what
    the judges' threads tell goes into a queue.
    """

    def __init__(self, connection: Connection[Any, Any], closing: threading.Event) -> None:
        self._closing = closing
        self._futures: list[Future[Any]] = []
        self._rows_left = 0  # used by the thread that answers
        self._connection = connection
        self._told: queue.SimpleQueue[bytes | Future[Any]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_off = False

    def await_row(self, future: Future[Any]) -> None:
        """Counts a row in, whose judges tell all that they find before its future is done."""
        self._futures.append(future)
        self._rows_left += 1
        future.add_done_callback(self._told.put)

    def tell(self, row: int, at: int, columns: Mapping[str, Any]) -> None:
        """Tells what was found. Raises CancelledError when nobody wants to know, which ends the row's judging."""
        said = {"at": [row, at], "found": {name: columns[name] for name in FINDINGS}}
        with self._lock:
            if self._is_off:
                raise CancelledError("the question was called off")
            self._told.put(json.dumps(said).encode())

    def settle(self, row: Mapping[str, Any], number: int, verdict: Verdict, reason: str) -> None:
        """Tells the same of each response of a row."""
        for at in range(len(row["responses"])):
            self.tell(number, at, unjudged(verdict, reason))

    def send_found(self) -> None:
        """Sends what was told so far. Raises the first fault of the judges."""
        with suppress(queue.Empty):
            while True:
                self._send(self._told.get_nowait())

    def finish(self, until: float | None) -> None:
        """Returns when all is sent, or the deadline has passed. Raises the first fault of the judges, or EOFError."""
        while self._rows_left:
            left_s = _TICK_S if until is None else min(_TICK_S, until - time.monotonic())
            if left_s <= 0:
                self.send_found()
                return
            with suppress(queue.Empty):
                self._send(self._told.get(timeout=left_s))
            if self._connection.poll():  # a trainer that waits for an answer says nothing: it has gone
                raise EOFError

    def _send(self, told: bytes | Future[Any]) -> None:
        if isinstance(told, bytes):
            self._send_bytes(told)
        else:
            self._rows_left -= 1
            told.result()

    def send(self, said: Mapping[str, Any]) -> None:
        """Says something else of the question. Raises as `send_found` does."""
        self._send_bytes(json.dumps(said).encode())

    def _send_bytes(self, said: bytes) -> None:
        if self._closing.is_set():  # it may be of what was closed: the end of the connection says so
            raise EOFError
        self._connection.send_bytes(said)

    def call_off(self) -> None:
        """Nothing more is begun, and nothing more is told."""
        with self._lock:
            self._is_off = True
        for future in self._futures:
            future.cancel()
