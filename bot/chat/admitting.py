"""What an operator does about who may use the bot: allow, ban, unban, and take it back by a button.

Knows nothing of who may do that: whoever calls has checked it. What runs already goes on, for it
was paid for; only nothing new is taken.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import structlog

from bot.chat.talk import Label, Line, Talk, line, remember
from bot.jobs.buttons import Act, Press
from bot.jobs.migration import home_of
from bot.jobs.people import language_for
from bot.jobs.saying import say
from bot.model import ChatId, Place, Say, Urgency, UserId
from bot.store.port import Row

BACK: Final[Mapping[str, str]] = {
    "allow": "disallow",
    "disallow": "allow",
    "ban": "unban",
    "unban": "ban",
}
"""Each deed, and what takes it back."""
CHANGES: Final[Mapping[str, Mapping[str, int]]] = {
    "allow": {"is_allowed": 1, "is_banned": 0},
    "disallow": {"is_allowed": 0},
    "ban": {"is_banned": 1},
    "unban": {"is_banned": 0},
}
_NUMBER: Final = re.compile(r"-?[1-9][0-9]{0,15}", re.ASCII)
_MOST: Final = 2**52
"""Telegram's ids are smaller (core.telegram.org/bots/api#chat)."""

log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Whom:
    """A person, or a group (whose id is negative)."""

    number: int
    row: Row | None
    """None: never seen."""

    @property
    def kind(self) -> str:
        return "group" if self.number < 0 else "person"

    @property
    def name(self) -> str:
        """As the operator knows them; the number alone for whom nobody has seen."""
        named = self.row["title" if self.number < 0 else "first_name"] if self.row else ""
        return named or str(self.number)


class Admitting:
    """Made once. ``username``: the bot's, for who is told that they may."""

    def __init__(self, admin_ids: Collection[int], username: str) -> None:
        self._admin_ids = admin_ids
        self._username = username

    async def allow(self, talk: Talk, words: str) -> None:
        """`/allow` in a group: this one; `/allow ID|@name`: that person or group, seen or not."""
        if not words.strip() and not talk.is_private:
            await self._do(talk, "allow", await _whom(talk, talk.place.chat_id))
        elif (whom := await self._meant(talk, "allow", words)) is not None:
            await self._do(talk, "allow", whom)

    async def ban(self, talk: Talk, words: str) -> None:
        """`/ban ID|@name`, or in reply to that person."""
        await self._known(talk, "ban", words)

    async def unban(self, talk: Talk, words: str) -> None:
        """`/unban ID|@name`, or in reply to that person."""
        await self._known(talk, "unban", words)

    async def press(self, talk: Talk, press: Press) -> str:
        """One of them by a button; the catalogue key of what floats by."""
        deed, _, number = press.how.partition("=")
        if deed not in BACK or not _NUMBER.fullmatch(number) or abs(int(number)) >= _MOST:
            return "press.nothing"
        whom = await _whom(talk, int(number))
        if deed == "ban" and whom.number in self._admin_ids:
            return "press.nothing"
        lines, undo = await self._done(talk, deed, whom)
        await talk.turn(*lines, buttons=[[undo]])
        return ""

    async def _known(self, talk: Talk, deed: str, words: str) -> None:
        """To somebody the bot has seen: a wrong digit would hit nobody, or somebody else."""
        whom = await self._meant(talk, deed, words)
        if whom is None:
            return
        if whom.row is None:
            await talk.say(line(f"access.unknown_{whom.kind}", who=whom.name, command=f"/{deed}"))
        elif deed == "ban" and whom.number in self._admin_ids:
            await talk.say(line("access.operator_stays"))
        else:
            await self._do(talk, deed, whom)

    async def _do(self, talk: Talk, deed: str, whom: Whom) -> None:
        lines, undo = await self._done(talk, deed, whom)
        await talk.say(*lines, buttons=[[undo]])

    async def _done(self, talk: Talk, deed: str, whom: Whom) -> tuple[list[Line], Label]:
        """Do it; what to say of it, and the button that takes it back."""
        await self._change(talk, deed, whom)
        log.info("access_changed", deed=deed, whom=whom.number, by=talk.speaker.user_id)
        told = line(f"access.{deed}_{whom.kind}", who=whom.name, number=str(whom.number))
        press = Press(Act.ACCESS, how=f"{BACK[deed]}={whom.number}")
        return [told], Label("button.access_undo", press)

    async def _change(self, talk: Talk, deed: str, whom: Whom) -> None:
        """In any case a later refusal is said again, once."""
        tx, row = talk.tx, whom.row
        before = {name: row[name] if row else 0 for name in ("is_allowed", "is_banned")}
        values: dict[str, Any] = {**before, **CHANGES[deed]}
        if whom.number < 0:
            await tx.run("chat_known", chat_id=whom.number, now=talk.now)
            await tx.run("chat_set_access", chat_id=whom.number, **values)
        else:
            await tx.run("user_known", user_id=whom.number, now=talk.now)
            await tx.run("user_set_access", user_id=whom.number, **values)
        if deed == "ban":  # what waits for more pictures of an album is not taken any more
            await tx.run("drafts_of_banned", whom=whom.number)
        was_told = row is not None and row["refused_at"] is not None
        is_here = whom.number == talk.place.chat_id
        if deed in {"allow", "unban"} and was_told and not is_here:
            await self._tell(talk, whom.number)

    async def _tell(self, talk: Talk, number: int) -> None:
        """Who was told that they may not hears that they may, where the bot can speak."""
        chat = await talk.tx.one("chat_get", chat_id=number)
        if chat is None or chat["unreachable_at"] is not None:
            return
        user_id = UserId(number) if number > 0 else None
        chat_id = ChatId(number)
        key = "access.open_group" if number < 0 else "access.open_person"
        await say(
            talk.tx,
            Say.TEXT,
            Place(chat_id, None, None),
            urgency=Urgency.ANSWER,
            now=talk.now,
            payload={
                "language": await language_for(talk.tx, user_id, chat_id, default=""),
                "lines": [line(key, bot=self._username)],
            },
        )

    async def _meant(self, talk: Talk, deed: str, words: str) -> Whom | None:
        """Whom the command names; asked for with an example where it names nobody."""
        word = words.split(maxsplit=1)[0] if words.strip() else ""
        if not word and talk.replied is not None:
            await remember(talk.tx, talk.replied, now=talk.now)  # perhaps never heard of before
            return await _whom(talk, talk.replied.user_id)
        if _NUMBER.fullmatch(word) and abs(int(word)) < _MOST:
            return await _whom(talk, int(word))
        if word.startswith("@"):
            # A name may have passed to somebody else since both were seen.
            found = await talk.tx.all("users_named", username=word[1:].lower())
            if len(found) == 1:
                return await _whom(talk, found[0]["user_id"])
            await talk.say(line("access.unknown_person", who=word, command=f"/{deed}"))
            return None
        await talk.say(line(f"access.whom_{deed}"))
        return None


async def _whom(talk: Talk, number: int) -> Whom:
    if number < 0:  # what names a group may be older than its becoming a supergroup
        chat_id = await home_of(talk.tx, number)
        return Whom(chat_id, await talk.tx.one("chat_get", chat_id=chat_id))
    return Whom(number, await talk.tx.one("user_get", user_id=number))
