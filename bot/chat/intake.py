"""Updates in: asked of Telegram, written down, and only then confirmed. Knows no meaning of one.

The library's own updater keeps updates in memory and confirms them before anybody has handled
them: killed, it lost every one (docs/telegram.md). Here the offset moves after the commit.
"""

from __future__ import annotations

import asyncio
import json
import time

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.chat.inbox import ALLOWED, id_of, write_inbox
from bot.errors import SettingsError, StoreError
from bot.model import Clock
from bot.store.port import Store

POLL_S = 50
"""Telegram answers a long poll after 50 seconds at the latest."""
SILENCE_S = POLL_S + 40.0
"""Longer, and updates do not flow."""
LONGEST_PAUSE_S = 30.0
STORE_PAUSE_S = 1.0
"""After updates the database could not take (a full disk), this long until the next try."""

log = structlog.get_logger(__name__)


class Poller:
    """Long polling into the inbox. ``run`` goes on until it is cancelled."""

    def __init__(self, bot: Bot, store: Store, *, clock: Clock) -> None:
        self._bot = bot
        self._store = store
        self._clock = clock
        self._offset: int | None = None
        self._failures = 0
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
            except InvalidToken as error:
                raise SettingsError(
                    ["TELEGRAM_BOT_TOKEN is refused by Telegram: copy it from @BotFather again."]
                ) from error
            except TelegramError as error:
                await self._rest(error)
            except StoreError:
                # Not confirmed, so Telegram gives the same updates again.
                log.exception("inbox_not_written")
                await asyncio.sleep(STORE_PAUSE_S)
            else:
                self._recovered()

    async def _poll(self) -> None:
        updates = await self._bot.do_api_request(
            "getUpdates",
            api_kwargs={
                "offset": self._offset,
                # The first answer comes at once, so that a bot nobody writes to is ready as well.
                "timeout": 0 if self._heard_at is None else POLL_S,
                "allowed_updates": json.dumps(ALLOWED),
            },
            read_timeout=POLL_S + 10,
        )
        self._heard_at = time.monotonic()
        if not isinstance(updates, list) or not updates:
            return
        await self._store.write(lambda tx: write_inbox(tx, updates, now=self._clock()))
        numbers = [number for each in updates if (number := id_of(each)) is not None]
        if numbers:
            self._offset = max(numbers) + 1

    async def _rest(self, error: TelegramError) -> None:
        """A loss is logged once, however long it lasts."""
        self._may_poll = self._may_poll and not isinstance(error, Conflict)
        if self._failures == 0:
            hint = ""
            if isinstance(error, Conflict):
                hint = "another program uses this token: stop it"
            log.warning("telegram_lost", error=str(error), hint=hint)
        pause_s = min(LONGEST_PAUSE_S, 0.5 * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        await asyncio.sleep(pause_s)

    def _recovered(self) -> None:
        if self._failures:
            log.info("telegram_found_again")
        self._failures = 0
