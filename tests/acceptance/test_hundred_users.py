"""A hundred people in ten groups ask at once, by Telegram's own limits, and a bot that is stopped.

Everybody's clock is one that only moves while nothing is under way: minutes pass in seconds, and
what was sent before what is known.
"""

import asyncio
import contextlib
import itertools
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shop import NOON
from story import (
    PATIENCE_S,
    Message,
    Person,
    Story,
    is_media,
    living_bot,
    served_town,
    settings_for,
    words,
)

from bot.app import DATABASE_NAME, Clocks
from bot.delivery.loop import Delivery
from bot.jobs.budget import MOST_IN_GROUP
from bot.sandbox.calls import Call
from bot.sandbox.limits import Limits

GROUPS = 10
IN_EACH = 10
GROUPS_STOPPED = 4
"""Enough for both providers to be busy at each stop."""
STOPS = 2
ORDERED_AT_ONCE = 6
"""By both accounts together."""
UNSURE = "không rõ yêu cầu đã đến nơi chưa"
STEP_S = 0.5
SPEED = 600.0
"""Of the providers: it is Telegram that makes people wait here."""
LOOK_S = 0.01
SENDS = Delivery._send.__qualname__
PACED = ("send", "edit")
MOST_REFUSED = 0.01


@dataclass
class Minutes:
    """The one clock of bot and Telegram, in milliseconds since the epoch."""

    at: int = NOON

    def clocks(self) -> Clocks:
        return Clocks(lambda: self.at, lambda: self.at / 1000)


@dataclass
class Flood:
    """Who asked what, and where everything is written down."""

    story: Story
    minutes: Minutes
    asked: list[tuple[Person, int, Message]]
    """Who, in which group, and the message."""

    @contextlib.asynccontextmanager
    async def bot(self) -> AsyncIterator[Callable[[], None]]:
        environ = settings_for(self.story.town, self.story.data_dir)
        async with living_bot(environ, clocks=self.minutes.clocks()) as easel:
            yield easel.wake

    async def pass_until(self, wake: Callable[[], None], answered: int) -> None:
        """Time passes, a step whenever no call is under way, until so many have their answer."""
        async with asyncio.timeout(2 * PATIENCE_S):
            while self._is_calling() or len(self.pictures() | self.unsure()) < answered:
                if not self._is_calling():
                    self.minutes.at += int(STEP_S * 1000)
                    wake()
                await asyncio.sleep(LOOK_S)

    def _is_calling(self) -> bool:
        running = [task.get_coro() for task in asyncio.all_tasks()]
        return any(getattr(coro, "__qualname__", "") == SENDS for coro in running)

    def pictures(self) -> Counter[tuple[int, int]]:
        """How many pictures came in reply to each request, by its group and number."""
        return self._replies(is_media)

    def unsure(self) -> Counter[tuple[int, int]]:
        """The same of words that nobody knows what became of it: stopped as it was ordered."""
        return self._replies(lambda message: UNSURE in words(message))

    def _replies(self, fits: Callable[[Message], bool]) -> Counter[tuple[int, int]]:
        return Counter(
            (group, message["reply_to_message"]["message_id"])
            for group in {group for _, group, _ in self.asked}
            for message in self.story.world.messages(group)
            if "reply_to_message" in message and fits(message)
        )

    def requests(self) -> set[tuple[int, int]]:
        return {(group, message["message_id"]) for _, group, message in self.asked}

    def unsettled(self) -> list[Any]:
        """Jobs that have not ended, or still hold something."""
        return self._read(
            "SELECT job_id, state FROM job WHERE state NOT IN ('done', 'needs_review') "
            "OR held_free > 0 OR held_vnd > 0"
        )

    def calls(self) -> list[Call]:
        """What counts at Telegram, in order."""
        return [call for call in self.story.world.calls if call.method.startswith(PACED)]

    def refused(self) -> list[Call]:
        return [call for call in self.calls() if call.error_code == 429]

    def overtaken(self) -> list[tuple[int, int]]:
        """Groups and times where a bar moved while a result waited."""
        waits = self._waits()
        bars = [call for call in self.calls() if call.method == "editMessageText" and call.ok]
        return [
            (group, int(bar.at * 1000))
            for bar in bars
            for group, since, until in waits
            if bar.parameters["chat_id"] == group and since < int(bar.at * 1000) < until
        ]

    def _waits(self) -> list[tuple[int, int, int]]:
        """From when to when each result waited, as the bot wrote it down."""
        return self._read("SELECT chat_id, created_at, sent_at FROM outbox WHERE say = 'result'")

    def _read(self, sql: str) -> list[Any]:
        path = self.story.data_dir / DATABASE_NAME
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(sql).fetchall()


@contextlib.asynccontextmanager
async def flooded(folder: Path, groups: int) -> AsyncIterator[Flood]:
    minutes = Minutes()
    async with served_town(
        folder / "town", speed=SPEED, limits=Limits(), clock=lambda: minutes.at / 1000
    ) as town:
        story = Story(town, folder / "data")
        flood = Flood(story, minutes, [])
        for number in range(groups):
            people = [story.person(f"Bạn {number}{each}") for each in range(IN_EACH)]
            group = story.group(f"Nhóm {number}", *people)
            ways = itertools.cycle(["flow", "apiframe"])
            for person in people:
                line = f"/img@easel_bot thuyền số {person.user_id} --with {next(ways)}"
                flood.asked.append((person, group, person.say(line, chat=group)))
        yield flood


async def test_a_hundred_people_in_ten_groups_get_their_pictures_and_no_bar_goes_first(
    tmp_path: Path,
) -> None:
    async with flooded(tmp_path, GROUPS) as flood:
        async with flood.bot() as wake:
            await flood.pass_until(wake, len(flood.asked))
        assert Counter(flood.requests()) == flood.pictures()
        assert len(flood.refused()) <= MOST_REFUSED * len(flood.calls())
        assert [] == flood.overtaken()
        spent = Counter(call.parameters["chat_id"] for call in flood.calls() if call.ok)
        assert max(spent.values()) <= MOST_IN_GROUP * IN_EACH


async def test_a_bot_that_is_stopped_in_the_middle_loses_nothing_and_goes_on_at_the_groups_pace(
    tmp_path: Path,
) -> None:
    async with flooded(tmp_path, GROUPS_STOPPED) as flood:
        for part in (0.2, 0.5, 1.0):
            async with flood.bot() as wake:
                await flood.pass_until(wake, int(part * len(flood.asked)))
        pictures, unsure = flood.pictures(), flood.unsure()
        assert Counter(flood.requests()) == pictures + unsure
        assert len(unsure) <= STOPS * ORDERED_AT_ONCE
        assert [] == flood.unsettled()
        assert len(flood.refused()) <= MOST_REFUSED * len(flood.calls())
        assert [] == flood.overtaken()
