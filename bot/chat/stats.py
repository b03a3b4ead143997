"""`/stats`: how the shop went today, this week, this month; for operators, in their private chat.

Knows nothing of who may: whoever calls has checked that. Adding up a month takes longer than anybody
else's message should wait: what is wanted is a row, read beside the writer and then said, so that a
restart forgets nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.chat.stats_page import STRETCHES, buttons_of, lines_of
from bot.chat.talk import Talk, line, written
from bot.jobs.accept import Desk
from bot.jobs.buttons import Press
from bot.jobs.saying import say
from bot.jobs.stats import Stats, read_stats
from bot.model import Place, Say, Urgency
from bot.store.port import Row, Store, Topic, Transaction
from bot.store.rounds import live

TODAY = "1"


class ShopStats:
    """Made once."""

    async def open(self, talk: Talk) -> None:
        """Today's."""
        if not talk.is_private:  # what the shop takes is its own business
            await talk.say(line("admin.in_private"))
            return
        await _ask(talk, TODAY)

    async def press(self, talk: Talk, press: Press) -> str:
        """Another stretch, in place of the one shown."""
        if press.how not in STRETCHES or not talk.is_private:
            return "press.nothing"
        await _ask(talk, press.how)
        return ""


async def _ask(talk: Talk, stretch: str) -> None:
    place = talk.place
    await talk.tx.run(
        "stats_look_add",
        chat_id=place.chat_id,
        thread_id=place.thread_id,
        reply_to=place.reply_to,
        page_id=talk.page_id,
        language=talk.language,
        stretch=stretch,
    )
    talk.tx.wake(Topic.STATS)


class Accounting:
    """Answers who asked. Made once; ``run`` goes on until it is cancelled."""

    def __init__(self, store: Store, desk: Desk, titles: Mapping[str, str]) -> None:
        self._store = store
        self._desk = desk
        self._titles = titles
        self._ears = store.wakeups(Topic.STATS)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        await live("accounting", self._look, self._ears, self._tasks)

    async def _look(self) -> None:
        for look in await self._store.all("stats_looks"):
            await self._answer(look)

    async def _answer(self, look: Row) -> None:
        days, desk = STRETCHES[look["stretch"]], self._desk
        stats = await read_stats(
            self._store, desk.plans, days, now=desk.clock(), timezone=desk.timezone
        )
        await self._store.write(lambda tx: self._say(tx, look, stats))

    async def _say(self, tx: Transaction, look: Row, stats: Stats) -> None:
        if not await tx.run("stats_look_done", look_id=look["look_id"]):
            return
        await say(
            tx,
            Say.TEXT,
            Place(look["chat_id"], look["thread_id"], look["reply_to"]),
            urgency=Urgency.ANSWER,
            now=self._desk.clock(),
            payload={
                "language": look["language"],
                "lines": lines_of(stats, self._titles),
                "buttons": written(buttons_of(look["stretch"])),
                "edits": look["page_id"],
            },
        )
