"""Who a group's admins are: Telegram is asked before an update whose answer hangs on it.

Knows nothing of what admins may do. What Telegram says is written down, so that handling the
update stays one transaction without a call; where it does not answer, what it said last holds, and
it is left alone for a while.
"""

from __future__ import annotations

import functools
from typing import Final

import structlog
from telegram import Bot, Chat, Update
from telegram.error import TelegramError

from bot.chat.afar import chat_replied_to
from bot.chat.looks import Ask, command_said
from bot.chat.owners import owner_of
from bot.jobs.buttons import Act, read_press
from bot.jobs.rules import GroupRules, Payer, Pressers, Users, rules_of
from bot.model import ChatId, Clock, Millis, UserId
from bot.store.port import Store, Transaction

FRESH_S: Final = 10.0
"""How old the list may be for what only admins may do, and where being one spends the group's money."""
KNOWN_S: Final = 60.0
"""How old it may be where a group's rules speak of admins otherwise."""
CALL_S: Final = 5.0
UNTOLD_S: Final = 10.0
"""So long after it did not tell of a group, Telegram is not asked again."""
ADMINS_ASK: Final = frozenset({"settings", "lang", "language", "doctor", "receipts"})
"""Commands that do something else for admins of a group."""
ADMINS_PRESS: Final = frozenset({Act.GROUP, Act.APPROVE, Act.RECEIPTS})

_GROUPS: Final = frozenset({Chat.GROUP, Chat.SUPERGROUP})

log = structlog.get_logger(__name__)


class Rights:
    """Made once."""

    def __init__(self, bot: Bot, store: Store, *, clock: Clock) -> None:
        self._bot = bot
        self._store = store
        self._clock = clock
        self._untold: dict[ChatId, Millis] = {}
        """When Telegram did not tell, by group; those of a moment ago."""

    async def look(self, update: Update) -> Ask | None:
        """Have what is known of the group's admins fresh enough for ``update``."""
        chat = update.effective_chat
        if chat is None or chat.type not in _GROUPS:
            return None
        chat_id = ChatId(chat.id)
        is_for_admins = self._is_for_admins(update) or await self._is_of_group(update, chat_id)
        return await self._ask_if_older(chat_id, FRESH_S if is_for_admins else None)

    async def look_afar(self, update: Update) -> Ask | None:
        """The same for a group whose result is replied to from another chat: its rules hold."""
        message = update.message
        if message is None or (afar := chat_replied_to(message)).id == message.chat.id:
            return None
        return await self._ask_if_older(ChatId(afar.id), None)

    async def _ask_if_older(self, chat_id: ChatId, older_than_s: float | None) -> Ask | None:
        """``older_than_s``: seconds the list may be old; None: as long as the rules allow."""
        if older_than_s is None:
            older_than_s = _how_old_for(await rules_of(self._store, chat_id))
        if older_than_s is None or self._is_untold(chat_id):
            return None
        row = await self._store.one("chat_get", chat_id=chat_id)
        asked_at = row["admins_at"] if row else None
        if asked_at is not None and self._clock() - asked_at <= older_than_s * 1000:
            return None
        return functools.partial(self._ask, chat_id)

    def _is_untold(self, chat_id: ChatId) -> bool:
        since = self._clock() - int(UNTOLD_S * 1000)
        self._untold = {chat: at for chat, at in self._untold.items() if at > since}
        return chat_id in self._untold

    def _is_for_admins(self, update: Update) -> bool:
        query = update.callback_query
        press = read_press(query.data or "") if query else None
        if press is not None:
            return press.act in ADMINS_PRESS
        return command_said(update, self._bot.username) in ADMINS_ASK

    async def _is_of_group(self, update: Update, chat_id: ChatId) -> bool:
        """Whether what is pressed belongs to the group itself: its admins press for it."""
        query = update.callback_query
        press = read_press(query.data or "") if query else None
        return press is not None and await owner_of(self._store, press) == UserId(chat_id)

    async def _ask(self, chat_id: ChatId) -> None:
        try:
            admins = await self._bot.get_chat_administrators(chat_id, read_timeout=CALL_S)
        except TelegramError as error:
            log.warning("admins_not_known", chat=chat_id, error=str(error))
            self._untold[chat_id] = self._clock()
            return
        user_ids = [admin.user.id for admin in admins if not admin.user.is_bot]

        async def work(tx: Transaction) -> None:
            now = self._clock()
            # That it can be reached again, its first words tell: then what was missed is told.
            await tx.run("chat_known", chat_id=chat_id, now=now)
            await tx.run("chat_admins_forget", chat_id=chat_id)
            for user_id in user_ids:
                await tx.run("chat_admin_add", chat_id=chat_id, user_id=user_id)
            await tx.run("chat_set_admins_at", chat_id=chat_id, now=now)

        await self._store.write(work)


def _how_old_for(rules: GroupRules) -> float | None:
    """Seconds the list may be old for what the rules say; None: they speak of no admins."""
    speaks_of_admins = (
        rules.users is Users.ADMINS
        or rules.pressers is not Pressers.ANYONE  # the asker may be any of the admins
        or rules.ask_above_vnd is not None
    )
    if not speaks_of_admins:
        return None
    return FRESH_S if rules.payer is Payer.GROUP else KNOWN_S
