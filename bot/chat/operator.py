"""What an operator does about the providers: rest them, have them work again, look at them.

Knows nothing of who may: whoever calls has checked that.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.talk import Talk, line
from bot.jobs import accounts
from bot.jobs.accept import Desk
from bot.jobs.buttons import Act, Press
from bot.store.port import Topic


class Operator:
    """Made once. ``titles``: the providers by their names, as people know them."""

    def __init__(self, desk: Desk, titles: Mapping[str, str]) -> None:
        self._desk = desk
        self._titles = titles

    async def pause(self, talk: Talk, wanted: str) -> None:
        """`/pause PROVIDER`: nothing is ordered from it until it is resumed."""
        if (name := await self._named(talk, wanted)) is not None:
            await accounts.pause_by_hand(talk.tx, name, now=talk.now)
            await talk.say(line("admin.paused", provider=name, name=name))

    async def resume(self, talk: Talk, wanted: str) -> None:
        """`/resume PROVIDER`."""
        if (name := await self._named(talk, wanted)) is not None:
            was_paused = await accounts.resume(talk.tx, name, now=talk.now)
            key = "admin.resumed" if was_paused else "admin.not_paused"
            await talk.say(line(key, provider=name, name=name))

    async def press(self, talk: Talk, press: Press) -> str:
        """The same by a button; the catalogue key of what to float by."""
        name = press.how
        if name not in self._titles:
            return "press.nothing"
        if press.act is Act.PAUSE:
            await accounts.pause_by_hand(talk.tx, name, now=talk.now)
            return "press.paused"
        was_paused = await accounts.resume(talk.tx, name, now=talk.now)
        return "press.resumed" if was_paused else "press.not_paused"

    async def look(self, talk: Talk) -> None:
        """`/admin`: the accounts are asked, which takes a while; the answer follows."""
        if not talk.is_private:  # what they have left is the operator's own business
            await talk.say(line("admin.in_private"))
            return
        await talk.tx.run(
            "account_look_add",
            chat_id=talk.place.chat_id,
            thread_id=talk.place.thread_id,
            reply_to=talk.place.reply_to,
            language=talk.language,
            day=self._desk.purses.today(talk.now),
        )
        talk.tx.wake(Topic.RUNNER)

    async def _named(self, talk: Talk, wanted: str) -> str | None:
        name = wanted.strip().lower()
        if name in self._titles:
            return name
        names = list(self._titles)
        await talk.say(line("admin.which_provider", names=", ".join(names), example=names[0]))
        return None
