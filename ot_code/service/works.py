"""The sandbox, the judges and the threads of one server, and how a request gets its turn on them.

Theory of operation. The event loop only waits: a request takes a place of the FairQueue, its work runs on one of as
many threads, and the place is given back when the thread is done, not when the caller has left. Past its deadline, or
when its caller has left, what runs is ended by a Stop.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from code_pipeline.judge import Judge
from ot_code.service.metrics import Metrics
from ot_code.service.problems import Problems
from ot_code.service.queue import BusyError, FairQueue
from ot_code.service.settings import ServiceSettings
from sandbox import LanguageError, Program, Sandbox, SandboxError, Stop, languages

if TYPE_CHECKING:
    from math_pipeline import MathVerifier

T = TypeVar("T")
MIB = 1024 * 1024
_AGAIN_FIRST_S, _AGAIN_LAST_S = 1.0, 60.0  # between two tries of what failed at the start


class Works:
    """What one server works with. `open` and `close` it from its event loop."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.sandbox = Sandbox(jobs=settings.jobs)
        self.judge = Judge(self.sandbox)
        self.thorough = self.judge.thorough()
        self.problems = Problems(settings.problems_mb * MIB)
        self.places = self.sandbox.jobs if settings.jobs else self.sandbox.slot_count
        self.queue = FairQueue(self.places, settings.waiting)
        self.ready = False
        self.stopping = False  # nothing more is begun
        self.draining = False  # no new connections; what is held is finished
        self.not_ready_because = "the sandbox is being tried"
        self.missing: dict[str, str] = {}  # languages that do not work here, and the mend
        self.toolchains: dict[str, str] = {}
        self._threads = ThreadPoolExecutor(self.places, thread_name_prefix="service")
        self._math_lock = threading.Lock()
        self._math: MathVerifier | None = None
        self._stops: set[Stop] = set()
        self.metrics.slots.set(self.places)

    def warm_up(self) -> None:
        """Tries the sandbox and each language once, so that no caller pays for the first time. Blocking.

        What fails is tried again: a machine that was too busy for a moment is not without a compiler for good.
        """
        pause_s = _AGAIN_FIRST_S
        left = [*languages()]
        while left and not self.stopping:
            try:
                left = self._tried(left)
            except Exception as error:  # noqa: BLE001  a thread's border: /readyz says it
                self.not_ready_because = f"{type(error).__name__}: {error}"
            if left:
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, _AGAIN_LAST_S)

    def _tried(self, names: list[str]) -> list[str]:
        """The languages among `names` whose self-test failed. Raises SandboxError where no program can be run."""
        if not self.ready:
            self.sandbox.run("print(6 * 7)")
            for name in names:
                try:
                    self.toolchains[name] = self.sandbox.toolchain(name)
                except LanguageError as error:
                    self.missing[name] = str(error)
            self.ready = True  # not before: who asks for a version must not be told that there is none
        failed = []
        for name in names:
            if name not in self.toolchains or self.stopping:
                continue
            source, given, expected = languages()[name].self_test
            try:
                done = self.sandbox.run(Program(source, name), stdin=given)
                why = "" if done.stdout == expected else f"its self-test printed {done.stdout!r:.80}"
            except SandboxError as error:
                why = str(error)
            if why:
                self.missing[name] = why
                failed.append(name)
            else:
                self.missing.pop(name, None)
        return failed

    async def do(self, caller: str, deadline_s: float, work: Callable[[Stop], T]) -> T:
        """What `work` gives, on a thread of ours in the caller's turn. deadline_s: from now.

        Raises BusyError once the deadline has passed, or the server stops; and what `work` raises.
        """
        if self.stopping:
            raise BusyError("the server is stopping; send the request to another, or again later", 5)
        begun = time.monotonic()
        await self.queue.take(caller, deadline_s)
        self.metrics.wait_s.observe(time.monotonic() - begun)
        stop = Stop()
        self._stops.add(stop)
        loop = asyncio.get_running_loop()
        started = time.monotonic()
        future = self._threads.submit(work, stop)

        def done(_: Future[T]) -> None:
            try:
                loop.call_soon_threadsafe(self._done, stop, started)
            except RuntimeError:
                pass  # the loop is closed: nobody waits for a place any more

        future.add_done_callback(done)
        waited = asyncio.wrap_future(future)
        try:
            await asyncio.wait({waited}, timeout=begun + deadline_s - time.monotonic())
        except asyncio.CancelledError:
            self._call_off(stop, waited)
            raise
        if not waited.done():
            self._call_off(stop, waited)
            raise BusyError(f"the deadline of {deadline_s:g} s passed while the program ran", 1)
        try:
            return waited.result()
        except (CancelledError, asyncio.CancelledError):  # the work's own, as the loop translates it: it was called off
            raise BusyError("the server is stopping; send the request to another, or again later", 5) from None

    def _call_off(self, stop: Stop, waited: asyncio.Future[T]) -> None:
        waited.add_done_callback(lambda each: each.cancelled() or each.exception())  # seen, so that nothing warns
        self._threads_off.submit(stop.set)

    @property
    def _threads_off(self) -> ThreadPoolExecutor:
        """A thread that kills: the loop must not wait for a lock that a dying jail holds."""
        if not hasattr(self, "_killer"):
            self._killer = ThreadPoolExecutor(1, thread_name_prefix="service-stop")
        return self._killer

    def _done(self, stop: Stop, started: float) -> None:
        self._stops.discard(stop)
        self.metrics.work_s.observe(time.monotonic() - started)
        self.queue.give()

    def math(self) -> MathVerifier:
        """The math verifier, opened at its first use. Raises MissingExtraError without the [math] extra."""
        from math_pipeline import MathVerifier  # noqa: PLC0415  a server without math rows does not pay for it

        with self._math_lock:
            if self._math is None:
                self._math = MathVerifier(workers=self.places)
            return self._math

    def measure(self) -> None:
        """Brings the gauges up to date."""
        metrics, pool = self.metrics, self.sandbox.pool
        metrics.waiting.set(self.queue.waiting)
        metrics.busy.set(self.queue.places - self.queue.free)
        metrics.jails.set(pool.open_count)
        metrics.restarts.set(pool.replaced)

    def abandon(self) -> None:
        """Ends what waits and what runs; its callers are told to go elsewhere."""
        self.stopping = True
        self.queue.close()
        for stop in list(self._stops):
            self._threads_off.submit(stop.set)

    def close(self) -> None:
        """Ends everything. Blocking."""
        self.stopping = True
        for stop in list(self._stops):
            stop.set()
        self.sandbox.close()  # before the threads are waited for: a build that goes on is ended with its jail
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._threads_off.shutdown(wait=True)
        self.judge.close()
        if self._math is not None:
            self._math.close()
