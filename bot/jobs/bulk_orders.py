"""Beginning several requests together, and stopping them: their price, their holds, their jobs.

Knows nothing of chats. Each becomes a job of its own at the desk; what the quota does not cover
is not begun.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from bot.jobs import book, bulk
from bot.jobs.accept import Accepted, Desk, Order
from bot.jobs.bulk import Bulk, BulkState, Part
from bot.jobs.caps import OverCap, Room, outputs_of, tell_full
from bot.jobs.facts import CancelAsked
from bot.jobs.purses import Purse
from bot.model import AssetKind, ChatId, Job, JobState, Request, Urgency, UserId
from bot.store.port import Reading, Transaction


@dataclasses.dataclass(frozen=True, slots=True)
class Total:
    """What they would take together from whom asks, in their order and as far as it goes."""

    covered: int
    """How many of them, from the first on."""
    free: int
    """Outputs of these from the day's allowance."""
    cost_vnd: int
    full: OverCap | None = None
    """The cap of the day that the next one would be over; None: it is not that which ends it."""


Rooms = Mapping[AssetKind, Room | None]
"""What the day's caps leave of each kind; None: all one wants."""


def cover(desk: Desk, purse: Purse, rooms: Rooms, requests: Sequence[Request]) -> Total:
    """As the desk takes them from ``purse`` one by one. Pure.

    The first that is not covered ends it, though a later one might be cheaper.
    """
    free = cost_vnd = 0
    for covered, request in enumerate(requests):
        kind, outputs = request.operation.output_kind, outputs_of(request)
        quote, room = desk.purses.reckon(purse, request), rooms.get(kind)
        if quote is not None and room is not None and outputs > room.left:
            over = OverCap(kind, outputs, room, purse.payer)
            return Total(covered, free, cost_vnd, full=over)
        if quote is None or quote.cost_vnd > purse.balance_vnd:
            return Total(covered, free, cost_vnd)
        purse = purse.without(quote, kind)
        rooms = {**rooms, kind: None if room is None else room.without(outputs)}
        free += quote.free
        cost_vnd += quote.cost_vnd
    return Total(len(requests), free, cost_vnd)


async def total_of(
    desk: Desk, reading: Reading, user_id: UserId, chat_id: ChatId, parts: Sequence[Part]
) -> Total:
    """What ``parts`` would take now."""
    purse = await desk.purses.of(reading, user_id, chat_id)
    requests = [part.request for part in parts]
    rooms = {
        kind: await desk.caps.room(reading, purse, user_id, chat_id, kind)
        for kind in {request.operation.output_kind for request in requests}
    }
    return cover(desk, purse, rooms, requests)


async def begin(
    tx: Transaction, desk: Desk, asked: Bulk, *, agreed_by: UserId | None = None
) -> int:
    """Take on what was asked about, as far as the quota goes; how many. 0: nothing has changed.

    ``agreed_by``: the admin of the group who pressed for who asked.
    """
    running = BulkState.RUNNING.value
    if not await tx.run(
        "bulk_move", bulk_id=asked.bulk_id, from_state=asked.state.value, to_state=running
    ):
        return 0
    begun = await _accept(tx, desk, asked, agreed_by)
    if not begun:
        await tx.run(
            "bulk_move", bulk_id=asked.bulk_id, from_state=running, to_state=asked.state.value
        )
        return 0
    await bulk.show(tx, asked.bulk_id, asked.place.chat_id, Urgency.ANSWER, now=desk.clock())
    return begun


async def begin_more(
    tx: Transaction,
    desk: Desk,
    before: Bulk,
    parts: Sequence[Part],
    *,
    agreed_by: UserId | None = None,
) -> int:
    """Take on ``parts`` as a bulk of their own, as far as the quota goes; its number."""
    bulk_id = await bulk.add_bulk(tx, before.user_id, before.place, parts, now=desk.clock())
    added = await bulk.find_bulk(tx, bulk_id)
    assert added is not None
    await begin(tx, desk, added, agreed_by=agreed_by)
    return bulk_id


async def _accept(tx: Transaction, desk: Desk, asked: Bulk, agreed_by: UserId | None) -> int:
    begun = 0
    for number, part in enumerate(asked.parts, 1):
        outcome = await desk.accept(
            tx,
            Order(
                asked.user_id,
                asked.place,
                part.request,
                part.provider,
                bulk_id=asked.bulk_id,
                bulk_number=number,
                agreed_by=agreed_by,
            ),
        )
        if isinstance(outcome, OverCap):
            await tell_full(tx, outcome, now=desk.clock())
        if not isinstance(outcome, Accepted):
            break
        begun = number
    await tx.run("bulk_set_begun", bulk_id=asked.bulk_id, begun=begun)
    return begun


async def stop(tx: Transaction, desk: Desk, running: Bulk) -> bool:
    """Cancel what is not ordered yet; what is, is finished and sent. False: it was over."""
    if not await tx.run(
        "bulk_move",
        bulk_id=running.bulk_id,
        from_state=BulkState.RUNNING.value,
        to_state=BulkState.STOPPED.value,
    ):
        return False
    now = desk.clock()
    for job in await bulk.jobs_of(tx, running.bulk_id):
        if job.state is JobState.QUEUED:
            await book.move(tx, job, CancelAsked(), now=now, who=f"user {running.user_id}")
    await bulk.show(tx, running.bulk_id, running.place.chat_id, Urgency.ANSWER, now=now)
    return True


def failed_of(jobs: Sequence[Job]) -> list[Job]:
    """What came to nothing and was not cancelled."""
    return [job for job in jobs if job.state in {JobState.FAILED, JobState.NEEDS_REVIEW}]


def parts_of(jobs: Sequence[Job]) -> list[Part]:
    """What was asked for by them."""
    return [Part(job.provider, job.request) for job in jobs]
