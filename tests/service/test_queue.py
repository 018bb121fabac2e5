"""Whose turn it is: rotation among callers, and places that are never lost."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest

from ot_code.service.queue import BusyError, FairQueue


def test_callers_take_turns():
    async def story():
        queue, served = FairQueue(1, 100), []
        await queue.take("first", 1)

        async def one(caller, number):
            await queue.take(caller, 5)
            served.append(f"{caller}{number}")
            queue.give()

        tasks = [asyncio.ensure_future(one("a", number)) for number in range(4)]
        await asyncio.sleep(0)
        tasks += [asyncio.ensure_future(one(caller, 0)) for caller in "bc"]
        await asyncio.sleep(0)
        queue.give()
        await asyncio.gather(*tasks)
        return served, queue

    served, queue = asyncio.run(story())
    assert served == ["a0", "b0", "c0", "a1", "a2", "a3"]
    assert (queue.free, queue.waiting) == (1, 0)


def test_the_most_urgent_of_a_caller_comes_first():
    async def story():
        queue, served = FairQueue(1, 100), []
        await queue.take("a", 1)

        async def one(timeout_s):
            await queue.take("a", timeout_s)
            served.append(timeout_s)
            queue.give()

        tasks = [asyncio.ensure_future(one(timeout_s)) for timeout_s in (30, 10, 20, 5)]
        await asyncio.sleep(0)
        queue.give()
        await asyncio.gather(*tasks)
        return served

    assert asyncio.run(story()) == [5, 10, 20, 30]


def test_no_place_is_lost_whoever_leaves_when():
    async def story(seed):
        choose = random.Random(seed)
        queue = FairQueue(3, 50)
        most = 0

        async def one(caller):
            nonlocal most
            await queue.take(caller, choose.choice([0.001, 0.02, 1]))
            try:
                most = max(most, queue.places - queue.free)
                await asyncio.sleep(choose.random() / 500)
            finally:
                queue.give()

        tasks = [asyncio.ensure_future(one(choose.choice("abcd"))) for _ in range(60)]
        for task in choose.sample(tasks, 20):
            await asyncio.sleep(choose.random() / 2000)
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, BusyError):
                await task
        return queue.free, queue.waiting, most

    for seed in range(20):
        assert asyncio.run(story(seed)) == (3, 0, 3)


def test_who_waits_too_long_is_told_when_to_come_again():
    async def story():
        queue = FairQueue(1, 1)
        await queue.take("a", 1)
        with pytest.raises(BusyError, match="deadline") as late:
            await queue.take("b", 0.01)
        waits = asyncio.ensure_future(queue.take("b", 1))
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="waiting already"):
            await queue.take("c", 1)
        queue.close()
        with pytest.raises(BusyError, match="stopping"):
            await waits
        return late.value.retry_after_s

    assert asyncio.run(story()) >= 1


def test_a_caller_that_fills_the_line_shuts_nobody_out():
    async def story():
        queue, served, sent_away = FairQueue(1, 10), [], []
        await queue.take("greedy", 1)

        async def one(caller, number):
            try:
                await queue.take(caller, 5)
            except BusyError:
                sent_away.append((caller, number))
                return
            served.append((caller, number))
            queue.give()

        tasks = []
        for caller, numbers in (
            ("greedy", range(12)), ("modest", range(3)), ("other", range(1)), ("modest", range(3, 7)),
        ):  # fmt: skip
            tasks += [asyncio.ensure_future(one(caller, number)) for number in numbers]
            await asyncio.sleep(0)
        assert queue.waiting == 10
        queue.give()
        await asyncio.gather(*tasks)
        return served, sent_away, queue

    served, sent_away, queue = asyncio.run(story())
    assert {caller for caller, _ in sent_away[:2]} == {"greedy"}  # 10 wait: who comes after that is sent away
    assert [each for each in served if each[0] == "other"] == [("other", 0)]
    assert [each for each in served if each[0] == "modest"] == [("modest", number) for number in (0, 1, 2, 3)]
    assert [each for each in served if each[0] == "greedy"] == [("greedy", number) for number in range(5)]
    assert (queue.free, queue.waiting) == (1, 0)
