"""Plans whose time is up are closed, and whoever has one hears of its end, before and then.

Knows nothing of words. What was told is a row, so a process killed anywhere tells the rest later.
"""

from __future__ import annotations

import asyncio
import functools
from typing import Any, Final

from bot.jobs import endings
from bot.model import DAY_MS, Clock, Millis, UserId
from bot.money import terms
from bot.money.plans import Plans
from bot.store.port import Store, Topic
from bot.store.rounds import live

EVERY_S: Final = 3_600.0
"""No plan is shorter than a day, so one that began meanwhile is seen in time."""


class Endings:
    """Made once. ``run`` goes on until it is cancelled."""

    def __init__(self, store: Store, plans: Plans, *, clock: Clock) -> None:
        self._store = store
        self._plans = plans
        self._clock = clock
        self._ears = store.wakeups(Topic.ENDINGS)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        await live("endings", self._look, self._ears, self._tasks)

    async def _look(self) -> float:
        now = self._clock()
        await self._close_over(now)
        await self._tell_over(now)
        await self._tell_near(now)
        return await self._seconds_to_next(now)

    async def _close_over(self, now: Millis) -> None:
        for row in await self._store.all("wallets_with_terms_over", now=now):
            wallet_id = UserId(row["wallet_id"])
            await self._store.write(
                functools.partial(terms.close_over, wallet_id=wallet_id, now=now)
            )

    async def _tell_over(self, now: Millis) -> None:
        for row in await self._store.all("terms_over_untold"):
            term_id, plans = row["term_id"], self._plans
            tell = functools.partial(endings.tell_over, plans=plans, term_id=term_id, now=now)
            await self._store.write(tell)

    async def _tell_near(self, now: Millis) -> None:
        until = now + endings.NEAR_DAYS * DAY_MS
        for row in await self._store.all("terms_ending", now=now, until=until):
            term_id, plans = row["term_id"], self._plans
            tell = functools.partial(endings.tell_near, plans=plans, term_id=term_id, now=now)
            await self._store.write(tell)

    async def _seconds_to_next(self, now: Millis) -> float:
        row = await self._store.one("terms_next_end", now=now)
        if row is None or row["ends_at"] is None:
            return EVERY_S
        return min(EVERY_S, max(0.0, float(row["ends_at"] - self._clock()) / 1000))
