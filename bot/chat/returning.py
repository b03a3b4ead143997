"""Chats that come and go: blocked, thrown out, back again. Knows nothing of commands.

While a chat cannot be reached nothing is sent there, and results wait in the history. Whoever is
back is told once how many; that and "it can be reached again" are one transaction.
"""

from __future__ import annotations

from typing import Final

from telegram import Chat

from bot.chat.links import deep_link
from bot.jobs.buttons import Act, Press
from bot.jobs.people import language_for
from bot.jobs.saying import say
from bot.model import ChatId, Millis, Place, Say, Urgency, UserId
from bot.store.port import Topic, Transaction

_HISTORY: Final = {"key": "button.history", "word": "", "data": Press(Act.HISTORY).data()}
_HISTORY_IN_PRIVATE: Final = {
    "key": "button.history_in_private",
    "url": deep_link("{bot}", "history"),
}


async def see_chat(
    tx: Transaction, user_id: UserId, chat: Chat, *, default_language: str, now: Millis
) -> None:
    """Somebody spoke there, so it can be reached; what was finished meanwhile is told."""
    before = await tx.one("chat_get", chat_id=chat.id)
    await tx.run("chat_seen", **_values(chat), now=now)
    if before is None or before["unreachable_at"] is None:
        return
    since = before["unreachable_at"]
    await tx.run("statuses_revive", chat_id=chat.id, since=since, now=now)
    tx.wake(Topic.OUTBOX)
    missed = await tx.one("results_missed", chat_id=chat.id, since=since)
    user = await tx.one("user_get", user_id=user_id)
    if missed is None or not missed["n"] or (user is not None and user["is_banned"]):
        return
    chat_id = ChatId(chat.id)
    language = await language_for(tx, user_id, chat_id, default=default_language)
    if chat_id < 0:  # all of it reads this, whoever brought the bot back
        language = await language_for(tx, None, chat_id, default=language)
    await say(
        tx,
        Say.TEXT,
        Place(chat_id, None, None),
        urgency=Urgency.ANSWER,
        now=now,
        payload={
            "language": language,
            **_finished(chat_id, missed["n"]),
            "away_since": since,  # gone again before it could be said, it is said next time
        },
    )


def _finished(chat_id: ChatId, count: int) -> dict[str, object]:
    """In a group it is the bot that is back, and what is whose is seen in private."""
    if chat_id < 0:
        lines = [{"key": "back.finished_in_group", "n": count}]
        return {"lines": lines, "buttons": [[_HISTORY_IN_PRIVATE]]}
    return {"lines": [{"key": "back.finished", "n": count}], "buttons": [[_HISTORY]]}


async def lose_chat(tx: Transaction, chat: Chat, *, now: Millis) -> None:
    """It blocked the bot or threw it out."""
    await tx.run("chat_gone", **_values(chat), now=now)


async def count_untaken(tx: Transaction, chat_id: ChatId) -> int:
    """How many results words stand for there, for want of the right to send media; told once."""
    return await tx.run("results_untaken", chat_id=chat_id)


def _values(chat: Chat) -> dict[str, object]:
    return {
        "chat_id": chat.id,
        "kind": "private" if chat.type == "private" else "group",
        "title": chat.title or chat.first_name or "",
    }
