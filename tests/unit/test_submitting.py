"""One submit at a time: what its answer, its absence or a full disk makes of the job."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, cast

import pytest
from shop import HOUR, NOON, SINGLE, Shop

from bot.errors import AccountUnusable, NotReady, NotSent, StoreError
from bot.jobs import accounts, book
from bot.jobs.facts import Admitted, CancelAsked, Fact, SubmitAnswered, SubmitLost, TaskNamed
from bot.model import Job, JobId, JobState, Millis, Operation, Reason, Request, TaskId
from bot.providers.port import (
    Capabilities,
    OperationSpec,
    Provider,
    RemoteAsset,
    Snapshot,
    Submission,
)
from bot.runner.accounts import Account, Timing
from bot.runner.work import LOOKUP_EVERY_S, Work
from bot.store.port import Store, Transaction

LOST = SubmitLost(lookup_at=NOON, until=NOON + HOUR)
OPERATOR = 99
TIMING = Timing(poll_s=3.0, image_deadline_s=600.0, video_deadline_s=1200.0)
SPEC = OperationSpec(typical_s=45.0)


class Counter(Provider):
    """Where orders are handed in; ``answer`` is what it says to each."""

    name, title = "apiframe", "Midjourney"
    capabilities = Capabilities(
        dict.fromkeys((Operation.IMAGE, Operation.REFERENCE_IMAGE), SPEC),
        prompt_max=400,
        can_find_submitted=True,
    )

    def __init__(self, answer: TaskId | Exception | None = None) -> None:
        self.answer = answer or TaskId("t-1")
        self.listed: TaskId | None = None
        self.orders = 0

    async def submit(self, submission: Submission) -> TaskId:
        self.orders += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def find_submitted(
        self, submission: Submission, *, since: Millis, claimed: frozenset[TaskId]
    ) -> TaskId | None:
        return self.listed

    async def poll(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Snapshot]:
        return {}

    def open(
        self, task_id: TaskId, asset: RemoteAsset
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        raise NotReady(self.name)

    async def aclose(self) -> None: ...


def work_of(shop: Shop, folder: Path, store: Store | None = None) -> Work:
    """As the runner has it."""

    async def move(job_id: JobId, fact: Fact) -> Job | None:
        async def happens(tx: Transaction) -> Job | None:
            job = await book.find_job(tx, job_id)
            assert job is not None
            return await book.move(tx, job, fact, now=shop.now(), who="runner")

        return await shop.store.write(happens)

    return Work(store or shop.store, data_dir=folder, timing=TIMING, clock=shop.now, move=move)


def account_of(provider: Provider) -> Account:
    return Account(provider, lanes=3)


async def now_of(shop: Shop, job: Job) -> Job:
    found = await book.find_job(shop.store, job.job_id)
    assert found is not None
    return found


async def told(shop: Shop) -> int:
    """How often the operator was told something."""
    return len(await shop.store.all("outbox_of_chat", chat_id=OPERATOR))


@pytest.fixture
async def shop_of_an_operator(shop: Shop) -> Shop:
    await shop.store.write(
        lambda tx: tx.run("setting_set", scope=0, name="admin_ids", value=f"[{OPERATOR}]")
    )
    return shop


async def running_with(shop: Shop, task: str) -> Job:
    """Somebody else's job whose task this is."""
    theirs = await shop.order(8, SINGLE)
    answered = SubmitAnswered(TaskId(task), poll_at=NOON + HOUR, deadline_at=NOON + HOUR)
    return await shop.happens(theirs, Admitted(), answered)


async def test_an_answer_that_names_somebody_elses_task_makes_nobody_get_it(
    shop_of_an_operator: Shop, tmp_path: Path
) -> None:
    shop = shop_of_an_operator
    theirs = await running_with(shop, "t-1")
    await shop.order(7)
    job = await shop.admit()
    assert job is not None
    await work_of(shop, tmp_path).submit(job, account_of(Counter(TaskId("t-1"))))
    mine = await now_of(shop, job)
    assert (JobState.UNKNOWN, None) == (mine.state, mine.task_id)
    until = NOON + int(TIMING.grace_s * 1000)
    assert (NOON + int(LOOKUP_EVERY_S * 1000), until) == (mine.due_at, mine.deadline_at)
    assert (JobState.RUNNING, "t-1") == ((await now_of(shop, theirs)).state, theirs.task_id)
    assert 1 == await told(shop)


async def test_a_list_that_names_somebody_elses_task_is_asked_again_until_its_time_is_over(
    shop_of_an_operator: Shop, tmp_path: Path
) -> None:
    shop = shop_of_an_operator
    await running_with(shop, "t-1")
    job = await shop.order(7)
    lost = await shop.happens(job, Admitted(), SubmitLost(lookup_at=NOON, until=NOON + 120_000))
    provider = Counter()
    provider.listed = TaskId("t-1")
    work = work_of(shop, tmp_path)
    for _ in range(3):
        shop.now.at += 5_000
        await work.look_up(lost, account_of(provider))
        lost = await now_of(shop, job)
    assert (JobState.UNKNOWN, None, NOON + 120_000) == (lost.state, lost.task_id, lost.deadline_at)
    assert (shop.now() + 5_000, 1) == (lost.due_at, await told(shop))


class Bringing(Counter):
    """While its picture is brought, something happens."""

    def __init__(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self._meanwhile = meanwhile

    async def upload(self, file: Path) -> str:
        await self._meanwhile()
        return "handle"


async def test_a_cancel_while_pictures_are_brought_costs_nothing_and_orders_nothing(
    shop: Shop, tmp_path: Path
) -> None:
    await shop.order(7, Request(Operation.REFERENCE_IMAGE, "oil", references=("a.jpg",)))
    free_before = await shop.free_left(7)
    job = await shop.admit()
    assert job is not None
    provider = Bringing(lambda: shop.happens(job, CancelAsked()))
    await work_of(shop, tmp_path).submit(job, account_of(provider))
    cancelled = await now_of(shop, job)
    assert (JobState.CANCELLED, False, 0) == (
        cancelled.state,
        cancelled.holds_lane,
        provider.orders,
    )
    assert free_before + 1 == await shop.free_left(7)


async def test_a_picture_brought_in_peace_is_ordered(shop: Shop, tmp_path: Path) -> None:
    await shop.order(7, Request(Operation.REFERENCE_IMAGE, "oil", references=("a.jpg",)))
    job = await shop.admit()
    assert job is not None
    provider = Bringing(lambda: asyncio.sleep(0))
    await work_of(shop, tmp_path).submit(job, account_of(provider))
    assert (JobState.RUNNING, 1) == ((await now_of(shop, job)).state, provider.orders)


async def pause(shop: Shop) -> None:
    await shop.store.write(
        lambda tx: accounts.pause(tx, "apiframe", "credits", detail="", now=shop.now())
    )


@pytest.mark.parametrize("history", [[LOST], [LOST, TaskNamed(TaskId("t-1"))]])
async def test_an_order_found_again_does_not_resume_an_account(
    shop: Shop, tmp_path: Path, history: list[Fact]
) -> None:
    job = await shop.happens(await shop.order(7), Admitted(), *history)
    shop.now.at += 1_000
    await pause(shop)
    provider = Counter()
    provider.listed = TaskId("t-1")
    await work_of(shop, tmp_path).look_up(job, account_of(provider))
    assert JobState.RUNNING is (await now_of(shop, job)).state
    assert "credits" == await accounts.why_paused(shop.store, "apiframe")


@pytest.mark.parametrize(("paused_after_ms", "why"), [(1_000, "credits"), (-1_000, None)])
async def test_only_an_order_that_left_after_the_pause_shows_that_the_account_is_well(
    shop: Shop, tmp_path: Path, paused_after_ms: int, why: str | None
) -> None:
    job = await shop.happens(await shop.order(7), Admitted())
    shop.now.at += paused_after_ms
    await pause(shop)
    shop.now.at = NOON + 2_000
    await work_of(shop, tmp_path).submit(job, account_of(Counter()))
    assert JobState.RUNNING is (await now_of(shop, job)).state
    assert why == await accounts.why_paused(shop.store, "apiframe")


class FullDisk:
    """A store that cannot take the next few writes."""

    def __init__(self, store: Store, *, refusals: int) -> None:
        self._store = store
        self.refusals = refusals

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def write(self, work: Any) -> Any:
        if self.refusals:
            self.refusals -= 1
            raise StoreError("database or disk is full")
        return await self._store.write(work)


@pytest.mark.parametrize(
    ("answer", "state", "column"),
    [
        (AccountUnusable("apiframe", Reason.CREDITS, "buy"), JobState.FAILED, "paused_why"),
        (NotSent("apiframe", "busy", status=429), JobState.QUEUED, "busy_until"),
        (NotSent("apiframe", "day", is_daily_limit=True), JobState.QUEUED, "paused_why"),
    ],
    ids=["credits", "busy", "day"],
)
async def test_a_no_that_a_full_disk_cannot_take_at_once_is_no_lost_order(
    shop: Shop, tmp_path: Path, answer: Exception, state: JobState, column: str
) -> None:
    await shop.order(7)
    job = await shop.admit()
    assert job is not None
    disk = FullDisk(shop.store, refusals=2)
    await work_of(shop, tmp_path, cast("Store", disk)).submit(job, account_of(Counter(answer)))
    assert state is (await now_of(shop, job)).state
    account = await shop.store.one("account_get", provider="apiframe")
    assert account is not None
    assert account[column] is not None
