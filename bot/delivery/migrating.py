"""What a send left behind in a group that has moved while it was under way.

Knows nothing of how it was sent. It arrived in the old chat, where replies and presses still reach
it, but nothing there can be edited any more: what tells how open work stands is said anew.
"""

from __future__ import annotations

import dataclasses

from bot.delivery.sent import Sent
from bot.jobs import book
from bot.jobs.board import find_board
from bot.jobs.bulk import BulkState, find_bulk
from bot.jobs.migration import number_before, place_now
from bot.model import JobState, Millis, Outgoing, Say
from bot.store.port import Reading, Topic, Transaction

_OPEN: frozenset[BulkState] = frozenset({BulkState.ASKED, BulkState.RUNNING, BulkState.STOPPED})


async def as_of_now(reading: Reading, row: Outgoing, sent: Sent) -> tuple[Outgoing, Sent]:
    """Both in the chat that goes on, with the numbers of before; the same where none has moved."""
    place = await place_now(reading, row.place)
    if place == row.place:
        return row, sent
    shown = tuple(
        dataclasses.replace(each, message_id=number_before(each.message_id)) for each in sent.shown
    )
    question_id, album_id = (
        None if number is None else number_before(number)
        for number in (sent.question_id, sent.album_id)
    )
    return dataclasses.replace(row, place=place), dataclasses.replace(
        sent,
        shown=shown,
        question_id=question_id,
        album_id=album_id,
        status_message_id=None,
        bulk_message_id=None,
        board_message_id=None,
        asked_in=None,
        obsolete_id=None,  # nobody takes it away any more
        result_is_edited=False,  # and nobody is called back to it
    )


async def say_anew(tx: Transaction, row: Outgoing, *, now: Millis) -> None:
    """Where it told of something that is still open, the new chat is told as well."""
    if await _is_open(tx, row):
        await tx.run("outbox_again", outbox_id=row.outbox_id, due_at=now, error=None)
        tx.wake(Topic.OUTBOX)


async def _is_open(reading: Reading, row: Outgoing) -> bool:
    if row.say is Say.STATUS:
        job = await book.find_job(reading, row.job_id or "")
        waits = {JobState.QUEUED, JobState.SUBMITTING, JobState.UNKNOWN, JobState.RUNNING}
        return job is not None and job.state in waits and not job.is_muted
    if row.say is Say.BULK:
        bulk = await find_bulk(reading, row.payload["bulk_id"])
        return bulk is not None and bulk.state in _OPEN
    if row.say is Say.BOARD:
        board = await find_board(reading, row.payload["board_id"])
        return board is not None and board.ended_at is None
    return False
