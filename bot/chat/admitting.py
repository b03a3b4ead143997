"""What an operator does about who may use the bot: allow, ban, unban, and take it back by a button.

Knows nothing of who may do that: whoever calls has checked it. What runs already goes on, for it
was paid for; only nothing new is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import structlog

from bot.chat.talk import Label, Line, Talk, line
from bot.chat.whom import Whom, find, is_number, names_one, replied_to, with_number
from bot.jobs.buttons import Act, Press
from bot.jobs.reaching import tell

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

log = structlog.get_logger(__name__)


class Admitting:
    """Made once. ``username``: the bot's, for who is told that they may."""

    def __init__(self, admin_ids: Collection[int], username: str) -> None:
        self._admin_ids = admin_ids
        self._username = username

    async def allow(self, talk: Talk, words: str) -> None:
        """`/allow` in a group: this one; `/allow ID|@name`: that person or group, seen or not."""
        if not words.strip() and not talk.is_private:
            await self._do(talk, "allow", await with_number(talk, talk.place.chat_id))
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
        if deed not in BACK or not is_number(number):
            return "press.nothing"
        whom = await with_number(talk, int(number))
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
        key = "access.open_group" if number < 0 else "access.open_person"
        await tell(talk.tx, number, line(key, bot=self._username), now=talk.now)

    async def _meant(self, talk: Talk, deed: str, words: str) -> Whom | None:
        """Whom the command names; asked for with an example where it names nobody."""
        word = words.split(maxsplit=1)[0] if words.strip() else ""
        if not word and (replied := await replied_to(talk)) is not None:
            return replied
        if not names_one(word):
            await talk.say(line(f"access.whom_{deed}"))
            return None
        if (whom := await find(talk, word)) is None:
            await talk.say(line("access.unknown_person", who=word, command=f"/{deed}"))
        return whom
