"""Groups that became supergroups, as updates tell of it: raw ones are read as of the new chat.

Knows no command. Whoever handles an update sees only the chat that goes on; the messages of before
are numbered there as in our tables (`jobs/migration.py`), so that a reply to one and a press on it
find what they mean, and nothing is ever answered to the wrong message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from telegram import ExternalReplyInfo, Message, MessageOriginUser

from bot.chat.codes import read_code
from bot.jobs import book
from bot.jobs.migration import home_of, move_chat, number_before
from bot.model import ChatId, Job, Millis
from bot.store.port import Reading, Transaction

_NESTED: Final = ("reply_to_message", "external_reply")
"""Where a message names another, which may stand in the old chat."""

Json = Mapping[str, Any]


async def hear_of_move(tx: Transaction, payload: Json, *, now: Millis) -> bool:
    """Whether the update only tells that a group moves, from either of its chats; done, once.

    Whether the bot is still in a chat that has moved says nothing of the one that goes on.
    """
    change = payload.get("my_chat_member")
    if isinstance(change, Mapping):
        return await _home(tx, change) is not None
    message = payload.get("message")
    chat_id = _chat_id(message)
    if chat_id is None or not isinstance(message, Mapping):
        return False
    to_id, from_id = message.get("migrate_to_chat_id"), message.get("migrate_from_chat_id")
    if isinstance(to_id, int):
        await move_chat(tx, chat_id, ChatId(to_id), now=now)
    elif isinstance(from_id, int):
        await move_chat(tx, ChatId(from_id), chat_id, now=now)
    return isinstance(to_id, int) or isinstance(from_id, int)


async def at_home(reading: Reading, payload: Json) -> Json:
    """The update as it reads in the chat that goes on; the very same where none has moved."""
    query, message = payload.get("callback_query"), payload.get("message")
    if isinstance(query, Mapping) and (moved := await _moved(reading, query.get("message"))):
        return {**payload, "callback_query": {**query, "message": moved}}
    if moved := await _moved(reading, message):
        return {**payload, "message": moved}
    return payload


async def _moved(reading: Reading, message: object) -> Json | None:
    """None: neither it nor what it names stands in a chat that has moved."""
    if not isinstance(message, Mapping):
        return None
    changed: dict[str, Any] = {}
    if (home := await _home(reading, message)) is not None:
        changed["chat"] = {**message["chat"], "id": home, "type": "supergroup"}
        if isinstance(number := message.get("message_id"), int):
            changed["message_id"] = number_before(number)
        if _id_of(message.get("sender_chat")) == message["chat"]["id"]:
            changed["sender_chat"] = {**message["sender_chat"], "id": home, "type": "supergroup"}
    for name in _NESTED:
        if (moved := await _moved(reading, message.get(name))) is not None:
            changed[name] = moved
    return {**message, **changed} if changed else None


async def _home(reading: Reading, holder: Json) -> ChatId | None:
    """Where its chat goes on; None: it is still there."""
    chat_id = _chat_id(holder)
    if chat_id is None:
        return None
    home = await home_of(reading, chat_id)
    return None if home == chat_id else home


def _chat_id(holder: object) -> ChatId | None:
    number = _id_of(holder.get("chat")) if isinstance(holder, Mapping) else None
    return None if number is None else ChatId(number)


def _id_of(chat: object) -> int | None:
    number = chat.get("id") if isinstance(chat, Mapping) else None
    return number if isinstance(number, int) and abs(number) < 2**63 else None


async def quoted_job(
    reading: Reading, message: Message, replied: Message | ExternalReplyInfo, bot_id: int
) -> Job | None:
    """The job of this chat that a reply quotes, where Telegram does not tell the message's number.

    So it is with what stands in a basic group that has become this supergroup: a reply from here
    names the author and quotes the words, which hold the job's code (docs/telegram.md).
    """
    is_ours = (
        isinstance(replied, ExternalReplyInfo)
        and replied.message_id is None
        and isinstance(replied.origin, MessageOriginUser)
        and replied.origin.sender_user.id == bot_id
    )
    words = message.quote.text.split() if is_ours and message.quote else []
    for word in reversed(words):  # the code stands last
        job = await book.find_job(reading, read_code(word) or "")
        if job is not None and job.chat_id == message.chat.id:
            return job
    return None
