"""How a part of the bot lives: it looks at what is due, waits for what comes, and looks again.

Knows nothing of what is looked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.errors import StoreError
from bot.store.port import Wakeups

STORE_PAUSE_S = 1.0
"""After something the database could not take (a full disk), this long until the next try."""

log = structlog.get_logger(__name__)


async def live(
    part: str,
    look: Callable[[], Awaitable[float | None]],
    ears: Wakeups,
    tasks: set[asyncio.Task[Any]],
) -> None:
    """Look, and again when something rings or the seconds that ``look`` answered are over.

    Goes on until it is cancelled; ``tasks``, what the part has begun, ends with it.
    """
    try:
        while True:
            try:
                wait_s = await look()
            except StoreError:
                log.exception("round_failed", part=part)
                wait_s = STORE_PAUSE_S
            await ears.wait(wait_s)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
