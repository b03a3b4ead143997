"""Whether a message is meant for the bot at all. Pure.

Knows nothing of who may speak, nor of what is answered.
"""

from __future__ import annotations

from bot.chat.parsed import Complaint, NotForUs, Parsed, PlainCommand
from bot.chat.plain import ADMIN_ONLY


def is_for_us(parsed: Parsed, text: str, chat_type: str) -> bool:
    """Whether to answer: in private nearly everything, in a group what is plainly meant for us."""
    if chat_type == "private":
        return not (isinstance(parsed, NotForUs) and text.lstrip().startswith("/"))
    if isinstance(parsed, Complaint):
        return parsed.is_addressed
    return not (isinstance(parsed, NotForUs) or _may_be_for_another_bot(parsed, text))


def _may_be_for_another_bot(parsed: Parsed, text: str) -> bool:
    """`/ban` and the like name no bot, and groups have bots for that."""
    is_common = isinstance(parsed, PlainCommand) and parsed.name in ADMIN_ONLY
    return is_common and "@" not in text.split(maxsplit=1)[0]
