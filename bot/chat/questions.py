"""What the bot asked somebody to say: their reply completes a command line.

Knows nothing of what the commands are.
"""

from __future__ import annotations

import dataclasses
import json

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
    row = await reading.one("question_get", chat_id=message.chat.id, message_id=replied.message_id)
    if row is None or row["user_id"] != speaker.user_id:
        return None
    pictures = tuple(Picture(**each) for each in json.loads(row["pictures"] or "[]"))
    return Question(row["line"], Brought(pictures, row["media_group_id"]))


def is_wordless(question: Question, message: Message) -> bool:
    """Whether it is answered with a picture alone, where words are wanted as well."""
    return picture_in(message) is not None and question.line.startswith(_WITH_PICTURES)
