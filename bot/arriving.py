"""The way in, as the settings ask for it: how updates come, who is about to pay, what is asked before.

Knows nothing of how updates are handled.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator

from telegram import Bot

from bot.chat.access import Doorkeeper
from bot.chat.checkout import Checkout
from bot.chat.checkup import Checkup
from bot.chat.intake import Poller
from bot.chat.listening import Listener
from bot.chat.looks import Look, for_guests
from bot.chat.rights import Rights
from bot.chat.spill import Spill
from bot.delivery.counter import open_counter
from bot.i18n import I18n
from bot.model import Clock
from bot.money.plans import Plans
from bot.settings import Settings
from bot.store.port import Reading, Store
from bot.telemetry import Metrics


def make_updates(
    settings: Settings, bot: Bot, store: Store, checkout: Checkout, spill: Spill, clock: Clock
) -> Poller | Listener:
    """The way in that the settings ask for."""
    if settings.telegram_updates == "polling":
        return Poller(bot, checkout, spill)
    given = settings.telegram_webhook_secret.get_secret_value()
    return Listener(
        bot,
        store,
        checkout,
        spill,
        url=f"{settings.bot_public_url}/telegram",
        secret=given or secrets.token_urlsafe(32),
        clock=clock,
    )


@contextlib.asynccontextmanager
async def open_checkout(
    settings: Settings, reading: Reading, plans: Plans, i18n: I18n, metrics: Metrics, clock: Clock
) -> AsyncIterator[Checkout]:
    """What answers who is about to pay, with connections of its own.

    ``reading``: its own as well, so that nobody's long question keeps it waiting.
    """
    counter = open_counter(
        settings.telegram_bot_token.get_secret_value(),
        root=settings.telegram_api_url,
        proxy=settings.telegram_proxy.get_secret_value() or None,
        metrics=metrics,
    )
    async with counter as answers:
        checkout = Checkout(
            reading,
            plans,
            Doorkeeper(settings.bot_access, settings.bot_admin_ids, plans.contact),
            answers,
            i18n,
            default_language=settings.bot_language,
            clock=clock,
        )
        async with contextlib.aclosing(checkout):
            yield checkout


def make_looks(
    settings: Settings, bot: Bot, store: Store, door: Doorkeeper, clock: Clock
) -> tuple[Look, ...]:
    """What Telegram is asked before an update is handled."""
    data_dir, admin_ids = settings.bot_data_dir, settings.bot_admin_ids
    checkup = Checkup(bot, store, data_dir=data_dir, admin_ids=admin_ids, clock=clock)
    rights = Rights(bot, store, clock=clock)
    looks = (rights.look, rights.look_afar, checkup.look)
    return tuple(for_guests(look, door, store) for look in looks)
