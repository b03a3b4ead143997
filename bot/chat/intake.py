"""Updates in: asked of Telegram, written down, and only then confirmed. Knows no meaning of one.

The library's own updater keeps updates in memory and confirms them before anybody has handled
them: killed, it lost every one (docs/telegram.md). Here the offset moves after the commit.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.errors import SettingsError, StoreError
from bot.model import Clock
from bot.store.port import Store, Topic, Transaction

POLL_S = 50
"""Telegram answers a long poll after 50 seconds at the latest."""
ALLOWED = ("message", "callback_query", "my_chat_member")
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
        self.heard_at: float | None = None
        """When Telegram last answered, on the monotonic clock; None: not yet."""

    async def run(self) -> None:
        """Raises SettingsError when Telegram refuses the token."""
        while True:
            try:
                if self.heard_at is None:
                    await self._bot.delete_webhook()  # while one is set, polling is refused
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
                "timeout": 0 if self.heard_at is None else POLL_S,
                "allowed_updates": json.dumps(ALLOWED),
            },
            read_timeout=POLL_S + 10,
        )
        self.heard_at = time.monotonic()
        if not isinstance(updates, list) or not updates:
            return
        await self._store.write(lambda tx: write_inbox(tx, updates, now=self._clock()))
        self._offset = max(int(update["update_id"]) for update in updates) + 1

    async def _rest(self, error: TelegramError) -> None:
        """A loss is logged once, however long it lasts."""
        if self._failures == 0:
            hint = ""
            if isinstance(error, Conflict):
                hint = "another program polls with this token: stop it"
            log.warning("telegram_lost", error=str(error), hint=hint)
        pause_s = min(LONGEST_PAUSE_S, 0.5 * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        await asyncio.sleep(pause_s)

    def _recovered(self) -> None:
        if self._failures:
            log.info("telegram_found_again")
        self._failures = 0


async def write_inbox(tx: Transaction, updates: Sequence[Mapping[str, Any]], *, now: int) -> None:
    """Keep raw updates; one that was kept before is not kept twice."""
    for update in updates:
        await tx.run(
            "inbox_add",
            update_id=update["update_id"],
            lane=lane_of(update),
            payload=json.dumps(update),  # as ASCII: half an emoji cannot be written otherwise
            now=now,
        )
    tx.wake(Topic.INBOX)


def lane_of(update: Mapping[str, Any]) -> int:
    """The chat (or, without one, the person) within which order matters."""
    for kind in ALLOWED:
        body = update.get(kind)
        if not isinstance(body, Mapping):
            continue
        message = body.get("message") if kind == "callback_query" else body
        holder = message if isinstance(message, Mapping) else {}
        for name, source in (("chat", holder), ("from", body)):
            owner = source.get(name)
            if isinstance(owner, Mapping) and isinstance(owner.get("id"), int):
                return int(owner["id"])
    return 0
