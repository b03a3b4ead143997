"""Who a group's admins are: Telegram is asked before an update whose answer hangs on it.

Knows nothing of what admins may do. What Telegram says is written down, so that handling the
update stays one transaction without a call; where it does not answer, what it said last holds.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from telegram import Bot, Chat, Update
from telegram.error import TelegramError

from bot.chat.afar import chat_replied_to
from bot.chat.owners import owner_of
from bot.jobs.buttons import Act, read_press
from bot.jobs.rules import GroupRules, Pressers, Users, rules_of
from bot.model import ChatId, Clock, UserId
from bot.store.port import Store, Transaction

FRESH_S: Final = 10.0
"""How old the list may be for what only admins may do."""
KNOWN_S: Final = 60.0
"""How old it may be where a group's rules speak of admins."""
CALL_S: Final = 5.0
ASKS_AT_ONCE: Final = 2
"""While Telegram is slow to tell, the other connections are left to everybody else."""
ADMINS_ASK: Final = frozenset({"settings", "lang", "language", "doctor"})
"""Commands that do something else for admins of a group."""
ADMINS_PRESS: Final = frozenset({Act.GROUP, Act.APPROVE})

_GROUPS: Final = frozenset({Chat.GROUP, Chat.SUPERGROUP})

log = structlog.get_logger(__name__)


class Rights:
    """Made once."""

    def __init__(self, bot: Bot, store: Store, *, clock: Clock) -> None:
        self._bot = bot
        self._store = store
        self._clock = clock
        self._asking = asyncio.Semaphore(ASKS_AT_ONCE)

    async def look(self, update: Update) -> None:
        """Have what is known of the group's admins fresh enough for ``update``."""
        if (chat := update.effective_chat) is not None and chat.type in _GROUPS:
            await self._look_at(chat, await self._how_old(update, ChatId(chat.id)))
        message = update.message
        if message is not None and (afar := chat_replied_to(message)).id != message.chat.id:
            # What stands there is acted on by its rules.
            await self._look_at(afar, _how_old_for(await rules_of(self._store, ChatId(afar.id))))

    async def _how_old(self, update: Update, chat_id: ChatId) -> float | None:
        """Seconds the list may be old for this update; None: it does not matter."""
        if _is_for_admins(update) or await self._is_of_group(update, chat_id):
            return FRESH_S
        return _how_old_for(await rules_of(self._store, chat_id))

    async def _look_at(self, chat: Chat, older_than_s: float | None) -> None:
        if older_than_s is None:
            return
        row = await self._store.one("chat_get", chat_id=chat.id)
        asked_at = row["admins_at"] if row else None
        if asked_at is None or self._clock() - asked_at > older_than_s * 1000:
            await self._ask(chat)

    async def _is_of_group(self, update: Update, chat_id: ChatId) -> bool:
        """Whether what is pressed belongs to the group itself: its admins press for it."""
        query = update.callback_query
        press = read_press(query.data or "") if query else None
        return press is not None and await owner_of(self._store, press) == UserId(chat_id)

    async def _ask(self, chat: Chat) -> None:
        try:
            async with self._asking:
                admins = await self._bot.get_chat_administrators(chat.id, read_timeout=CALL_S)
        except TelegramError as error:
            log.warning("admins_not_known", chat=chat.id, error=str(error))
            return
        user_ids = [admin.user.id for admin in admins if not admin.user.is_bot]

        async def work(tx: Transaction) -> None:
            now = self._clock()
            title = chat.title or ""
            await tx.run("chat_seen", chat_id=chat.id, kind="group", title=title, now=now)
            await tx.run("chat_admins_forget", chat_id=chat.id)
            for user_id in user_ids:
                await tx.run("chat_admin_add", chat_id=chat.id, user_id=user_id)
            await tx.run("chat_set_admins_at", chat_id=chat.id, now=now)

        await self._store.write(work)


def _how_old_for(rules: GroupRules) -> float | None:
    """Seconds the list may be old for what the rules say; None: they speak of no admins."""
    speaks_of_admins = (
        rules.users is Users.ADMINS
        or rules.pressers is Pressers.ADMINS
        or rules.ask_above_vnd is not None
    )
    return KNOWN_S if speaks_of_admins else None


def _is_for_admins(update: Update) -> bool:
    if update.callback_query is not None:
        press = read_press(update.callback_query.data or "")
        return press is not None and press.act in ADMINS_PRESS
    return command_said(update) in ADMINS_ASK


def command_said(update: Update) -> str | None:
    """The name of the command a message begins with, whomever it is for; None: there is none."""
    words = ((update.message and update.message.text) or "").split(maxsplit=1)
    command = words[0].partition("@")[0].lower() if words else ""
    return command[1:] if command.startswith("/") else None
