"""The command menus behind "/", in each language and for each kind of chat."""

from __future__ import annotations

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError

from bot.i18n import I18n
from bot.jobs.offers import Market
from bot.model import Operation

MAKING = ("img", "video", "vary", "upscale", "pan", "zoom")
PRIVATE = (*MAKING, "jobs", "cancel", "quota", "settings", "lang", "help")
GROUP = (*MAKING, "jobs", "cancel", "quota", "help")
NEEDS = {
    "video": (Operation.VIDEO,),
    "vary": (Operation.VARIATION, Operation.REFERENCE_IMAGE),
    "upscale": (Operation.UPSCALE, Operation.ENLARGE),
    "pan": (Operation.PAN,),
    "zoom": (Operation.ZOOM,),
}
"""Commands that are listed only when somebody can do one of these."""

log = structlog.get_logger(__name__)


async def set_menus(bot: Bot, i18n: I18n, *, default_language: str, market: Market) -> None:
    """Tell Telegram what to list; a failure leaves the old menus and is no reason not to start."""
    scopes: tuple[tuple[BotCommandScope, tuple[str, ...]], ...] = (
        (BotCommandScopeAllPrivateChats(), PRIVATE),
        (BotCommandScopeAllGroupChats(), GROUP),
    )
    try:
        for scope, names in scopes:
            for code in (None, *i18n.languages):
                tongue = i18n.tongue(code or default_language)
                commands = [
                    BotCommand(name, tongue.text(f"menu.{name}"))
                    for name in names
                    if name not in NEEDS or any(map(market.doing, NEEDS[name]))
                ]
                await bot.set_my_commands(commands, scope=scope, language_code=code)
    except TelegramError as error:
        log.warning("menus_not_set", error=str(error))
