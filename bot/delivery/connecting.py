"""Telegram's client: connections made for our kinds of calls, opened and introduced.

Knows nothing of settings or of what is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.delivery.telegram import MEDIA_WRITE_S, READ_S
from bot.errors import SettingsError
from bot.providers.http import trusted

CONNECTIONS = 8
"""More cost more than they bring (docs/telegram.md)."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0

log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def open_bot(
    token: str, *, root: str, proxy: str | None, longest_poll_s: float
) -> AsyncIterator[Bot]:
    """The client, once Telegram has told who the bot is; waits for that as long as it takes.

    ``root``: of the Bot API server. Raises SettingsError when the token is refused.
    """
    tls = {"verify": trusted(machine_says=True)}
    request = HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        read_timeout=READ_S,
        write_timeout=READ_S,
        media_write_timeout=MEDIA_WRITE_S,
        pool_timeout=10.0,
        proxy=proxy,
        httpx_kwargs=tls,
    )
    updates = HTTPXRequest(
        connection_pool_size=1, read_timeout=longest_poll_s + 10, proxy=proxy, httpx_kwargs=tls
    )
    bot = Bot(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=request,
        get_updates_request=updates,
    )
    await _introduce(bot)
    try:
        yield bot
    finally:
        with contextlib.suppress(TelegramError):
            await bot.shutdown()


async def _introduce(bot: Bot) -> None:
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            await bot.initialize()
        except InvalidToken as error:
            raise SettingsError(
                ["TELEGRAM_BOT_TOKEN is refused by Telegram: copy it from @BotFather again."]
            ) from error
        except TelegramError as error:  # away, or in a flood wait
            log.warning("telegram_not_reached", error=str(error), again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
        else:
            return
