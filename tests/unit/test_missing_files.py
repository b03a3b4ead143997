"""Results with more or fewer files than were asked for: all that exist arrive, at most what was asked is paid."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from pathlib import Path

import pytest
import samples
from shop import GRID, Shop, a_job

from bot.errors import NotReady
from bot.jobs import book
from bot.jobs.advance import capture_for
from bot.jobs.facts import Capture, Fact, SubmitAnswered
from bot.model import AssetKind, Job, JobId, JobState, Operation, TaskId
from bot.providers.port import (
    Capabilities,
    OperationSpec,
    Provider,
    RemoteAsset,
    Snapshot,
    Submission,
    Succeeded,
)
from bot.runner.accounts import Account, Timing
from bot.runner.collecting import ANNOUNCED_TRIES, LAG_TRIES
from bot.runner.work import Work

ONE_UNCOUNTED = Succeeded((RemoteAsset(AssetKind.IMAGE, 0),), is_count_known=False)


def counted(count: int) -> Succeeded:
    return Succeeded(tuple(RemoteAsset(AssetKind.IMAGE, index) for index in range(count)))


class Shelf(Provider):
    """A provider whose finished task has some files, whatever it told of them."""

    name = "apiframe"
    title = "Midjourney"
    capabilities = Capabilities({Operation.IMAGE: OperationSpec(typical_s=45.0)}, prompt_max=9)

    def __init__(self, told: Succeeded, files: int, *, missing: int | None = None) -> None:
        self.told = told
        self.files = files
        self.missing = missing

    async def submit(self, submission: Submission) -> TaskId:
        return TaskId("t")

    async def poll(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Snapshot]:
        return dict.fromkeys(task_ids, self.told)

    @contextlib.asynccontextmanager
    async def open(
        self, task_id: TaskId, asset: RemoteAsset
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        if asset.index >= self.files or asset.index == self.missing:
            raise NotReady(self.name, status=404)

        async def chunks() -> AsyncIterator[bytes]:
            yield samples.picture(8 + asset.index, 8)

        yield chunks()

    async def aclose(self) -> None: ...


@dataclasses.dataclass
class Reader:
    """Reads one running job again and again, as the runner does."""

    shop: Shop
    work: Work
    account: Account
    job: Job

    async def look(self) -> Job:
        """One read, with the fetch it starts, at the moment it is due."""
        fetches: list[Coroutine[None, None, None]] = []
        await self.work.read([self.job], self.account, lambda _, work: fetches.append(work))
        for work in fetches:
            await work
        self.job = await self.now()
        return self.job

    async def now(self) -> Job:
        job = await book.find_job(self.shop.store, self.job.job_id)
        assert job is not None
        self.shop.now.at = max(self.shop.now.at, job.due_at or 0)
        return job


async def reader(shop: Shop, folder: Path, provider: Shelf, count: int) -> Reader:
    """A job for ``count`` pictures, running."""
    accepted = await shop.order(1, dataclasses.replace(GRID, count=count))
    await shop.admit()
    deadline_at = shop.now() + 600_000
    job = await shop.happens(accepted, SubmitAnswered(TaskId("t"), shop.now(), deadline_at))

    async def move(job_id: JobId, fact: Fact) -> Job | None:
        assert job_id == job.job_id
        return await shop.happens(job, fact)

    timing = Timing(poll_s=3.0, image_deadline_s=600.0, video_deadline_s=1200.0)
    work = Work(shop.store, data_dir=folder, timing=timing, clock=shop.now, move=move)
    return Reader(shop, work, Account(provider, lanes=3), job)


async def tiles(shop: Shop, job: Job) -> list[int]:
    """The pictures written down, without the grid."""
    rows = await shop.store.all("assets_of_job", job_id=job.job_id)
    return [row["tile"] for row in rows if row["tile"] > 0]


async def test_what_nobody_counted_is_fetched_as_asked(shop: Shop, tmp_path: Path) -> None:
    reading = await reader(shop, tmp_path, Shelf(ONE_UNCOUNTED, files=4), count=4)

    job = await reading.look()

    assert (JobState.READY, [1, 2, 3, 4]) == (job.state, await tiles(shop, job))


async def test_fewer_uncounted_pictures_are_believed_after_some_looks_and_only_they_are_paid(
    shop: Shop, tmp_path: Path
) -> None:
    reading = await reader(shop, tmp_path, Shelf(ONE_UNCOUNTED, files=2), count=4)
    before = [(await reading.look()).state for _ in range(LAG_TRIES - 1)]

    job = await reading.look()

    assert [JobState.RUNNING] * (LAG_TRIES - 1) == before
    assert (JobState.READY, [1, 2]) == (job.state, await tiles(shop, job))
    assert (2, 0, 0) == (job.charged_free, job.charged_vnd, job.held_free)


async def test_a_picture_that_only_lags_is_not_given_up(shop: Shop, tmp_path: Path) -> None:
    shelf = Shelf(ONE_UNCOUNTED, files=2)
    reading = await reader(shop, tmp_path, shelf, count=3)
    await reading.look()
    shelf.files = 3

    job = await reading.look()

    assert (JobState.READY, [1, 2, 3]) == (job.state, await tiles(shop, job))


async def test_without_a_single_picture_there_is_waited_on(shop: Shop, tmp_path: Path) -> None:
    reading = await reader(shop, tmp_path, Shelf(ONE_UNCOUNTED, files=0), count=2)

    states = {(await reading.look()).state for _ in range(ANNOUNCED_TRIES + 1)}

    assert {JobState.RUNNING} == states


async def test_announced_pictures_are_waited_for_longer_and_not_for_ever(
    shop: Shop, tmp_path: Path
) -> None:
    reading = await reader(shop, tmp_path, Shelf(counted(4), files=3), count=4)
    before = {(await reading.look()).state for _ in range(ANNOUNCED_TRIES - 1)}

    job = await reading.look()

    assert {JobState.RUNNING} == before
    assert (JobState.READY, [1, 2, 3]) == (job.state, await tiles(shop, job))


@pytest.mark.parametrize(
    ("told", "tries"), [(ONE_UNCOUNTED, LAG_TRIES), (counted(4), ANNOUNCED_TRIES)]
)
@pytest.mark.parametrize("missing", [0, 2])
async def test_one_picture_that_never_comes_keeps_none_of_the_others_and_none_of_their_numbers(
    shop: Shop, tmp_path: Path, missing: int, told: Succeeded, tries: int
) -> None:
    reading = await reader(shop, tmp_path, Shelf(told, files=4, missing=missing), count=4)
    before = {(await reading.look()).state for _ in range(tries - 1)}

    job = await reading.look()

    there = [tile for tile in (1, 2, 3, 4) if tile != missing + 1]
    assert {JobState.RUNNING} == before
    assert (JobState.READY, there) == (job.state, await tiles(shop, job))
    assert 3 == job.charged_free + job.charged_vnd // 100


@pytest.mark.parametrize(("made", "paid"), [(1, 1), (2, 2), (3, 2), (6, 2)])
async def test_all_that_was_made_arrives_and_at_most_what_was_asked_is_taken(
    shop: Shop, tmp_path: Path, made: int, paid: int
) -> None:
    reading = await reader(shop, tmp_path, Shelf(counted(made), files=made), count=2)

    job = await reading.look()

    assert (JobState.READY, made) == (job.state, len(await tiles(shop, job)))
    assert (paid, 0, 0) == (job.charged_free, job.held_free, job.held_vnd)


def test_more_pictures_than_were_held_for_take_no_more_than_is_held() -> None:
    job = a_job(held_free=1, held_vnd=300, price_each_vnd=100)

    assert Capture(1, 300) == capture_for(job, outputs=6)
