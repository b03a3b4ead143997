"""What the bot asked somebody to say: their reply completes a command line.

Knows of the commands only which go with pictures, and which asks for a number.
"""

from __future__ import annotations

import dataclasses
import html
import json
import re
from collections.abc import Mapping
from typing import Any

from telegram import Message

from bot.chat.parsed import Complaint, Parsed
from bot.chat.pictures import Brought, Picture, picture_in
from bot.chat.talk import Speaker
from bot.i18n import I18n
from bot.jobs.people import at_in
from bot.jobs.rules import is_group_admin
from bot.model import ChatId, JobId
from bot.store.port import Reading

_WITH_PICTURES = ("/img ", "/video ")
"""What a picture may be an answer to."""
_MARKUP = re.compile(r"<[^>]*>")
_ANY = "\ue000"
"""Stands where a value will: nobody's words hold it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """``line``: a command with the gap `{}`."""

    line: str
    brought: Brought
    """Pictures that were answered with before, when words were still missing."""
    job_id: JobId | None = None
    """What the command acts on, where no message is known yet that says so."""
    tile: int | None = None

    def answered(self, text: str) -> str:
        """The command line; a command of their own is taken as that."""
        if text.lstrip().startswith("/"):
            return text
        # Several lines of an answer are one answer, where those of a command are many.
        return self.line.replace("{}", " ".join(text.split()), 1)


class Questions:
    """Made once. ``bot_id``, ``username``: who asks them."""

    def __init__(self, bot_id: int, username: str, i18n: I18n) -> None:
        self._bot_id = bot_id
        self._username = username
        self._i18n = i18n

    async def replied(
        self, reading: Reading, speaker: Speaker, message: Message
    ) -> Question | None:
        """The question of ours that ``message`` replies to, if it was asked of who speaks."""
        replied = message.reply_to_message
        if replied is None:
            return None
        chat_id = replied.chat.id
        row = await reading.one("question_get", chat_id=chat_id, message_id=replied.message_id)
        asked = dict(row) if row else await self._just_arriving(reading, chat_id, replied)
        if asked is None or not await _is_asked(reading, chat_id, asked["user_id"], speaker):
            return None
        pictures = tuple(Picture(**each) for each in json.loads(asked.get("pictures") or "[]"))
        brought = Brought(pictures, asked.get("media_group_id"))
        return Question(asked["line"], brought, asked.get("job_id"), asked.get("tile"))

    async def _just_arriving(
        self, reading: Reading, chat_id: int, replied: Message
    ) -> Mapping[str, Any] | None:
        """A question that was seen before we heard that it had arrived, or will never hear it.

        Its answer may cost money: where it might be another message, or another question, it is
        none. It is sent again by itself, and can be answered then.
        """
        if replied.from_user is None or replied.from_user.id != self._bot_id:
            return None
        rows = await reading.all(
            "questions_arriving", chat_id=chat_id, now=int(replied.date.timestamp() * 1000) + 999
        )
        asked = [
            {**payload["question"], "job_id": row["job_id"], "tile": row["tile"]}
            for row in rows
            if "question" in (payload := json.loads(row["payload"]))
            and self._shape_of(payload, chat_id).fullmatch(replied.text or "")
        ]
        return asked[0] if len(asked) == 1 else None

    def _shape_of(self, payload: Mapping[str, Any], chat_id: int) -> re.Pattern[str]:
        """Its text as Telegram shows it, as it is, or to whom in a group.

        How a value is written is nobody's but delivery's: any words stand for one.
        """
        tongue = self._i18n.tongue(payload["language"])
        always = {"bot": self._username, "at": at_in(chat_id, self._username)}
        lines = (
            tongue.html(each["key"], **{**dict.fromkeys(each["values"], _ANY), **always})
            for each in payload["lines"]
        )
        text = re.escape(html.unescape(_MARKUP.sub("", "\n".join(lines)))).replace(_ANY, ".+")
        name = re.escape(payload["question"]["first_name"])
        return re.compile(f"(?:{name}: )?{text}")


async def _is_asked(reading: Reading, chat_id: int, user_id: int, speaker: Speaker) -> bool:
    """What the group was asked, since one of its admins pressed for it, any of them answers."""
    if user_id == speaker.user_id:
        return True
    return user_id == chat_id and await is_group_admin(reading, ChatId(chat_id), speaker.user_id)


def is_missed(question: Question, text: str, parsed: Parsed) -> bool:
    """Whether ``text``, the answer put into its line, is none to how far out."""
    is_its = text.startswith(question.line.partition("{}")[0])
    return is_its and isinstance(parsed, Complaint) and parsed.key == "complaint.zoom_unknown"


def is_wordless(question: Question, message: Message) -> bool:
    """Whether it is answered with a picture alone, where words are wanted as well."""
    return picture_in(message) is not None and question.line.startswith(_WITH_PICTURES)
