"""Telling somebody who has not just spoken: in their language, where the bot can speak.

Knows nothing of what is told.
"""

from __future__ import annotations

from typing import Any

from bot.jobs.people import language_for
from bot.jobs.saying import say
from bot.model import ChatId, Millis, Place, Say, Urgency, UserId
from bot.store.port import Transaction


async def tell(tx: Transaction, number: int, *lines: dict[str, Any], now: Millis) -> None:
    """Say it to a person, or to a group (whose ``number`` is negative); silence where nobody can."""
    chat = await tx.one("chat_get", chat_id=number)
    if chat is None or chat["unreachable_at"] is not None:
        return
    user_id = UserId(number) if number > 0 else None
    chat_id = ChatId(number)
    await say(
        tx,
        Say.TEXT,
        Place(chat_id, None, None),
        urgency=Urgency.ANSWER,
        now=now,
        payload={
            "language": await language_for(tx, user_id, chat_id, default=""),
            "lines": list(lines),
        },
    )
