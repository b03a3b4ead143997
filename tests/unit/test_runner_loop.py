"""The runner's round: nothing that falls due is forgotten, whenever it falls due."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import pytest
from shop import Shop
from story import PATIENCE_S

from bot.errors import Unreachable
from bot.jobs import book
from bot.jobs.facts import Admitted, Ended, Fact, SubmitAnswered, SubmitRefused, TaskNamed
from bot.model import Job, JobId, JobState, Millis, Operation, Reason, Request, TaskId
from bot.providers.port import Capabilities, OperationSpec, Provider, Running, Snapshot
from bot.runner.accounts import Account, Timing
from bot.runner.loop import Runner
from bot.runner.work import Work
from bot.store.port import Topic, Transaction


class Asked:
    """A provider whose tasks run for ever; it tells when it was asked after one."""

    name, title = "apiframe", "Midjourney"
    capabilities = Capabilities({Operation.IMAGE: OperationSpec(typical_s=45.0)}, prompt_max=9)

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def poll(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Snapshot]:
        self.asked.set()
        return dict.fromkeys(task_ids, Running(10))


class Creeping:
    """Time passes with every look at the clock, as it does."""

    def __init__(self, at: Millis) -> None:
        self.at = at

    def __call__(self) -> Millis:
        self.at += 1
        return self.at


async def test_what_falls_due_between_two_looks_of_one_round_is_asked_after(
    shop: Shop, tmp_path: Path
) -> None:
    job = await shop.order(1)
    admitted = await shop.admit()
    assert admitted is not None
    deadline_at = shop.now() + 600_000
    for wait_ms in range(1, 12):  # wherever in the round the moment lies
        provider, clock = Asked(), Creeping(shop.now())
        answered = SubmitAnswered(TaskId("t"), poll_at=clock.at + wait_ms, deadline_at=deadline_at)
        await shop.tamper(f"UPDATE job SET state = 'submitting' WHERE job_id = '{job.job_id}'")
        await shop.happens(job, answered)
        runner = Runner(
            shop.store,
            {"apiframe": Account(cast("Provider", provider), lanes=3)},
            data_dir=tmp_path,
            timing=Timing(poll_s=3.0, image_deadline_s=600.0, video_deadline_s=1200.0),
            clock=clock,
        )
        running = asyncio.create_task(runner.run())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await provider.asked.wait()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


class Clumsy(Asked):
    """An adapter with a bug: it breaks while it brings a picture."""

    async def upload(self, file: Path) -> str:
        raise ZeroDivisionError(file.name)


async def test_a_bug_before_anything_was_ordered_gives_the_money_back_at_once(
    shop: Shop, tmp_path: Path
) -> None:
    wish = Request(Operation.REFERENCE_IMAGE, "a cat", references=("references/1/1.png",))
    await shop.order(1, wish)
    admitted = await shop.admit()
    assert admitted is not None
    facts: list[Fact] = []

    async def move(_: JobId, fact: Fact) -> Job | None:
        facts.append(fact)
        return None

    work = Work(
        shop.store,
        data_dir=tmp_path,
        timing=Timing(poll_s=3.0, image_deadline_s=600.0, video_deadline_s=1200.0),
        clock=shop.now,
        move=move,
    )
    await work.submit(admitted, Account(cast("Provider", Clumsy()), lanes=3))
    assert [SubmitRefused(Reason.FAILED)] == facts


@pytest.mark.parametrize("named", [[], [TaskNamed(TaskId("t-1"))]], ids=["lost", "named"])
async def test_what_nobody_can_ask_after_any_more_gives_its_money_back_and_then_its_lane(
    shop: Shop, tmp_path: Path, named: list[Fact]
) -> None:
    await shop.grant(1, 10_000)
    job = await shop.happens(await shop.order(1), Admitted(), *named)
    timing = Timing(poll_s=3.0, image_deadline_s=600.0, video_deadline_s=1200.0)
    ears = shop.store.wakeups(Topic.OUTBOX)
    without_its_key = Runner(shop.store, {}, data_dir=tmp_path, timing=timing, clock=shop.now)
    running = asyncio.create_task(without_its_key.run())
    states: list[JobState] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            for state, later_ms in ((JobState.UNKNOWN, 121_000), (JobState.NEEDS_REVIEW, 601_000)):
                while (now := await book.find_job(shop.store, job.job_id)) and (
                    now.state is not state
                ):
                    await ears.wait(0.05)
                assert now is not None
                states.append(now.state)
                shop.now.at += later_ms
                await shop.store.write(nudge)
            while (now := await book.find_job(shop.store, job.job_id)) and now.holds_lane:
                await ears.wait(0.05)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [JobState.UNKNOWN, JobState.NEEDS_REVIEW] == states
    assert now is not None
    assert (0, 0, False) == (now.held_vnd, now.held_free, now.holds_lane)


async def test_a_submit_lost_with_the_process_is_noted_once(shop: Shop, tmp_path: Path) -> None:
    job = await shop.happens(await shop.order(1), Admitted())
    timing = Timing(poll_s=3.0, image_deadline_s=600.0, video_deadline_s=1200.0)
    clock = Creeping(shop.now())
    restarted = Runner(shop.store, {}, data_dir=tmp_path, timing=timing, clock=clock)
    await restarted._recover()
    lost = await book.find_job(shop.store, job.job_id)
    assert lost is not None
    assert (JobState.UNKNOWN, job.version + 1) == (lost.state, lost.version)


async def nudge(tx: Transaction) -> None:
    """The runner looks at its clock."""
    tx.wake(Topic.RUNNER)


class Silent(Asked):
    """Nobody can be reached there."""

    async def poll(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Snapshot]:
        raise Unreachable("apiframe", "gone")


async def test_what_was_counted_of_a_job_goes_when_the_job_has_ended(
    shop: Shop, tmp_path: Path
) -> None:
    await shop.order(1)
    job = await shop.admit()
    assert job is not None
    later = shop.now() + 600_000
    job = await shop.happens(job, SubmitAnswered(TaskId("t"), poll_at=later, deadline_at=later))
    running = job

    async def move(_: JobId, fact: Fact) -> Job | None:
        return await shop.happens(running, fact)

    work = Work(
        shop.store,
        data_dir=tmp_path,
        timing=Timing(poll_s=3.0, image_deadline_s=600.0, video_deadline_s=1200.0),
        clock=shop.now,
        move=move,
    )
    account = Account(cast("Provider", Silent()), lanes=3)
    await work.read([job], account, lambda _, __: None)
    await work.forget_ended()
    assert {job.job_id: 1} == work._failed_reads.times
    await shop.happens(job, Ended(Reason.FAILED, ""))
    await work.forget_ended()
    assert {} == work._failed_reads.times
