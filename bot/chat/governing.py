"""A group's `/settings` and `/lang`: its rules are shown, and its admins change them.

Knows nothing of how the pages read or of what comes of a rule. Everything is in the buttons, so a
page of any age works; who presses and what the button says are checked anew: anybody can forge one.
The rules are read and written in the update's transaction, one at a time: nothing is lost where
two admins press at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from bot import i18n
from bot.chat.group_pages import (
    ALLOW,
    ASKS_VND,
    CAPS_VND,
    LEAVE_OUT,
    NONE,
    OFF,
    ON,
    Standing,
    lines_for_member,
    page,
)
from bot.chat.links import deep_link
from bot.chat.preferring import WORD
from bot.chat.talk import Link, Talk, line
from bot.jobs.buttons import Press
from bot.jobs.people import language_for
from bot.jobs.rules import (
    GENERAL,
    GroupRules,
    Payer,
    Pressers,
    Users,
    are_admins_known,
    set_rules,
)
from bot.model import UserId
from bot.money import ledger
from bot.money.plans import Plans

TOPIC_DIGITS_MAX: Final = 10

CAPS: Final[Mapping[str, int | None]] = {NONE: None, **{str(vnd): vnd for vnd in CAPS_VND}}
ASKS: Final[Mapping[str, int | None]] = {NONE: None, **{str(vnd): vnd for vnd in ASKS_VND}}


class Governing:
    """Made once.

    ``username``: the bot's.
    """

    def __init__(self, username: str, plans: Plans) -> None:
        self._own_url = deep_link(username, WORD)
        self._plans = plans

    async def command(self, talk: Talk, argument: str) -> None:
        """`/settings` in a group, or a choice of them (`/settings quiet`)."""
        standing = await self._standing(talk, talk.rules)
        if talk.is_group_admin:
            lines, rows = page(argument.strip().lower(), standing)
            await talk.say(*lines, buttons=rows)
            return
        lines = lines_for_member(standing)
        if not await are_admins_known(talk.tx, talk.place.chat_id):
            lines.append(line("group_rules.admins_unknown"))
        own = Link("settings.to_private", self._own_url)
        await talk.say(*lines, line("settings.in_private"), buttons=[[own]])

    async def language(self, talk: Talk, wanted: str) -> None:
        """`/lang vi|en` of an admin: the group's language; without one, the choice as buttons."""
        if wanted not in i18n.LANGUAGES:
            await self.command(talk, "language")
            return
        await self._set_language(talk, wanted)
        talk = await _in_its_language(talk)
        await talk.say(line(f"group_rules.language_set_{wanted}"))

    async def press(self, talk: Talk, press: Press) -> str:
        """A page opened or a choice made; the catalogue key of what floats by, "" for nothing."""
        if talk.is_private:
            return "settings.gone"
        if not talk.is_group_admin:
            known = await are_admins_known(talk.tx, talk.place.chat_id)
            return "group_rules.only_admins" if known else "group_rules.admins_unknown"
        name, is_choice, value = press.how.partition("=")
        if not is_choice:
            await self._turn(talk, name, talk.rules)
            return ""
        if name == "language" and value in {NONE, *i18n.LANGUAGES}:
            await self._set_language(talk, value or None)
            await self._turn(await _in_its_language(talk), "", talk.rules)
            return "settings.saved"
        if name in {ALLOW, LEAVE_OUT}:
            return await self._choose_topic(talk, name, _read_topic(value))
        return await self._keep(talk, _chosen(talk.rules, name, value))

    async def _keep(self, talk: Talk, chosen: GroupRules | None) -> str:
        """``chosen``: the rules from now on; None: the button named what there is not."""
        if chosen is not None:
            await set_rules(talk.tx, talk.place.chat_id, chosen)
        await self._turn(talk, "", chosen or talk.rules)
        return "settings.saved" if chosen else "settings.gone"

    async def _choose_topic(self, talk: Talk, name: str, topic: int | None) -> str:
        """Only the topic in which the page stands: of any other nobody knows whether it is there.

        A page so old that Telegram does not tell its topic any more comes anew, in the topic that
        its button names.
        """
        if topic is None or not _has_topics(talk):
            return await self._keep(talk, None)
        if topic != (talk.place.thread_id or GENERAL):
            place = dataclasses.replace(talk.place, thread_id=topic or None)
            await self._turn(dataclasses.replace(talk, place=place), "topics", talk.rules)
            return "group_rules.page_anew"
        topics = set(talk.rules.topics)
        if name == LEAVE_OUT and topics <= {topic}:
            await self._turn(talk, "topics", talk.rules)
            return "group_rules.topic_is_last"
        topics = topics | {topic} if name == ALLOW else topics - {topic}
        return await self._keep(talk, dataclasses.replace(talk.rules, topics=tuple(sorted(topics))))

    async def _turn(self, talk: Talk, name: str, rules: GroupRules) -> None:
        lines, rows = page(name, await self._standing(talk, rules))
        await talk.turn(*lines, buttons=rows)

    async def _standing(self, talk: Talk, rules: GroupRules) -> Standing:
        chat_id = talk.place.chat_id
        chat = await talk.tx.one("chat_get", chat_id=chat_id)
        wallet = await ledger.read_wallet(talk.tx, UserId(chat_id))
        return Standing(
            rules=rules,
            language=chat["language"] if chat else None,
            balance_vnd=wallet.balance_vnd,
            chat_id=chat_id,
            topic=(talk.place.thread_id or GENERAL) if _has_topics(talk) else None,
            contact=self._plans.contact,
            has_stars=self._plans.stars is not None,
            own_url=self._own_url,
        )

    @staticmethod
    async def _set_language(talk: Talk, language: str | None) -> None:
        await talk.tx.run("chat_set_language", chat_id=talk.place.chat_id, language=language)


def _chosen(rules: GroupRules, name: str, value: str) -> GroupRules | None:
    """With that value of that choice; None: there is no such thing."""
    match name, value:
        case "users", value if value in set(Users):
            return dataclasses.replace(rules, users=Users(value))
        case "pressers", value if value in set(Pressers):
            return dataclasses.replace(rules, pressers=Pressers(value))
        case "payer", value if value in set(Payer):
            return dataclasses.replace(rules, payer=Payer(value))
        case "cap", value if value in CAPS:
            return dataclasses.replace(rules, cap_vnd=CAPS[value])
        case "ask", value if value in ASKS:
            return dataclasses.replace(rules, ask_above_vnd=ASKS[value])
        case "quiet", value if value in {ON, OFF}:
            return dataclasses.replace(rules, is_quiet=value == ON)
        case "topics", "":
            return dataclasses.replace(rules, topics=())
        case _:
            return None


def _has_topics(talk: Talk) -> bool:
    """Also where they were switched off after some had been allowed."""
    return talk.is_forum or bool(talk.rules.topics)


def _read_topic(word: str) -> int | None:
    is_number = word.isascii() and word.isdecimal() and len(word) <= TOPIC_DIGITS_MAX
    return int(word) if is_number else None


async def _in_its_language(talk: Talk) -> Talk:
    """After the group's language changed: one's own choice still goes first."""
    language = await language_for(
        talk.tx, talk.speaker.user_id, talk.place.chat_id, default=talk.language
    )
    return talk.in_language(language)
