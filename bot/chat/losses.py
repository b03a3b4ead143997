"""Telegram lost and found again: each is logged once, however long it lasts, and pauses grow.

Knows nothing of what was asked of it.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.errors import SettingsError

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0

log = structlog.get_logger(__name__)


class Losses:
    """One for each way in."""

    def __init__(self) -> None:
        self._failures = 0

    async def rest(self, error: TelegramError) -> None:
        """Before the next try. Raises SettingsError where none would help."""
        if isinstance(error, InvalidToken):
            raise SettingsError(
                ["TELEGRAM_BOT_TOKEN is refused by Telegram: copy it from @BotFather again."]
            ) from error
        if self._failures == 0:
            is_taken = isinstance(error, Conflict)
            hint = "another program uses this token: stop it" if is_taken else ""
            log.warning("telegram_lost", error=str(error), hint=hint)
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        await asyncio.sleep(pause_s)

    def over(self) -> None:
        """Telegram answered."""
        if self._failures:
            log.info("telegram_found_again")
        self._failures = 0
