"""Jobs as rows: read one, move one. The store side of `advance`, all in the caller's transaction.

Knows nothing of why a fact happened; knows that a move, its money, its event and what is to be
said are written together or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from bot.errors import StaleJob, TaskTaken
from bot.i18n import choose
from bot.jobs import board, budget, bulk
from bot.jobs.advance import advance
from bot.jobs.buttons import Act, Press
from bot.jobs.facts import (
    Capture,
    Effect,
    Fact,
    Keep,
    Release,
    ShowResult,
    ShowStatus,
    TellOperator,
)
from bot.jobs.privacy import private_place
from bot.jobs.rules import rules_of
from bot.jobs.saying import say
from bot.model import Job, JobState, Millis, Operation, Place, Say, Urgency
from bot.money import ledger
from bot.store.port import Reading, Topic, Transaction
from bot.store.records import asset_values, job_values, read_job

PROGRESS_PAUSE_PRIVATE_S = 5.0
PROGRESS_FIRST_PRIVATE_S = 2.0
"""The first bar comes sooner: it tells a person that something is happening at all."""
PROGRESS_PAUSE_GROUP_S = 20.0
HOUR_MS = 3_600_000
QUESTION = "operator.needs_review"
"""What an operator answers, with a button."""


async def find_job(reading: Reading, job_id: str) -> Job | None:
    row = await reading.one("job_get", job_id=job_id)
    return read_job(row) if row else None


async def move(tx: Transaction, job: Job, fact: Fact, *, now: Millis, who: str) -> Job:
    """Let ``fact`` happen to ``job`` as it was read; the job as it is afterwards.

    Raises StaleJob when somebody moved it since, TaskTaken when the task is another job's.
    """
    moved, effects = advance(job, fact, now=now)
    if moved == job:
        return job
    if moved.task_id is not None and moved.task_id != job.task_id:
        owner = await tx.one("job_of_task", provider=job.provider, task_id=moved.task_id)
        if owner is not None:
            raise TaskTaken(moved.task_id, owner["job_id"])
    if not await tx.run("job_update", **job_values(moved)):
        raise StaleJob(job.job_id)
    if _told_of(moved) != _told_of(job):
        await tx.run(
            "event_add",
            job_id=job.job_id,
            at=now,
            from_state=job.state.value,
            to_state=moved.state.value,
            who=who,
            why=type(fact).__name__,
        )
    for effect in effects:
        await _apply(tx, moved, effect, now)
    if moved.bulk_id is not None and moved.state is not job.state:
        await bulk.member_moved(tx, moved.bulk_id, moved, now=now)
    if moved.board_id is not None and moved.state is not job.state:
        await board.member_moved(tx, moved.board_id, moved, now=now)
    if moved.due_at is not None or job.holds_lane != moved.holds_lane:
        tx.wake(Topic.RUNNER)
    row = await tx.one("job_get", job_id=job.job_id)
    assert row is not None
    return read_job(row)


def _told_of(job: Job) -> tuple[JobState, bool, bool]:
    """What somebody reading its events wants to know the changes of."""
    return job.state, job.is_muted, job.to_private


async def _apply(tx: Transaction, job: Job, effect: Effect, now: Millis) -> None:
    match effect:
        case Capture():
            await ledger.capture(tx, job, effect.amount_vnd, now=now)
        case Release():
            await ledger.release(
                tx,
                job,
                outputs_free=effect.outputs_free,
                amount_vnd=effect.amount_vnd,
                now=now,
            )
        case Keep():
            for asset in effect.assets:
                await tx.run("asset_add", **asset_values(asset))
        case ShowStatus():
            await show_status(tx, job, effect, now=now)
        case ShowResult():
            if not job.to_private:
                await tx.run("status_rest", key=f"status:{job.job_id}")
            await say(
                tx,
                Say.RESULT,
                place_of_result(job),
                urgency=Urgency.RESULT,
                now=now,
                job_id=job.job_id,
                key=f"result:{job.job_id}",
            )
        case TellOperator():
            await tell_of(tx, job, effect.key, now=now)
        case _:
            assert_never(effect)


async def tell_of(tx: Transaction, job: Job, text_key: str, *, now: Millis) -> None:
    """Say something of ``job`` to the operator; what is no question, once an hour per provider."""
    is_question = text_key == QUESTION  # each of them waits for its own answer
    close = Press(Act.RESOLVE, job.job_id).data()
    await tell_operator(
        tx,
        text_key,
        now=now,
        buttons=[[{"key": "button.resolve", "word": "", "data": close}]] if is_question else (),
        once=None if is_question else f"{text_key}:{job.provider}:{now // HOUR_MS}",
        code=job.job_id,
        provider=job.provider,
        detail=job.detail,
    )


async def is_drawn(reading: Reading, job: Job) -> bool:
    """AI made its pictures; of one that was only enlarged, the picture it comes from."""
    while job.request.operation is Operation.ENLARGE:
        parent = await find_job(reading, job.parent_id) if job.parent_id else None
        if parent is None:
            return False
        job = parent
    return True


def home_of(job: Job) -> Place:
    """The place its answer belongs to."""
    return Place(job.chat_id, job.thread_id, job.request_message_id)


def place_of_result(job: Job) -> Place:
    """Where its result goes; of one that is for who asked alone, their private chat."""
    return private_place(job.user_id) if job.to_private else home_of(job)


async def show_status(tx: Transaction, job: Job, effect: ShowStatus, *, now: Millis) -> None:
    """Make the job's one status row wait again; progress is dropped rather than sent too often."""
    is_progress = effect.urgency is Urgency.PROGRESS
    if is_progress and (await rules_of(tx, job.chat_id)).is_quiet:
        return
    if job.bulk_id is not None:
        await bulk.member_shows(tx, job.bulk_id, job, now=now)
        return
    if job.board_id is not None:  # a message of its own it has only once it came to nothing
        await board.member_shows(tx, job.board_id, job, effect.urgency, now=now)
    is_group = job.chat_id < 0
    pause_s = PROGRESS_PAUSE_GROUP_S if is_group else PROGRESS_PAUSE_PRIVATE_S
    is_sooner = effect.is_first_bar and not is_group
    first_s = PROGRESS_FIRST_PRIVATE_S if is_sooner else pause_s
    await tx.run(
        "status_rearm",
        key=f"status:{job.job_id}",
        urgency=int(effect.urgency),
        now=now,
        pause_ms=int(pause_s * 1000),
        first_ms=int(first_s * 1000),
        most=budget.most_of_status(job),
    )
    tx.wake(Topic.OUTBOX)


async def tell_operator(
    tx: Transaction,
    text_key: str,
    *,
    now: Millis,
    buttons: Sequence[Sequence[Mapping[str, str]]] = (),
    once: str | None = None,
    **values: Any,
) -> None:
    """Say something to everybody in BOT_ADMIN_IDS, each in their language.

    ``once``: what was said under this name is not said again.
    Who they are is a setting, kept in the database at start so that any room may tell them.
    """
    row = await tx.one("setting_get", scope=0, name="admin_ids")
    for admin_id in json.loads(row["value"]) if row else []:
        admin = await tx.one("user_get", user_id=admin_id)
        await say(
            tx,
            Say.TEXT,
            Place(admin_id, None, None),
            urgency=Urgency.ANSWER,
            now=now,
            payload={
                # Nobody knows the language of an admin who never wrote: "" is the default one.
                "language": choose(admin["language"], None, admin["language_code"], "")
                if admin
                else "",
                "key": text_key,
                "values": values,
                "buttons": buttons,
            },
            key=f"{once}:{admin_id}" if once else None,
        )


def is_under_way(job: Job) -> bool:
    """It may still be cancelled, or at least kept from being sent."""
    return job.state in {
        JobState.QUEUED,
        JobState.SUBMITTING,
        JobState.UNKNOWN,
        JobState.RUNNING,
    }
