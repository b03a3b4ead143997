"""What follows in a group when a result shown there was sent to a private chat, or could not be.

Knows nothing of words, nor of results that were private from the first: those `advance` moves.
"""

from __future__ import annotations

from bot.delivery.sent import Sent
from bot.jobs import book
from bot.jobs.facts import PrivacyChosen
from bot.jobs.migration import home_of
from bot.jobs.privacy import has_left
from bot.jobs.saying import say
from bot.model import Job, MessageId, Millis, Outgoing, Place, Say, Urgency
from bot.store.port import Reading, Transaction


async def arrived(tx: Transaction, row: Outgoing, sent: Sent, *, now: Millis) -> None:
    """All of it is in the private chat: where it was taken from it stands no longer.

    What still waits to show more of it there never does.
    """
    job = await _taken(tx, row)
    if job is None or sent.album_id is not None:  # an album's buttons are still to come
        return
    place = await _from(tx, row, job)
    await tx.run("outbox_withdraw", job_id=job.job_id, chat_id=place.chat_id)
    shown = await tx.all("messages_of_job", job_id=job.job_id, chat_id=place.chat_id)
    if place.chat_id == job.chat_id:
        await book.move(tx, job, PrivacyChosen(to_private=True), now=now, who="delivery")
    await say(
        tx,
        Say.STUB,
        place,
        urgency=Urgency.RESULT,
        now=now,
        job_id=job.job_id,
        payload={"messages": [message["message_id"] for message in shown]},
        key=f"stub:{row.outbox_id}",
    )


async def came_late(tx: Transaction, row: Outgoing, sent: Sent, *, now: Millis) -> None:
    """Of an album that was on its way meanwhile, what has left the group is taken away too."""
    if row.say is not Say.ALBUM:
        return
    for shown in sent.shown:
        job = await book.find_job(tx, shown.job_id or "")
        if job is None or not has_left(job, row.place.chat_id):
            continue
        await say(
            tx,
            Say.AWAY,
            row.place,
            urgency=Urgency.RESULT,
            now=now,
            job_id=job.job_id,
            payload={"message_id": shown.message_id},
            key=f"away:{row.outbox_id}:{job.job_id}",
        )


async def missed(tx: Transaction, row: Outgoing, *, now: Millis) -> None:
    """It could not be sent there: it stays where it is, and who asked is told how to get it."""
    job = await _taken(tx, row)
    if job is None:
        return
    link = row.payload["taken_from"]["link"]
    await say(
        tx,
        Say.TEXT,
        await _from(tx, row, job),
        urgency=Urgency.ANSWER,
        now=now,
        payload={
            "language": row.payload["language"],
            "lines": [{"key": "to_me.not_reached"}],
            "buttons": [[{"key": "button.in_private", "url": link}]],
        },
    )


async def _taken(tx: Transaction, row: Outgoing) -> Job | None:
    """Whose result is to leave a group with this row."""
    if "taken_from" not in row.payload or row.job_id is None:
        return None
    job = await book.find_job(tx, row.job_id)
    # Pressed twice, it arrives twice and leaves once.
    return None if job is None or job.to_private else job


async def _from(reading: Reading, row: Outgoing, job: Job) -> Place:
    """The group it is taken from, in reply to what asked for it."""
    taken_from = row.payload["taken_from"]
    chat_id = await home_of(reading, taken_from["chat_id"])
    reply_to = job.request_message_id if chat_id == job.chat_id else None
    return Place(
        chat_id, taken_from["thread_id"], None if reply_to is None else MessageId(reply_to)
    )
