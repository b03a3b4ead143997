"""Updates in: asked of Telegram, written down, and only then confirmed. Knows no meaning of one.

The library's own updater keeps updates in memory and confirms them before anybody has handled
them: killed, it lost every one (docs/telegram.md). Here the offset moves after the commit.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, TelegramError

from bot.chat.inbox import ALLOWED, Ear, id_of
from bot.chat.losses import Losses
from bot.chat.spill import Spill
from bot.errors import StoreError
from bot.store.rounds import STORE_PAUSE_S

POLL_S = 50
"""Telegram answers a long poll after 50 seconds at the latest."""
SILENCE_S = POLL_S + 40.0
"""Longer, and updates do not flow."""

log = structlog.get_logger(__name__)


class Poller:
    """Long polling into the inbox. ``run`` goes on until it is cancelled."""

    def __init__(self, bot: Bot, checkout: Ear, spill: Spill) -> None:
        self._bot = bot
        self._checkout = checkout
        self._spill = spill
        self._offset: int | None = None
        self._losses = Losses()
        self._may_poll = False
        """No webhook is set, as far as we know: while one is, polling is refused."""
        self._heard_at: float | None = None
        """When Telegram last answered, on the monotonic clock; None: not yet."""

    def trouble(self) -> str | None:
        """Why no updates flow, in a few words for the operator; None: they do."""
        if self._heard_at is None:
            return "Telegram has not answered yet"
        silent_s = time.monotonic() - self._heard_at
        return f"Telegram is silent for {silent_s:.0f} s" if silent_s > SILENCE_S else None

    async def run(self) -> None:
        """Raises SettingsError when Telegram refuses the token."""
        while True:
            try:
                if not self._may_poll:
                    await self._bot.delete_webhook()
                    self._may_poll = True
                await self._poll()
            except TelegramError as error:
                self._may_poll = self._may_poll and not isinstance(error, Conflict)
                await self._losses.rest(error)
            except StoreError:
                # Not confirmed, so Telegram gives the same updates again.
                log.exception("inbox_not_written")
                await asyncio.sleep(STORE_PAUSE_S)
            else:
                self._losses.over()

    async def _poll(self) -> None:
        # The first answer comes at once, so that a bot nobody writes to is ready as well.
        updates = await self._ask(0 if self._heard_at is None else POLL_S)
        if not updates:
            return
        if others := self._checkout.take(updates):
            await self._spill.keep(others)
        numbers = [number for each in updates if (number := id_of(each)) is not None]
        if numbers:
            self._offset = max(numbers) + 1

    async def _ask(self, wait_s: int) -> list[Any]:
        """What is not confirmed yet, waiting for it if there is nothing. Raises TelegramError."""
        updates = await self._bot.do_api_request(
            "getUpdates",
            api_kwargs={
                "offset": self._offset,
                "timeout": wait_s,
                "allowed_updates": json.dumps(ALLOWED),
            },
            read_timeout=wait_s + 10,
        )
        self._heard_at = time.monotonic()
        return updates if isinstance(updates, list) else []
