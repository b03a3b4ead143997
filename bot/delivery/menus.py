"""The command menus behind "/", in each language and for each kind of chat."""

from __future__ import annotations

from collections.abc import Collection

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.i18n import I18n
from bot.jobs.offers import Market
from bot.model import Operation

MAKING = ("img", "video", "vary", "upscale", "pan", "zoom")
OWN = ("jobs", "cancel", "history", "show", "quota", "receipts", "plans")
PAYING = ("buy",)
SMALL_PRINT = ("paysupport", "terms")
PRIVATE = (*MAKING, *OWN, *PAYING, "settings", "lang", "help", *SMALL_PRINT)
GROUP = (*MAKING, *OWN, *PAYING, "help")
GROUP_ADMIN = (*MAKING, *OWN, *PAYING, "settings", "lang", "doctor", "help")
OPERATOR = (*PRIVATE, "admin", "stats", "grant", "plan", "voucher", "doctor", "pause", "resume")
NEEDS = {
    "video": (Operation.VIDEO,),
    "vary": (Operation.VARIATION, Operation.REFERENCE_IMAGE),
    "upscale": (Operation.UPSCALE, Operation.ENLARGE),
    "pan": (Operation.PAN,),
    "zoom": (Operation.ZOOM,),
}
"""Commands that are listed only when somebody can do one of these."""

log = structlog.get_logger(__name__)


async def set_menus(
    bot: Bot,
    i18n: I18n,
    *,
    default_language: str,
    market: Market,
    admin_ids: Collection[int],
) -> None:
    """Tell Telegram what to list; a failure leaves the old menu and is no reason not to start."""
    for scope, names in menus(admin_ids):
        offered = [
            name for name in names if name not in NEEDS or any(map(market.doing, NEEDS[name]))
        ]
        try:
            for code in (None, *i18n.languages):
                tongue = i18n.tongue(code or default_language)
                commands = [BotCommand(name, tongue.text(f"menu.{name}")) for name in offered]
                await bot.set_my_commands(commands, scope=scope, language_code=code)
        except TelegramError as error:  # an operator who never wrote has no chat yet
            log.warning("menu_not_set", scope=scope.to_dict(), error=str(error))


def menus(admin_ids: Collection[int]) -> list[tuple[BotCommandScope, tuple[str, ...]]]:
    """Who sees which commands, by Telegram's scopes; ``admin_ids``: the operators."""
    return [
        (BotCommandScopeAllPrivateChats(), PRIVATE),
        (BotCommandScopeAllGroupChats(), GROUP),
        (BotCommandScopeAllChatAdministrators(), GROUP_ADMIN),
        *((BotCommandScopeChat(admin_id), OPERATOR) for admin_id in sorted(admin_ids)),
    ]
