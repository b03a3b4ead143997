"""What the bot asked somebody to say: their reply completes a command line.

Knows nothing of what the commands are.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from telegram import Message

from bot.chat.pictures import Brought, Picture, picture_in
from bot.chat.talk import Speaker
from bot.store.port import Reading

_WITH_PICTURES = ("/img ", "/video ")
"""What a picture may be an answer to."""


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """``line``: a command with the gap `{}`."""

    line: str
    brought: Brought
    """Pictures that were answered with before, when words were still missing."""

    def answered(self, text: str) -> str:
        """The command line; a command of their own is taken as that."""
        if text.lstrip().startswith("/"):
            return text
        # Several lines of an answer are one answer, where those of a command are many.
        return self.line.replace("{}", " ".join(text.split()), 1)


async def question_replied(reading: Reading, speaker: Speaker, message: Message) -> Question | None:
    """The question of ours that ``message`` replies to, if it was asked of who speaks."""
    replied = message.reply_to_message
    if replied is None:
        return None
    chat_id = message.chat.id
    row = await reading.one("question_get", chat_id=chat_id, message_id=replied.message_id)
    asked = dict(row) if row else await _just_arriving(reading, chat_id, replied)
    if asked is None or asked["user_id"] != speaker.user_id:
        return None
    pictures = tuple(Picture(**each) for each in json.loads(asked.get("pictures") or "[]"))
    return Question(asked["line"], Brought(pictures, asked.get("media_group_id")))


async def _just_arriving(
    reading: Reading, chat_id: int, replied: Message
) -> Mapping[str, Any] | None:
    """A question that was seen before we heard that it had arrived, or will never hear it."""
    if replied.from_user is None or not replied.from_user.is_bot:
        return None
    if await reading.one("message_get", chat_id=chat_id, message_id=replied.message_id):
        return None
    rows = await reading.all("questions_arriving", chat_id=chat_id)
    asked = (json.loads(row["payload"]).get("question") for row in rows)
    return next((each for each in asked if each is not None), None)


def is_wordless(question: Question, message: Message) -> bool:
    """Whether it is answered with a picture alone, where words are wanted as well."""
    return picture_in(message) is not None and question.line.startswith(_WITH_PICTURES)
