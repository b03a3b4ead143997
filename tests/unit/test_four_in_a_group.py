"""Whatever becomes of a request in a group, it comes to four messages and edits at most."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import cast

import pytest
from outgoing import Telegram
from shop import GRID, HOUR, NOON, Shop, outputs

from bot.delivery.loop import Delivery
from bot.delivery.sending import Sending
from bot.delivery.sent import Sent
from bot.delivery.telegram import TelegramSender
from bot.jobs import book, budget
from bot.jobs.accept import Accepted, Order
from bot.jobs.facts import (
    Admitted,
    CancelAsked,
    DeadlinePassed,
    Ended,
    Fact,
    LaneOver,
    Saved,
    Seen,
    SubmitAnswered,
    SubmitLost,
    SubmitNotSent,
    TaskNamed,
    Undecided,
)
from bot.model import (
    ChatId,
    Job,
    JobId,
    JobState,
    MessageId,
    Outgoing,
    Place,
    Reason,
    Say,
    TaskId,
    UserId,
)
from bot.store.port import Transaction

GROUP = ChatId(-100)
BANG = MessageId(900)


class Group:
    """Members look on; what the bot says of one job is counted, with the state it was said in."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.said: list[tuple[Say, JobState, bool]] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        """Happens while the next thing is being said."""
        self._delivery = Delivery(
            shop.store,
            cast("Sending", self),
            cast("TelegramSender", Telegram()),
            clock=shop.now,
        )

    async def hears(self) -> None:
        """All that may go out now."""
        while True:
            await self._delivery._look()
            if not self._delivery._tasks:
                return
            await asyncio.gather(*self._delivery._tasks)

    async def cost(self, row: Outgoing) -> int:
        return 1

    async def say(self, row: Outgoing) -> Sent:
        job = await self.job(row.job_id)
        sent = _sent(row.say, job)
        if sent.messages:
            self.said.append((row.say, job.state, job.is_muted))
        if (happens := self.meanwhile) is not None:
            self.meanwhile = None
            await happens()
        return sent

    async def job(self, job_id: JobId | None) -> Job:
        job = await book.find_job(self.shop.store, job_id or "")
        assert job is not None
        return job


def _sent(say: Say, job: Job) -> Sent:
    """What the real one leaves behind."""
    is_new = job.status_message_id is None
    if say is Say.RESULT:
        return Sent(result_is_shown=True, result_is_edited=not is_new)
    is_result_coming = job.state in {JobState.READY, JobState.DELIVERING}
    if say is Say.STATUS and (
        is_result_coming or (job.state is JobState.DONE and not job.is_muted)
    ):
        return Sent(messages=0)
    return Sent(status_message_id=BANG) if say is Say.STATUS and is_new else Sent()


async def asked(shop: Shop) -> Job:
    async def work(tx: Transaction) -> Job:
        await tx.run(
            "user_seen", user_id=7, first_name="An", username=None, language_code="vi", now=NOON
        )
        place = Place(GROUP, None, MessageId(1))
        outcome = await shop.desk.accept(tx, Order(UserId(7), place, GRID, "apiframe"))
        assert isinstance(outcome, Accepted), outcome
        return outcome.job

    job = await shop.store.write(work)
    await shop.grant(7, 1_000)
    return job


async def tell_waiting(shop: Shop) -> None:
    """The account is paused, or works again."""
    await shop.store.write(
        lambda tx: tx.run(
            "statuses_rearm",
            provider="apiframe",
            now=shop.now(),
            most_in_group=budget.MOST_IN_GROUP,
            each_of_bulk=budget.EACH_OF_BULK,
            cancel_and_end=budget.CANCEL_AND_END,
        )
    )


def something(chance: random.Random, shop: Shop, job: Job) -> Fact:
    now = shop.now()
    facts: list[Fact] = [
        Admitted(),
        Admitted(),
        SubmitAnswered(TaskId(f"t-{job.job_id}"), poll_at=now, deadline_at=now + HOUR),
        SubmitAnswered(TaskId(f"t-{job.job_id}"), poll_at=now, deadline_at=now + HOUR),
        SubmitLost(lookup_at=now, until=now + HOUR),
        SubmitNotSent(retry_at=now),
        TaskNamed(TaskId(f"t-{job.job_id}")),
        Undecided(lane_until=now + HOUR),
        Seen(poll_at=now, progress=chance.randrange(100)),
        Seen(poll_at=now, progress=chance.randrange(100)),
        DeadlinePassed(poll_at=now),
        LaneOver(),
        CancelAsked(),
        Ended(Reason.REFUSED, ""),
        Saved(outputs(job, 4)),
    ]
    return chance.choice(facts)


@pytest.mark.parametrize("seed", range(25))
async def test_no_life_of_a_request_comes_to_more_than_four(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    job = await asked(shop)
    group = Group(shop)

    async def happens() -> None:
        if chance.random() < 0.2:
            await tell_waiting(shop)
            return
        standing = await group.job(job.job_id)
        await shop.happens(standing, something(chance, shop, standing))

    for _ in range(60):
        shop.now.at += chance.choice([0, 1_000, 10_000, 25_000])
        await happens()
        if chance.random() < 0.6:
            group.meanwhile = happens if chance.random() < 0.5 else None
            await group.hears()
    group.meanwhile = None
    shop.now.at += HOUR
    await group.hears()
    assert len(group.said) <= budget.MOST_IN_GROUP
    await check_that_the_end_was_told(group, await group.job(job.job_id))


async def check_that_the_end_was_told(group: Group, job: Job) -> None:
    states = [state for _, state, _ in group.said]
    if job.state is JobState.DONE and not job.is_muted:
        assert 1 == [say for say, _, _ in group.said].count(Say.RESULT)
    if job.state in {JobState.FAILED, JobState.CANCELLED}:
        assert {JobState.FAILED, JobState.CANCELLED, JobState.NEEDS_REVIEW} & set(states)


def runs(job: Job) -> list[Fact]:
    answered = SubmitAnswered(TaskId("t-1"), poll_at=NOON + HOUR, deadline_at=NOON + HOUR)
    return [Admitted(), answered]


async def test_a_long_one_is_begun_shown_once_done_and_called_out(shop: Shop) -> None:
    job, group = await asked(shop), Group(shop)
    await group.hears()
    job = await shop.happens(job, *runs(job))
    for progress in (20, 40, 60, 80):
        shop.now.at += 25_000
        job = await shop.happens(job, Seen(poll_at=shop.now(), progress=progress))
        await group.hears()
    await shop.happens(job, Saved(outputs(job, 4)))
    await group.hears()
    assert [Say.STATUS, Say.STATUS, Say.RESULT, Say.PING] == [say for say, _, _ in group.said]


async def test_after_a_pause_was_told_a_cancel_and_the_end_still_have_room(shop: Shop) -> None:
    job, group = await asked(shop), Group(shop)
    await group.hears()
    for _ in range(3):
        await tell_waiting(shop)
        await group.hears()
        shop.now.at += 60_000
    for facts in ([*runs(job)], [CancelAsked()], [Ended(Reason.REFUSED, "")]):
        job = await shop.happens(job, *facts)
        await group.hears()
        shop.now.at += 60_000
    queued, failed = (JobState.QUEUED, False), (JobState.FAILED, True)
    cancelled = (JobState.RUNNING, True)
    assert [queued, queued, cancelled, failed] == [each[1:] for each in group.said]


async def test_found_after_it_was_given_up_its_result_has_room(shop: Shop) -> None:
    job, group = await asked(shop), Group(shop)
    await group.hears()
    lost = SubmitLost(lookup_at=NOON, until=NOON)
    for facts in (
        [Admitted(), lost],
        [Undecided(lane_until=NOON + HOUR)],
        [SubmitAnswered(TaskId("t-1"), poll_at=NOON, deadline_at=NOON + HOUR)],
        [DeadlinePassed(poll_at=NOON)],
        [Saved(outputs(job, 4))],
    ):
        shop.now.at += 60_000
        job = await shop.happens(job, *facts)
        await group.hears()
    assert JobState.DONE is job.state or JobState.DONE is (await group.job(job.job_id)).state
    assert Say.RESULT is group.said[-1][0]
    assert len(group.said) <= budget.MOST_IN_GROUP


async def test_a_result_that_is_there_before_its_status_went_out_saves_the_status(
    shop: Shop,
) -> None:
    job, group = await asked(shop), Group(shop)
    job = await shop.happens(job, *runs(job), Saved(outputs(job, 4)))
    await group.hears()
    assert [Say.RESULT] == [say for say, _, _ in group.said]
