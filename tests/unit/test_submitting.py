"""One submit at a time: what its answer, its absence or a full disk makes of the job."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from shop import HOUR, NOON, SINGLE, Shop

from bot.errors import NotReady
from bot.jobs import book
from bot.jobs.facts import Admitted, Fact, SubmitAnswered, SubmitLost
from bot.model import Job, JobId, JobState, Millis, Operation, TaskId
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
