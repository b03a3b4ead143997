"""What a call to a webhook does to a job, whoever sends it and whenever it comes."""

import pytest
from shop import HOUR, NOON, Shop

from bot.jobs import webhooks
from bot.jobs.facts import (
    Admitted,
    Fact,
    SubmitAnswered,
    SubmitLost,
    SubmitNotSent,
    Undecided,
)
from bot.model import Job, JobState, TaskId


async def call(shop: Shop, reference: str, task: str | None, *, provider: str = "apiframe") -> bool:
    task_id = None if task is None else TaskId(task)
    return await shop.store.write(
        lambda tx: webhooks.hear(tx, provider, reference, task_id, now=shop.now())
    )


async def now_of(shop: Shop, job: Job) -> tuple[str, str | None, int | None]:
    row = await shop.store.one("job_get", job_id=job.job_id)
    assert row is not None
    return row["state"], row["task_id"], row["due_at"]


def answered(task: str) -> SubmitAnswered:
    return SubmitAnswered(TaskId(task), poll_at=NOON + HOUR, deadline_at=NOON + HOUR)


async def test_nobody_has_a_reference_that_was_made_up(shop: Shop) -> None:
    job = await shop.order(1)
    assert not await call(shop, "cd" * 16, "t-1")
    assert not await call(shop, job.job_id, "t-1")
    assert not await call(shop, job.reference, "t-1", provider="flow")


async def test_the_task_of_a_lost_submit_is_named_and_looked_at_now(shop: Shop) -> None:
    job = await shop.order(1)
    lost = SubmitLost(lookup_at=NOON + HOUR, until=NOON + HOUR)
    await shop.happens(job, Admitted(), lost)
    assert await call(shop, job.reference, "t-1")
    assert (JobState.UNKNOWN, "t-1", NOON) == await now_of(shop, job)
    assert await call(shop, job.reference, "t-2")
    assert (JobState.UNKNOWN, "t-1", NOON) == await now_of(shop, job)


async def test_a_task_of_somebody_else_is_never_taken_over(shop: Shop) -> None:
    theirs, job = await shop.order(1), await shop.order(2)
    await shop.happens(theirs, Admitted(), answered("t-1"))
    await shop.happens(job, Admitted())
    assert await call(shop, job.reference, "t-1")
    assert (JobState.SUBMITTING, None, None) == await now_of(shop, job)


async def test_a_call_that_names_nothing_still_has_the_job_read_now(shop: Shop) -> None:
    job = await shop.order(1)
    await shop.happens(job, Admitted(), answered("t-1"))
    assert (JobState.RUNNING, "t-1", NOON + HOUR) == await now_of(shop, job)
    assert await call(shop, job.reference, None)
    assert (JobState.RUNNING, "t-1", NOON) == await now_of(shop, job)


LOST = SubmitLost(lookup_at=NOON + HOUR, until=NOON + HOUR)
REVIEW = [LOST, Undecided(lane_until=NOON + HOUR)]


@pytest.mark.parametrize(
    ("history", "state"), [([LOST], JobState.UNKNOWN), (REVIEW, JobState.NEEDS_REVIEW)]
)
async def test_a_call_that_names_somebody_elses_task_is_told_to_the_operator_once(
    shop: Shop, history: list[Fact], state: JobState
) -> None:
    theirs, job = await shop.order(1), await shop.order(2)
    await shop.happens(theirs, Admitted(), answered("t-1"))
    await shop.happens(job, Admitted(), *history)
    await shop.store.write(
        lambda tx: tx.run("setting_set", scope=0, name="admin_ids", value="[99]")
    )
    for _ in range(3):
        assert await call(shop, job.reference, "t-1")
    assert (state, None, NOON + HOUR) == await now_of(shop, job)
    assert 1 == len(await shop.store.all("outbox_of_chat", chat_id=99))


async def test_an_order_that_was_turned_away_and_taken_all_the_same_is_not_sent_again(
    shop: Shop,
) -> None:
    job = await shop.order(1)
    await shop.happens(job, Admitted(), SubmitNotSent(retry_at=NOON + 2_000))
    assert await call(shop, job.reference, "t-1")
    assert (JobState.UNKNOWN, "t-1", NOON) == await now_of(shop, job)
    shop.now.at += 3_000
    assert None is await shop.admit()
    assert [{"task_id": "t-1"}] == await shop.store.all(
        "claimed_tasks", provider="apiframe", since=NOON
    )


async def test_a_call_about_what_was_never_ordered_names_nothing(shop: Shop) -> None:
    job = await shop.order(1)
    assert await call(shop, job.reference, "t-1")
    assert (JobState.QUEUED, None, NOON) == await now_of(shop, job)
