"""`/stats`: how the shop went today, this week, this month; for operators, in their private chat.

Knows nothing of who may: whoever calls has checked that. Adding up a month takes longer than anybody
else's message should wait: what is wanted is a row, read beside the writer and then said, so that a
restart forgets nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from bot.chat.stats_page import STRETCHES, buttons_of, lines_of
from bot.chat.talk import Talk, line, written
from bot.errors import StoreError
from bot.jobs.accept import Desk
from bot.jobs.buttons import Press
from bot.jobs.saying import say
from bot.jobs.stats import Stats, read_stats
from bot.model import Place, Say, Urgency
from bot.store.port import Reading, Row, Store, Topic, Transaction
from bot.store.rounds import live

TODAY = "1"

log = structlog.get_logger(__name__)


class ShopStats:
    """Made once."""

    async def open(self, talk: Talk, words: str) -> None:
        """`/stats [DAYS]`: without a number today's."""
        if not talk.is_private:  # what the shop takes is its own business
            await talk.say(line("admin.in_private"))
            return
        stretch = words.strip() or TODAY
        if stretch not in STRETCHES:
            await talk.say(line("stats.how"))
            return
        await _ask(talk, stretch)

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
    """Answers who asked. Made once; ``run`` goes on until it is cancelled.

    ``reading``: nobody else's, who would wait for a month to be added up.
    """

    def __init__(
        self, store: Store, reading: Reading, desk: Desk, titles: Mapping[str, str]
    ) -> None:
        self._store = store
        self._reading = reading
        self._desk = desk
        self._titles = titles
        self._ears = store.wakeups(Topic.STATS)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        await live("accounting", self._look, self._ears, self._tasks)

    async def _look(self) -> None:
        for look in await self._store.all("stats_looks"):
            await self._answer_or_drop(look)

    async def _answer_or_drop(self, look: Row) -> None:
        """One that goes wrong in no way we know is tried once: it stands in nobody else's way."""
        try:
            await self._answer(look)
        except StoreError:
            raise
        except Exception:
            log.exception("stats_stumbled", stretch=look["stretch"])
            look_id = look["look_id"]
            await self._store.write(lambda tx: tx.run("stats_look_done", look_id=look_id))

    async def _answer(self, look: Row) -> None:
        days, desk = STRETCHES[look["stretch"]], self._desk
        stats = await read_stats(
            self._reading, desk.plans, days, now=desk.clock(), timezone=desk.timezone
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
