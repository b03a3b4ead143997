"""Several requests of one message: their record, and the one message that shows all of them.

Knows nothing of prices or of how they were typed. Its members are jobs like any other; what
happens to one is told here by `book`, in the same transaction.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
import json
import math
from collections.abc import Sequence
from typing import Any, Final

from bot.jobs import budget
from bot.jobs.privacy import private_place
from bot.jobs.rules import rules_of
from bot.jobs.saying import say
from bot.model import (
    FINAL_STATES,
    ChatId,
    Job,
    JobId,
    MessageId,
    Millis,
    Place,
    Request,
    Say,
    Urgency,
    UserId,
)
from bot.store.port import Reading, Row, Topic, Transaction
from bot.store.records import read_job

ALBUM_MAX: Final = 10
"""Pictures Telegram takes as one album; at least two (docs/telegram.md)."""
PAUSE_PRIVATE_S: Final = 5.0
PAUSE_GROUP_S: Final = 20.0
GROUP_STEPS: Final = 4
"""In a group progress is shown once for each such part of the work."""


class BulkState(enum.StrEnum):
    ASKED = "asked"
    """Its price is said, and nothing begun."""
    RUNNING = "running"
    STOPPED = "stopped"
    """Its person stopped it: what is ordered goes on."""
    JOINED = "joined"
    """It is made as one request, whose message its own has become."""
    DONE = "done"


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One of the requests, and who is to make it."""

    provider: str
    request: Request

    def to_json(self) -> dict[str, Any]:
        return {"provider": self.provider, "request": self.request.to_json()}


@dataclasses.dataclass(frozen=True, slots=True)
class Bulk:
    """Several requests of one message."""

    bulk_id: int
    user_id: UserId
    place: Place
    """Where it was asked, and what is replied to."""
    status_message_id: MessageId | None
    """The message that shows the question, then the progress, then the end."""
    state: BulkState
    parts: tuple[Part, ...]
    joined: Part | None
    """All of it as one request, where that could be meant."""
    begun: int
    """How many of the parts are jobs, from the first on."""
    rest_id: int | None
    """The bulk in which the others were begun later."""
    again_id: int | None
    """The bulk in which those that failed were begun again."""


def read_bulk(row: Row) -> Bulk:
    reply_to = row["message_id"]
    status_id = row["status_message_id"]
    return Bulk(
        bulk_id=row["bulk_id"],
        user_id=UserId(row["user_id"]),
        place=Place(
            ChatId(row["chat_id"]),
            row["thread_id"],
            None if reply_to is None else MessageId(reply_to),
        ),
        status_message_id=None if status_id is None else MessageId(status_id),
        state=BulkState(row["state"]),
        parts=tuple(_read_part(part) for part in json.loads(row["parts"])),
        joined=_read_part(json.loads(row["joined"])) if row["joined"] else None,
        begun=row["begun"],
        rest_id=row["rest_id"],
        again_id=row["again_id"],
    )


def _read_part(data: dict[str, Any]) -> Part:
    return Part(data["provider"], Request.from_json(data["request"]))


async def find_bulk(reading: Reading, bulk_id: int) -> Bulk | None:
    row = await reading.one("bulk_get", bulk_id=bulk_id)
    return read_bulk(row) if row else None


async def jobs_of(reading: Reading, bulk_id: int) -> list[Job]:
    """Its members, in the order they were asked for."""
    return [read_job(row) for row in await reading.all("jobs_of_bulk", bulk_id=bulk_id)]


async def add_bulk(
    tx: Transaction,
    user_id: UserId,
    place: Place,
    parts: Sequence[Part],
    *,
    joined: Part | None = None,
    state: BulkState = BulkState.ASKED,
    now: Millis,
) -> int:
    """Write it down and have its message sent; its number."""
    row = await tx.one(
        "bulk_add",
        user_id=user_id,
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        message_id=place.reply_to,
        state=state.value,
        parts=json.dumps([part.to_json() for part in parts], ensure_ascii=False),
        joined=json.dumps(joined.to_json(), ensure_ascii=False) if joined else None,
        now=now,
    )
    assert row is not None
    bulk_id = int(row["bulk_id"])
    payload = {"bulk_id": bulk_id}
    await say(
        tx, Say.BULK, place, urgency=Urgency.ANSWER, now=now, payload=payload, key=_key(bulk_id)
    )
    return bulk_id


async def show(
    tx: Transaction, bulk_id: int, chat_id: ChatId, urgency: Urgency, *, now: Millis
) -> None:
    """Make its one message wait to be brought up to date; progress no more often than it may."""
    if urgency is Urgency.PROGRESS and (await rules_of(tx, chat_id)).is_quiet:
        return
    pause_ms = int((PAUSE_GROUP_S if chat_id < 0 else PAUSE_PRIVATE_S) * 1000)
    await tx.run(
        "status_rearm",
        key=_key(bulk_id),
        urgency=int(urgency),
        now=now,
        pause_ms=pause_ms,
        first_ms=pause_ms,
        most=await _most(tx, bulk_id, chat_id, urgency),
    )
    tx.wake(Topic.OUTBOX)


async def _most(reading: Reading, bulk_id: int, chat_id: ChatId, urgency: Urgency) -> int:
    """The answers to its buttons and its end always have room."""
    bulk = await find_bulk(reading, bulk_id) if urgency is Urgency.PROGRESS else None
    return budget.UNBOUNDED if bulk is None else budget.most_of_bulk(chat_id, bulk.begun)


async def member_shows(tx: Transaction, bulk_id: int, job: Job, *, now: Millis) -> None:
    """Something about a member is worth showing; in a group only its end is."""
    if job.chat_id > 0:
        await show(tx, bulk_id, job.chat_id, Urgency.PROGRESS, now=now)


async def member_moved(tx: Transaction, bulk_id: int, job: Job, *, now: Millis) -> None:
    """A member came into another state: when it was the last to end, the whole ends."""
    if job.state not in FINAL_STATES:
        await member_shows(tx, bulk_id, job, now=now)
        return
    counts = await tx.one("bulk_counts", bulk_id=bulk_id)
    assert counts is not None
    ended, jobs = int(counts["ended"]), int(counts["jobs"])
    if ended == jobs:
        if await tx.run("bulk_end", bulk_id=bulk_id, now=now):
            await _send_albums(tx, bulk_id, now)
        await show(tx, bulk_id, job.chat_id, Urgency.ANSWER, now=now)
    elif job.chat_id > 0 or _is_step(ended, jobs):
        await show(tx, bulk_id, job.chat_id, Urgency.PROGRESS, now=now)


def _is_step(ended: int, jobs: int) -> bool:
    return ended * GROUP_STEPS // jobs > (ended - 1) * GROUP_STEPS // jobs


async def _send_albums(tx: Transaction, bulk_id: int, now: Millis) -> None:
    """All results once more side by side, when there are at least two."""
    bulk = await find_bulk(tx, bulk_id)
    assert bulk is not None
    rows = await tx.all("bulk_shown", bulk_id=bulk_id)
    here = [JobId(row["job_id"]) for row in rows if not row["to_private"]]
    apart = [JobId(row["job_id"]) for row in rows if row["to_private"]]
    albums = [(bulk.place, jobs) for jobs in _albums(here)]
    albums += [(private_place(bulk.user_id), jobs) for jobs in _albums(apart)]
    for number, (place, jobs) in enumerate(albums, 1):
        payload, key = {"jobs": jobs}, f"album:{bulk_id}:{number}"
        await say(tx, Say.ALBUM, place, urgency=Urgency.RESULT, now=now, payload=payload, key=key)


def _albums(jobs: Sequence[JobId]) -> list[Sequence[JobId]]:
    starts = itertools.accumulate(album_sizes(len(jobs)), initial=0)
    return [jobs[start:end] for start, end in itertools.pairwise(starts)]


def album_sizes(results: int) -> list[int]:
    """How many go into each album, as even as can be: none is left with a single one."""
    if results < 2:
        return []
    albums = math.ceil(results / ALBUM_MAX)
    each, more = divmod(results, albums)
    return [each + (number < more) for number in range(albums)]


def _key(bulk_id: int) -> str:
    return f"bulk:{bulk_id}"
