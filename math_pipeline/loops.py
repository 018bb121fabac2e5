"""A loop of asyncio in a thread of its own, for callers that block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


class LoopThread:
    """Runs coroutines; from any thread but its own. Close it, or its thread lives as long as the process."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """The coroutine's result to come."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def open(self, make: Callable[[], Result]) -> Result:
        """What `make` gives when it is called in the loop. Where it raises, so does this, and the loop is closed."""

        async def made() -> Result:
            return make()

        try:
            return self.submit(made()).result()
        except BaseException:
            self._end()
            raise

    def close(self, last: Callable[[], Awaitable[None]]) -> None:
        """Gives up what is under way, awaits `last`, and ends the thread. To be called once."""
        self.submit(_give_up(last)).result()
        self._end()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _give_up(last: Callable[[], Awaitable[None]]) -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await last()
