"""Whom a group's rules turn away is told so, and not again for a while.

Knows nothing of what they wanted. A press gets its sentence each time: only who pressed sees it,
and a button that stays silent looks broken.
"""

from __future__ import annotations

from typing import Final

from telegram import MaybeInaccessibleMessage, Message

from bot.chat import rulings
from bot.chat.access import Doorkeeper
from bot.chat.afar import as_there, chat_replied_to
from bot.chat.deriving import Target
from bot.chat.links import deep_link, topic_link
from bot.chat.parsed import Parsed
from bot.chat.rulings import Refusal
from bot.chat.talk import Link, Talk, line
from bot.i18n import I18n
from bot.jobs.buttons import Press
from bot.jobs.rules import Pressers, are_admins_known
from bot.model import ChatId, Job

MEMBER_PAUSE_MS: Final = 600_000
"""Between two sentences to one person."""
TOPIC_PAUSE_MS: Final = 3_600_000
"""Between two sentences in one topic."""

_FOR_ADMINS: Final = frozenset({Refusal.NOT_ADMIN.value, f"rules.act_{Pressers.ADMINS}"})


async def hint_for_admins(talk: Talk, key: str) -> str | None:
    """What an admin can do who is turned away by ``key``, where Telegram has never named one; None:
    nothing is unknown, or admins are turned away like others.
    """
    if key not in _FOR_ADMINS or await are_admins_known(talk.tx, talk.place.chat_id):
        return None
    return "group_rules.admins_unknown"


class TurningAway:
    """Made once. The operator is bound by nobody's rules on who may use the bot, and where."""

    def __init__(self, i18n: I18n, username: str, door: Doorkeeper) -> None:
        self._i18n = i18n
        self._username = username
        self._door = door
        self._operator_ids = door.admin_ids

    async def command(
        self, talk: Talk, parsed: Parsed, message: Message, target: Target | None
    ) -> bool:
        """Whether the group's rules leave it undone, or those of the group whose result it is about;
        who said it is told.
        """
        topic = rulings.topic_in(message)
        refusal = None
        if talk.speaker.user_id not in self._operator_ids:
            refusal = rulings.of_command(talk, parsed, topic)
        if refusal is Refusal.OTHER_TOPIC:
            await self._say_where(talk, topic)
        elif refusal is not None:
            link = Link("rules.in_private", deep_link(self._username, "help"))
            await self._say(talk, refusal, link)
        elif target is not None and not rulings.may_reply(talk, parsed, target.job):
            await self._say(talk, f"rules.act_{talk.rules.pressers}")
        elif target is not None and (
            key := await self._why_not_there(talk, parsed, message, target.job)
        ):
            await self._say(talk, key)
        else:
            return False
        return True

    async def _why_not_there(
        self, talk: Talk, parsed: Parsed, message: Message, job: Job
    ) -> str | None:
        """Why nothing may be done from afar with a result that stands in another chat."""
        chat_id = ChatId(chat_replied_to(message).id)
        if chat_id == talk.place.chat_id or not rulings.goes_on(parsed):
            return None
        user_id = talk.speaker.user_id
        if not await self._door.may(talk.tx, user_id, chat_id):
            return "rules.there_banned"
        there = await as_there(talk, chat_id)
        is_bound = user_id not in self._operator_ids
        if is_bound and rulings.of_command(there, parsed, None) is not None:
            return "rules.there_only_admins"
        if not rulings.may_reply(there, parsed, job):
            return f"rules.there_{there.rules.pressers}"
        return None

    async def press(
        self, talk: Talk, press: Press, message: MaybeInaccessibleMessage
    ) -> str | None:
        """What floats by where the group's rules leave a press undone; None: they do not."""
        if talk.speaker.user_id in self._operator_ids:
            return None
        refusal = rulings.of_press(talk, press, rulings.topic_in(message))
        if refusal is None:
            return None
        hint = await hint_for_admins(talk, refusal)
        return self._i18n.tongue(talk.language).text(hint or refusal)

    async def _say(self, talk: Talk, key: str, link: Link | None = None) -> None:
        if talk.is_private:  # there nobody else is disturbed
            await talk.say(line(key))
            return
        name = f"{key}:{talk.place.chat_id}:{talk.speaker.user_id}"
        buttons = [[link]] if link else []
        hint = await hint_for_admins(talk, key)
        lines = [line(key), *([line(hint)] if hint else [])]
        await talk.say_rarely(name, *lines, pause_ms=MEMBER_PAUSE_MS, buttons=buttons)

    async def _say_where(self, talk: Talk, topic: int | None) -> None:
        chat_id = talk.place.chat_id
        link = Link("rules.to_topic", topic_link(chat_id, talk.rules.topics[0]))
        name = f"{Refusal.OTHER_TOPIC}:{chat_id}:{topic}"
        sentence = line(Refusal.OTHER_TOPIC)
        await talk.say_rarely(name, sentence, pause_ms=TOPIC_PAUSE_MS, buttons=[[link]])
