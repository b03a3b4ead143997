"""A bot whose clocks run ahead while somebody waits: pauses of a minute take a moment.

Knows nothing of what is waited for.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from story import PATIENCE_S, Story, living_bot, served_town, settings_for

from bot.app import Clocks

T = TypeVar("T")
LOOK_S = 0.01
TIMES = 20


@dataclass
class Hurry:
    """What the bot takes for the time."""

    ahead_s: float = 0.0
    wake: Callable[[], None] = lambda: None

    def wall(self) -> int:
        return int((time.time() + self.ahead_s) * 1000)

    def steady(self) -> float:
        return time.monotonic() + self.ahead_s

    async def until(self, look: Callable[[], T | None]) -> T:
        """The first truthy answer, while the bot's clocks run many times faster."""
        async with asyncio.timeout(PATIENCE_S):
            while not (found := look()):
                self.ahead_s += LOOK_S * TIMES
                self.wake()
                await asyncio.sleep(LOOK_S)
        return found


@contextlib.asynccontextmanager
async def hurried(folder: Path) -> AsyncIterator[tuple[Story, Hurry]]:
    """A town and a bot living in it by such clocks."""
    hurry = Hurry()
    async with served_town(folder / "town") as town:
        story = Story(town, folder / "data")
        environ = settings_for(town, story.data_dir)
        clocks = Clocks(hurry.wall, hurry.steady)
        async with living_bot(environ, clocks=clocks) as easel:
            hurry.wake = easel.wake
            yield story, hurry
