"""A problem's tests made ready to run: duplicates found, inputs encoded at most once, digested at most once."""

from __future__ import annotations

import marshal
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from code_pipeline.encoding import encoded
from code_pipeline.errors import RowError
from code_pipeline.types import CaseResult, Problem, TestCase
from sandbox.types import Call, Run

if TYPE_CHECKING:
    from code_pipeline.checkers.base import Actual

KEPT_BYTES = 64 * 1024 * 1024  # of encoded inputs a problem; further ones are encoded again for each run
_MARSHAL = 2  # the newest version that writes equal values as equal bytes (later ones write references)


Observe = Callable[["Actual", CaseResult], None]


class Suite:
    """The tests of one problem, shared by its candidates and dropped with the last of them.

    `distinct` holds the index in the row of each test that must run; `duplicates` maps one of these to the indexes of
    the tests that are the same. Not safe to use before `distinct` was read once by one thread. observe: told of each
    run that was judged (not of a duplicate's), from a worker's thread: what the program gave, and what came of it.
    """

    def __init__(self, problem: Problem, observe: Observe | None = None) -> None:
        self.problem = problem
        self.observe = observe
        self.tests: Sequence[TestCase] = problem.tests
        self.is_call = problem.function is not None
        self._runs: dict[int, Run | Call] = {}
        self._room = KEPT_BYTES
        self._lock = threading.Lock()
        self._digests: list[bytes | None] = []

    @cached_property
    def duplicates(self) -> Mapping[int, list[int]]:
        """Index of a distinct test -> indexes of its duplicates, for those that have any."""
        first: dict[Any, int] = {}
        same: dict[int, list[int]] = {}
        for index, test in enumerate(self.tests):
            earlier = first.setdefault(self._key(index, test), index)
            if earlier != index:
                same.setdefault(earlier, []).append(index)
        return same

    @cached_property
    def distinct(self) -> tuple[int, ...]:
        """Indexes of the tests that must run, in the row's order."""
        left_out = {index for indexes in self.duplicates.values() for index in indexes}
        return tuple(index for index in range(len(self.tests)) if index not in left_out)

    @cached_property
    def sizes(self) -> Sequence[int]:
        """Bytes, about, of each test's input and expected output."""
        if self.is_call:
            return [_flat_size(test.arguments) + _answers_size(test) for test in self.tests]
        return [len(test.stdin) + _answers_size(test) for test in self.tests]

    def digest(self) -> bytes | None:
        """A digest of all that decides what the tests mean, or None where a value has no bytes of its own."""
        with self._lock:
            if not self._digests:
                self._digests.append(self._digested())
            return self._digests[0]

    def _digested(self) -> bytes | None:
        problem = self.problem
        hasher = blake2b(digest_size=32)
        files = (problem.input_file, problem.output_file)
        hasher.update(repr((problem.function, problem.epilogue, problem.usual_names, *files, len(self.tests))).encode())
        for test in self.tests:
            parts: tuple[Any, ...] = (test.arguments, test.expected) if self.is_call else (test.stdin, test.expected)
            if test.validator_args or test.accepted_outputs:
                parts += (test.validator_args, test.accepted_outputs)
            for part in parts:
                data = plain_bytes(part)
                if data is None:
                    return None
                hasher.update(b"%d:" % len(data))
                hasher.update(data)
        return hasher.digest()

    def check_files(self) -> None:
        """Raises RowError when the input or output file has a name that no program can be given."""
        try:
            self._run(b"")
        except ValueError as error:
            raise RowError(f"the input or output file's name cannot be used ({error})") from error

    def run(self, index: int) -> Run | Call:
        """What the sandbox is to do for the test `index`. It holds nothing of the expected output."""
        ready = self._runs.get(index)
        if ready is not None:
            return ready
        test = self.tests[index]
        if self.problem.function is not None:
            made: Run | Call = Call(self.problem.function, test.arguments or (), self.problem.usual_names)
            self._runs[index] = made  # the arguments are the problem's own: nothing is copied
            return made
        stdin = test.stdin if isinstance(test.stdin, bytes) else encoded(test.stdin)
        made = self._run(stdin)
        if len(stdin) <= self._room:  # two threads may both take the last of it, which does no harm
            self._room -= len(stdin)
            self._runs[index] = made
        return made

    def _run(self, stdin: bytes) -> Run:
        problem = self.problem
        collect = (problem.output_file,) if problem.output_file else ()
        if problem.input_file:
            return Run(files={problem.input_file: stdin}, collect=collect)
        return Run(stdin=stdin, collect=collect)

    def _key(self, index: int, test: TestCase) -> Any:
        """Equal for tests that are the same, and for no others."""
        if not self.is_call and isinstance(test.expected, (str, bytes)) and not test.accepted_outputs:
            # a text remembers its hash, so this reads it once
            return test.stdin, test.expected, test.validator_args
        data = plain_bytes((test.stdin, test.arguments, test.expected, test.validator_args, test.accepted_outputs))
        return blake2b(data, digest_size=16).digest() if data is not None else index


def plain_bytes(value: Any) -> bytes | None:
    """Bytes that two values share if and only if they are the same data; None for a value that is not plain."""
    try:
        return marshal.dumps(value, _MARSHAL)
    except ValueError:  # a class that marshal does not know, or nesting beyond 2,000 levels
        return None


def _answers_size(test: TestCase) -> int:
    return _flat_size(test.expected) + sum(map(_flat_size, test.accepted_outputs))


def _flat_size(value: Any) -> int:
    """About how many bytes a value takes; a nested one is looked at one level deep, which is enough to cut windows."""
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, (list, tuple)):
        return sum(len(item) if isinstance(item, (str, bytes, list, tuple, dict)) else 8 for item in value)
    return 8
