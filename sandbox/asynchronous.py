"""The Sandbox for asyncio: the same calls, awaited; the work stays on the Sandbox's own threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, TypeVar

from sandbox.executor import Sandbox
from sandbox.runtime import Runtime
from sandbox.types import Call, Execution, Limits, Program, Run

_T = TypeVar("_T")


class AsyncSandbox:
    """A Sandbox whose calls are awaited. `async with`, or `await close()`. Arguments and errors are the Sandbox's."""

    def __init__(
        self,
        *,
        jobs: int | None = None,
        limits: Limits | None = None,
        runtime: Runtime | None = None,
        pin: bool = False,
        jail: str | None = None,
        image: str | None = None,
        container_runtime: str | None = None,
        require_isolation: str | None = None,
        allow_weak_isolation: bool = False,
    ) -> None:
        self.blocking = Sandbox(
            jobs=jobs, limits=limits, runtime=runtime, pin=pin, jail=jail, image=image,
            container_runtime=container_runtime, require_isolation=require_isolation,
            allow_weak_isolation=allow_weak_isolation,
        )  # fmt: skip
        # Of its own: run_many waits on the Sandbox's threads, and must not do so on one of them.
        self._threads = ThreadPoolExecutor(self.blocking.jobs + 1, thread_name_prefix="ot-code-async")

    async def __aenter__(self) -> AsyncSandbox:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends every jail."""
        await asyncio.get_running_loop().run_in_executor(None, self.blocking.close)
        self._threads.shutdown(wait=False)

    async def run(
        self,
        program: Program | str,
        *,
        language: str = "python3",
        stdin: str | bytes = b"",
        files: Mapping[str, str | bytes] | None = None,
        limits: Limits | None = None,
    ) -> Execution:
        """Runs a program once."""
        return await self._await(
            lambda: self.blocking.run(program, language=language, stdin=stdin, files=files, limits=limits)
        )

    async def call(
        self, program: Program | str, function: str, *arguments: Any, limits: Limits | None = None
    ) -> Execution:
        """Calls a function of a program once."""
        return await self._await(lambda: self.blocking.call(program, function, *arguments, limits=limits))

    async def run_many(
        self, program: Program | str, runs: Iterable[Run | Call | str | bytes], *, limits: Limits | None = None
    ) -> AsyncIterator[Execution]:
        """Runs one program on many inputs; executions in the order of `runs`, as they finish."""
        executions: Iterator[Execution] = self.blocking.run_many(program, runs, limits=limits)
        while (execution := await self._await(lambda: next(executions, None))) is not None:
            yield execution

    async def _await(self, call: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)
