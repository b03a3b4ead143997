"""Writes down what a send left behind, and what follows from it; all in the caller's transaction.

Knows nothing of how it was sent.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from bot.delivery import privately
from bot.delivery.migrating import as_of_now, say_anew
from bot.delivery.sent import AskedIn, Sent
from bot.jobs import book, budget
from bot.jobs.approvals import find_approval, show_approval
from bot.jobs.facts import Delivered, ShowStatus
from bot.jobs.preferences import preferences_of
from bot.jobs.rules import rules_of
from bot.jobs.saying import say
from bot.model import Job, JobState, MessageId, Millis, Outgoing, Say, Urgency
from bot.store.port import Topic, Transaction

PING_AFTER_S = 20.0
"""Somebody who waited longer may have gone away, and an edit does not notify."""


async def record(tx: Transaction, row: Outgoing, sent: Sent, *, now: Millis) -> None:
    """The row is sent: never again, unless it is a status that is brought up to date."""
    said_in = row.place
    row, sent = await as_of_now(tx, row, sent)
    if row.place != said_in:
        await say_anew(tx, row, now=now)
    await tx.run("outbox_sent", outbox_id=row.outbox_id, messages=sent.messages, now=now)
    if sent.untaken_why:
        await tx.run("outbox_untaken", outbox_id=row.outbox_id, error=sent.untaken_why)
    await _keep_messages(tx, row, sent)
    await _keep_handles(tx, row, sent)
    if sent.question_id is not None:
        await _keep_question(tx, row, sent.question_id, row.payload["question"], now)
    if sent.asked_in is not None:
        await _keep_asked(tx, row, sent.asked_in, now)
    if sent.album_id is not None:
        await _buttons_follow(tx, row, sent.album_id, now)
    if sent.obsolete_id is not None:
        await _goes(tx, row, sent.obsolete_id, now)
    await privately.arrived(tx, row, sent, now=now)
    await privately.came_late(tx, row, sent, now=now)
    if row.say is Say.STATUS and not sent.status_is_gone:
        await _keep_moving(tx, row, now)
    if sent.result_is_shown and row.job_id is not None:
        job = await book.find_job(tx, row.job_id)
        if job is not None:
            await _delivered(tx, job, sent, now)
    tx.wake(Topic.OUTBOX)  # what waited for this row


async def _keep_messages(tx: Transaction, row: Outgoing, sent: Sent) -> None:
    for shown in sent.shown:
        await tx.run(
            "message_add",
            chat_id=row.place.chat_id,
            message_id=shown.message_id,
            job_id=shown.job_id or row.job_id,
            tile=shown.tile,
        )
    if sent.status_message_id is not None:
        await tx.run("job_set_status_message", job_id=row.job_id, message_id=sent.status_message_id)
    if sent.bulk_message_id is not None:
        await tx.run(
            "bulk_set_message",
            bulk_id=row.payload["bulk_id"],
            message_id=sent.bulk_message_id,
        )
    if sent.board_message_id is not None:
        await tx.run(
            "board_set_message",
            board_id=row.payload["board_id"],
            message_id=sent.board_message_id,
        )


async def _keep_handles(tx: Transaction, row: Outgoing, sent: Sent) -> None:
    for tile, file_id in sent.photo_file_ids:
        await tx.run("asset_set_photo_file", job_id=row.job_id, tile=tile, file_id=file_id)
    for tile, file_id in sent.document_file_ids:
        await tx.run("asset_set_document_file", job_id=row.job_id, tile=tile, file_id=file_id)
    if sent.remembered is not None:
        name, value = sent.remembered
        await tx.run("setting_set", scope=0, name=name, value=value)


async def _keep_question(
    tx: Transaction, row: Outgoing, message_id: MessageId, question: dict[str, Any], now: Millis
) -> None:
    await tx.run(
        "question_add",
        chat_id=row.place.chat_id,
        message_id=message_id,
        user_id=question["user_id"],
        line=question["line"],
        pictures=question.get("pictures"),
        media_group_id=question.get("media_group_id"),
        now=now,
    )


async def _keep_asked(tx: Transaction, row: Outgoing, asked: AskedIn, now: Millis) -> None:
    """Decided while it was on its way, it would otherwise go on asking."""
    number, approval = asked.message_id, asked.approval
    await tx.run("approval_set_shown", approval_id=approval.approval_id, message_id=number)
    found = await find_approval(tx, approval.approval_id)
    if found and (found.state, found.cost_vnd) != (approval.state, approval.cost_vnd):
        await show_approval(tx, row.place, approval.approval_id, edits=number, now=now)


async def _buttons_follow(tx: Transaction, row: Outgoing, album_id: MessageId, now: Millis) -> None:
    """In the transaction that writes the album down: neither is ever there without the other."""
    await say(
        tx,
        Say.BUTTONS,
        dataclasses.replace(row.place, reply_to=album_id),
        urgency=row.urgency,
        now=now,
        job_id=row.job_id,
        payload=row.payload,
        key=f"buttons:{row.outbox_id}",
    )


async def _goes(tx: Transaction, row: Outgoing, message_id: MessageId, now: Millis) -> None:
    await say(
        tx,
        Say.AWAY,
        row.place,
        urgency=row.urgency,
        now=now,
        job_id=row.job_id,
        payload={"message_id": message_id},
        key=f"away:{row.outbox_id}",
    )


async def _keep_moving(tx: Transaction, row: Outgoing, now: Millis) -> None:
    """The bar of what is being made goes on by itself, at the pace of progress."""
    job = await book.find_job(tx, row.job_id or "")
    if job is not None and job.state is JobState.RUNNING and not job.is_muted:
        await book.show_status(tx, job, ShowStatus(Urgency.PROGRESS), now=now)


async def _delivered(tx: Transaction, job: Job, sent: Sent, now: Millis) -> None:
    await book.move(tx, job, Delivered(), now=now, who="delivery")
    # Of several requests each result is a message of its own, which notifies by itself.
    is_quiet = sent.result_is_edited and job.bulk_id is None
    is_long_ago = (now - job.accepted_at) / 1000 > PING_AFTER_S
    if is_quiet and is_long_ago and await _is_pinged(tx, job):
        await say(
            tx,
            Say.PING,
            book.home_of(job),
            urgency=Urgency.RESULT if job.chat_id > 0 else Urgency.PROGRESS,
            now=now,
            job_id=job.job_id,
            key=f"ping:{job.job_id}",
        )


async def _is_pinged(tx: Transaction, job: Job) -> bool:
    """There is room for it, who asked wants it, and the group does not want quiet."""
    row = await tx.one("status_sends", key=f"status:{job.job_id}")
    if not budget.has_room_after_result(job, row["sends"] if row else 0):
        return False
    if (await rules_of(tx, job.chat_id)).is_quiet:
        return False
    return (await preferences_of(tx, job.user_id)).pings
