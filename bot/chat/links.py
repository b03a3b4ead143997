"""Addresses that open the private chat with the bot and say something there.

Knows nothing of what is said: `/start WORD` is read where commands are.
"""

from __future__ import annotations


def deep_link(username: str, word: str) -> str:
    """``word``: up to 64 of `A-Z a-z 0-9 _ -` (core.telegram.org/bots/features#deep-linking)."""
    return f"https://t.me/{username}?start={word}"
