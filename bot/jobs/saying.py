"""What is to be said becomes a row of the outbox, in the caller's transaction.

Knows nothing of words, nor of when it goes out.
"""

from __future__ import annotations

import json
from typing import Any

from bot.jobs.migration import SAID_IN_PLACE, place_now
from bot.model import JobId, Millis, Place, Say, Urgency
from bot.store.port import Reading, Topic, Transaction


async def say(
    tx: Transaction,
    what: Say,
    place: Place,
    *,
    urgency: Urgency,
    now: Millis,
    job_id: JobId | None = None,
    tile: int | None = None,
    payload: dict[str, Any] | None = None,
    key: str | None = None,
) -> None:
    """Put one thing into the outbox; with ``key``, once and never again.

    Whoever read ``place`` before its group moved says it in the chat that goes on.
    """
    said_in, place = place, await place_now(tx, place)
    if place != said_in and what in SAID_IN_PLACE:
        return
    await tx.run(
        "outbox_add",
        say=what.value,
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        reply_to=place.reply_to,
        job_id=job_id,
        tile=tile,
        payload=json.dumps(payload or {}, ensure_ascii=False),
        urgency=int(urgency),
        now=now,
        key=key,
    )
    tx.wake(Topic.OUTBOX)


async def rare_key(reading: Reading, name: str, *, pause_ms: Millis, now: Millis) -> str | None:
    """The key to say ``name`` under, if it was not said for ``pause_ms``; None: it was."""
    stretch = now // pause_ms
    key, before = f"{name}:{stretch}", f"{name}:{stretch - 1}"
    row = await reading.one("outbox_said_lately", key=key, key_before=before, since=now - pause_ms)
    return key if row is None else None
