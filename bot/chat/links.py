"""Addresses that open the private chat with the bot, and what the word they say there means.

Knows nothing of what becomes of it: `/start WORD` is another command, handled like any other.
"""

from __future__ import annotations

from typing import Final

from bot.chat.codes import VOUCHER_PREFIX, read_code
from bot.chat.parsed import PlainCommand
from bot.model import ChatId

_SUPERGROUPS: Final = 10**12
"""What Telegram takes a supergroup's number from to make its id."""
_GENERAL_THREAD: Final = 1
"""The General topic's number in an address; in messages it has none."""
_PLACES: Final = frozenset({"history", "receipts", "settings", "help", "plans", "buy"})


def deep_link(username: str, word: str) -> str:
    """``word``: up to 64 of `A-Z a-z 0-9 _ -` (core.telegram.org/bots/features#deep-linking)."""
    return f"https://t.me/{username}?start={word}"


def topic_link(chat_id: ChatId, topic: int) -> str:
    """Opens a forum's topic for its members; ``topic``: `GENERAL`, or its number at Telegram
    (core.telegram.org/api/links#private-message-links).
    """
    return f"https://t.me/c/{-chat_id - _SUPERGROUPS}/{topic or _GENERAL_THREAD}"


def command_meant(command: PlainCommand) -> PlainCommand:
    """What `/start WORD` stands for: a place by its name, a result or a voucher by its code, else a
    welcome.
    """
    if command.name != "start":
        return command
    word = command.argument.strip().lower()
    if word in _PLACES:
        return PlainCommand(word)
    if word.startswith(VOUCHER_PREFIX):
        return PlainCommand("voucher", word.removeprefix(VOUCHER_PREFIX))
    code = read_code(word)
    return PlainCommand("start") if code is None else PlainCommand("show", code)
