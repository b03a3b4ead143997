"""Many requests in one group at once: they share one message that tells how each of them stands.

Knows nothing of words. Its members are jobs like any other; what happens to one is told here by
`book` and `accept`, in the same transaction. Why there is such a thing: docs/decisions/0010.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from bot.jobs import budget
from bot.jobs.privacy import went_private
from bot.jobs.saying import say
from bot.model import (
    FINAL_STATES,
    ChatId,
    Job,
    JobState,
    MessageId,
    Millis,
    Place,
    Say,
    Urgency,
)
from bot.store.port import Reading, Row, Topic, Transaction
from bot.store.records import read_job

OWN_MOST: Final = 3
"""Requests of a group that have a status message of their own at once; the next shares a board."""
SEATS: Final = 20
"""Requests under way on one board: each has a line and a button."""
FRESH_S: Final = 180.0
"""An older board stands too far above: the next request opens another."""
PAUSE_S: Final = 20.0
FIRST_PAUSE_S: Final = 5.0
"""Who asked at the same moment as the first is shown sooner."""


@dataclasses.dataclass(frozen=True, slots=True)
class Board:
    """One message of many requests."""

    board_id: int
    chat_id: ChatId
    thread_id: int | None
    message_id: MessageId | None
    """None: it is not in the chat yet."""
    ended_at: Millis | None
    """When the last of them had ended."""


def read_board(row: Row) -> Board:
    message_id = row["message_id"]
    return Board(
        board_id=row["board_id"],
        chat_id=ChatId(row["chat_id"]),
        thread_id=row["thread_id"],
        message_id=None if message_id is None else MessageId(message_id),
        ended_at=row["ended_at"],
    )


async def find_board(reading: Reading, board_id: int) -> Board | None:
    row = await reading.one("board_get", board_id=board_id)
    return read_board(row) if row else None


async def jobs_on(reading: Reading, board_id: int) -> list[Job]:
    """All that ever stood on it, in the order they were asked for."""
    return [read_job(row) for row in await reading.all("jobs_of_board", board_id=board_id)]


async def seat(tx: Transaction, place: Place, *, now: Millis) -> int | None:
    """The board that a request asked at ``place`` is to share; None: it has a message of its own."""
    if place.chat_id > 0:
        return None
    where = {"chat_id": place.chat_id, "thread_id": place.thread_id or 0}
    own = await tx.one("own_statuses", **where)
    if own is None or own["n"] < OWN_MOST:
        return None
    since = now - int(FRESH_S * 1000)
    row = await tx.one("board_to_join", **where, since=since, seats=SEATS)
    if row is None:
        row = await tx.one("board_add", chat_id=place.chat_id, thread_id=place.thread_id, now=now)
    assert row is not None
    return int(row["board_id"])


async def joined(tx: Transaction, board_id: int, place: Place, *, now: Millis) -> None:
    """A request has just been accepted onto it: it is shown there, and nodded to where it stands.

    An edit notifies nobody, and one far above is not even seen.
    """
    home = dataclasses.replace(place, reply_to=None)
    payload = {"board_id": board_id}
    await say(
        tx, Say.BOARD, home, urgency=Urgency.ANSWER, now=now, payload=payload, key=_key(board_id)
    )
    await _show(tx, board_id, Urgency.PROGRESS, now=now, most=budget.UNBOUNDED)
    if place.reply_to is not None and await _is_asked_by_a_person(tx, place):
        key = f"nod:{place.chat_id}:{place.reply_to}"
        await say(tx, Say.NOD, place, urgency=Urgency.ANSWER, now=now, key=key)


async def _is_asked_by_a_person(tx: Transaction, place: Place) -> bool:
    """Who pressed a button under a result of ours was answered at once, where they pressed."""
    ours = await tx.one("message_get", chat_id=place.chat_id, message_id=place.reply_to)
    return ours is None


async def member_shows(
    tx: Transaction, board_id: int, job: Job, urgency: Urgency, *, now: Millis
) -> None:
    """Something about a member is worth showing: what came to nothing is told to who asked, and
    so is where to get what could not be sent to them alone.

    Bars alone move the board no more often than it has members, so that a request on it costs no
    more than four messages, its share of the edits and its result together. Who cancels looks at
    it: that is an answer, and its one edit is what their result would have been.
    """
    is_missed = went_private(job) and job.detail
    if is_missed or job.state in {JobState.FAILED, JobState.NEEDS_REVIEW}:
        place = Place(job.chat_id, job.thread_id, job.request_message_id)
        key = f"status:{job.job_id}"
        await say(tx, Say.STATUS, place, urgency=urgency, now=now, job_id=job.job_id, key=key)
    is_cancelled = job.state is JobState.CANCELLED or job.is_muted
    if is_cancelled and urgency is Urgency.ANSWER:
        await _show(tx, board_id, urgency, now=now, most=budget.UNBOUNDED)
        return
    most = budget.UNBOUNDED
    if urgency is Urgency.PROGRESS:
        counts = await tx.one("board_counts", board_id=board_id)
        most = budget.most_of_board(int(counts["jobs"])) if counts else 0
    await _show(tx, board_id, Urgency.PROGRESS, now=now, most=most)


async def member_moved(tx: Transaction, board_id: int, job: Job, *, now: Millis) -> None:
    """A member came into another state: when it was the last to end, the whole ends, at once."""
    if job.state not in FINAL_STATES:
        return
    counts = await tx.one("board_counts", board_id=board_id)
    urgency = Urgency.PROGRESS
    if counts is not None and counts["jobs"] == counts["ended"]:
        await tx.run("board_end", board_id=board_id, now=now)
        urgency = Urgency.ANSWER
    await _show(tx, board_id, urgency, now=now, most=budget.UNBOUNDED)


async def _show(
    tx: Transaction, board_id: int, urgency: Urgency, *, now: Millis, most: int
) -> None:
    """Make its one row wait again, never before a result."""
    await tx.run(
        "status_rearm",
        key=_key(board_id),
        urgency=int(urgency),
        now=now,
        pause_ms=int(PAUSE_S * 1000),
        first_ms=int(FIRST_PAUSE_S * 1000),
        most=most,
    )
    tx.wake(Topic.OUTBOX)


def _key(board_id: int) -> str:
    return f"board:{board_id}"
