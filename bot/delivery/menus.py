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

PRIVATE = ("img", "video", "vary", "upscale", "jobs", "cancel", "quota", "lang", "help")
GROUP = ("img", "video", "vary", "upscale", "jobs", "cancel", "quota", "help")

log = structlog.get_logger(__name__)


async def set_menus(bot: Bot, i18n: I18n, *, default_language: str, can_make_video: bool) -> None:
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
                    if name != "video" or can_make_video
                ]
                await bot.set_my_commands(commands, scope=scope, language_code=code)
    except TelegramError as error:
        log.warning("menus_not_set", error=str(error))
