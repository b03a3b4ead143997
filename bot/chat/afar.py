"""Replies to what stands in another chat: which one, and its rules for who speaks here.

Knows nothing of what the rules forbid, nor of how that is told.
"""

from __future__ import annotations

import dataclasses

from telegram import Chat, Message

from bot.chat.talk import Talk
from bot.jobs.rules import is_group_admin, rules_of
from bot.model import ChatId, Place


def chat_replied_to(message: Message) -> Chat:
    """Where what ``message`` replies to stands; its own chat, where Telegram tells of no other."""
    afar = message.external_reply
    return (afar.chat if afar else None) or message.chat


async def as_there(talk: Talk, chat_id: ChatId) -> Talk:
    """Its speaker as somebody who speaks in that chat."""
    return dataclasses.replace(
        talk,
        place=Place(chat_id, None, None),
        is_private=chat_id > 0,
        rules=await rules_of(talk.tx, chat_id),
        is_group_admin=await is_group_admin(talk.tx, chat_id, talk.speaker.user_id),
    )
