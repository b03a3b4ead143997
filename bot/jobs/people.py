"""Whom one speaks with: their language, and how they call the bot. Knows nothing of what is said."""

from __future__ import annotations

from bot import i18n
from bot.model import ChatId, UserId
from bot.store.port import Reading


async def language_for(
    reading: Reading, user_id: UserId | None, chat_id: ChatId, *, default: str
) -> str:
    """Own choice, then the group's, then Telegram's code, then the operator's default."""
    user = None if user_id is None else await reading.one("user_get", user_id=user_id)
    chat = await reading.one("chat_get", chat_id=chat_id)
    return i18n.choose(
        user["language"] if user else None,
        chat["language"] if chat else None,
        user["language_code"] if user else None,
        default,
    )


def at_in(chat_id: int, username: str) -> str:
    """What a command has behind it there: in a group it may otherwise reach nobody."""
    return f"@{username}" if chat_id < 0 else ""
