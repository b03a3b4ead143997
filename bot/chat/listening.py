"""Updates in, the other way: Telegram calls us. Knows no meaning of one, and no HTTP.

What comes is written down before it is acknowledged, so a call that was not answered may be made
again. Where Telegram calls is looked at now and then: another program that polls with the same
token takes the webhook away without a word.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Final

import structlog
from telegram import Bot, WebhookInfo
from telegram.error import TelegramError

from bot.chat.inbox import ALLOWED, Ear, bury, id_of
from bot.chat.losses import Losses
from bot.chat.spill import PATIENCE_S, Spill
from bot.errors import StoreError
from bot.model import Clock
from bot.store.port import Store

LOOK_S: Final = 60.0
SILENCE_S: Final = LOOK_S + 60.0
"""Longer, and Telegram is out of reach."""
CONNECTIONS: Final = 40
"""Calls of Telegram at once: each waits for a commit, and commits come in groups. None waits long
(`spill.py`), so that the next call, which may be about a payment, has one.
"""
RECENT_S: Final = 300.0
"""A call that failed longer ago is no trouble of now."""
TAKEN: Final = "another program has taken the webhook away"

log = structlog.get_logger(__name__)


class Listener:
    """A webhook into the inbox. ``run`` goes on until it is cancelled.

    ``checkout`` hears who is about to pay. ``url``: where Telegram reaches us; ``secret``: what its
    calls bring along.
    """

    def __init__(
        self,
        bot: Bot,
        store: Store,
        checkout: Ear,
        spill: Spill,
        *,
        url: str,
        secret: str,
        clock: Clock,
    ) -> None:
        self.secret = secret
        self._bot = bot
        self._store = store
        self._checkout = checkout
        self._spill = spill
        self._url = url
        self._clock = clock
        self._losses = Losses()
        self._is_set = False
        self._trouble: str | None = "Telegram has not been told yet where to send updates"
        self._took_at = 0
        """When an update was last written down."""
        self._heard_at: float | None = None
        """When Telegram last answered, on the monotonic clock; None: not yet."""

    async def run(self) -> None:
        """Raises SettingsError when Telegram refuses the token."""
        while True:
            try:
                await self.look()
            except TelegramError as error:
                if not self._is_set:
                    self._trouble = f"the webhook could not be set: {error}"
                await self._losses.rest(error)
            else:
                self._losses.over()
                await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """See that Telegram calls here, and how that goes. Raises TelegramError."""
        if self._is_set:
            self._judge(await self._bot.get_webhook_info())
        if not self._is_set:
            await self._bot.set_webhook(
                self._url,
                secret_token=self.secret,
                allowed_updates=ALLOWED,
                max_connections=CONNECTIONS,
            )
            self._is_set = True
            if self._trouble != TAKEN:  # that is over when the next look finds ours
                self._trouble = None
        self._heard_at = time.monotonic()

    async def take(self, body: bytes) -> None:
        """Keep what a call brought, however little of it can be read. Raises StoreError."""
        update = _read(body)
        if not self._checkout.take([update]):
            self._took_at = self._clock()
            return
        if id_of(update) is None:
            await self._bury(body.decode(errors="backslashreplace"))
        else:
            await self._spill.keep([update])
        self._took_at = self._clock()

    async def _bury(self, content: str) -> None:
        """Raises StoreError."""
        now = self._clock()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._store.write(lambda tx: bury(tx, content, "it is no update", now=now))
        except TimeoutError as error:  # it may yet be written; brought again, it is kept once
            raise StoreError("The database could not be written in time") from error

    def trouble(self) -> str | None:
        """Why no updates flow, in a few words for the operator; None: they do."""
        silent_s = 0.0 if self._heard_at is None else time.monotonic() - self._heard_at
        if silent_s > SILENCE_S:
            return f"Telegram is silent for {silent_s:.0f} s"
        return self._trouble

    def _judge(self, info: WebhookInfo) -> None:
        """What Telegram says of the webhook."""
        if info.url != self._url:
            self._is_set = False
            if self._trouble != TAKEN:
                log.warning("webhook_taken", hint="another program uses this token: stop it")
            self._trouble = TAKEN
            return
        self._trouble = None
        if info.last_error_date is None:
            return
        failed_at = int(info.last_error_date.timestamp() * 1000)
        is_recent = self._clock() - failed_at < RECENT_S * 1000
        if is_recent and failed_at > self._took_at:
            self._trouble = f"Telegram cannot bring updates: {info.last_error_message}"


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
