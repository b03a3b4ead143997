"""Who is about to pay is answered over connections of its own: no upload keeps them waiting.

Knows nothing of why. It is no message, so it takes nobody's turn at the limiter.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import structlog
from telegram import Bot
from telegram.error import BadRequest, TelegramError
from telegram.request import HTTPXRequest

from bot.providers.http import trusted
from bot.telemetry import Metrics

CONNECTIONS: Final = 4
ANSWER_S: Final = 3.0
"""Telegram waits ten in all."""
ATTEMPTS: Final = 3
PAUSE_S: Final = 0.3

log = structlog.get_logger(__name__)


class Counter:
    """Made by ``open_counter``."""

    def __init__(self, bot: Bot, metrics: Metrics) -> None:
        self._bot = bot
        self._calls = metrics.telegram_calls

    async def answer_checkout(self, query_id: str, refusal: str) -> None:
        """Empty ``refusal``: they may pay. The same answer may arrive twice; too late is no harm."""
        for _ in range(ATTEMPTS):
            try:
                await self._bot.answer_pre_checkout_query(
                    query_id, ok=not refusal, error_message=refusal or None
                )
            except BadRequest as error:  # too late, or heard before
                log.warning("checkout_answer_refused", error=str(error))
                return
            except TelegramError as error:
                self._calls.labels(type(error).__name__).inc()
                log.warning("checkout_answer_lost", error=str(error))
                await asyncio.sleep(PAUSE_S)
            else:
                self._calls.labels("done").inc()
                return


@contextlib.asynccontextmanager
async def open_counter(
    token: str, *, root: str, proxy: str | None, metrics: Metrics
) -> AsyncIterator[Counter]:
    """``root``: of the Bot API server. Nothing is asked of Telegram yet."""
    request = HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        connect_timeout=ANSWER_S,
        read_timeout=ANSWER_S,
        write_timeout=ANSWER_S,
        pool_timeout=ANSWER_S,
        proxy=proxy,
        httpx_kwargs={"verify": trusted(machine_says=True)},
    )
    bot = Bot(token, base_url=f"{root}/bot", request=request, get_updates_request=request)
    try:
        yield Counter(bot, metrics)
    finally:
        await request.shutdown()
