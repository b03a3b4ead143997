"""What `/doctor` needs to know and no table tells: asked of Telegram and of the disk beforehand.

Knows nothing of what it means. It is written down before the command is handled, so that handling
stays one transaction without a call; where Telegram does not answer, nothing is known.
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import json
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

import structlog
from telegram import Bot, Chat, ChatMember, ChatPermissions, Update
from telegram.error import TelegramError

from bot.chat.looks import Ask, command_said
from bot.chat.rights import CALL_S
from bot.model import Clock, Millis
from bot.store.port import Reading, Store, Transaction

NAME: Final = "checkup"
"""Of the row in the table ``setting``, whose scope is the group, or `BOT_ITSELF`."""
BOT_ITSELF: Final = 0
OLD_MS: Final = 30_000
"""Older than this it was asked for another `/doctor`, and Telegram did not answer this one."""
COMMAND: Final = "doctor"
RIGHTS: Final = {
    "messages": "can_send_messages",
    "photos": "can_send_photos",
    "videos": "can_send_videos",
    "files": "can_send_documents",
}
"""What the bot sends, by Telegram's name of the right to."""

log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class GroupFacts:
    """How the bot stands in one group."""

    is_admin: bool
    hears_all: bool
    """Privacy mode is off (@BotFather `/setprivacy`)."""
    is_forum: bool
    lacking: tuple[str, ...]
    """Of `RIGHTS`, what the group lets no member send."""
    own_lacking: tuple[str, ...] = ()
    """Of `RIGHTS`, what was taken from the bot itself, whatever others may."""


@dataclasses.dataclass(frozen=True, slots=True)
class BotFacts:
    """How the bot stands as a whole."""

    pending: int
    """Updates that wait at Telegram."""
    webhook_error: str
    """What went wrong at Telegram's last call to the webhook; "" for nothing."""
    free_mb: int
    """Of the disk the data folder is on."""


class Checkup:
    """Made once."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        *,
        data_dir: Path,
        admin_ids: Collection[int],
        clock: Clock,
    ) -> None:
        self._bot = bot
        self._store = store
        self._data_dir = data_dir
        self._admin_ids = admin_ids
        self._clock = clock

    async def look(self, update: Update) -> Ask | None:
        """Have what this update's `/doctor` will tell."""
        chat, user = update.effective_chat, update.effective_user
        if chat is None or command_said(update, self._bot.username) != COMMAND:
            return None
        if chat.type in {Chat.GROUP, Chat.SUPERGROUP}:
            return functools.partial(self._ask, chat.id)
        is_operators = user is not None and user.id in self._admin_ids
        return functools.partial(self._ask, BOT_ITSELF) if is_operators else None

    async def _ask(self, scope: int) -> None:
        try:
            facts = await (self._whole() if scope == BOT_ITSELF else self._group(scope))
        except (TelegramError, TimeoutError) as error:
            log.warning("checkup_not_answered", scope=scope, error=str(error))
        else:
            await self._keep(scope, facts)

    async def _group(self, chat_id: int) -> GroupFacts:
        async with asyncio.timeout(CALL_S):
            me, info, member = await asyncio.gather(
                self._bot.get_me(read_timeout=CALL_S),
                self._bot.get_chat(chat_id, read_timeout=CALL_S),
                self._bot.get_chat_member(chat_id, self._bot.id, read_timeout=CALL_S),
            )
        return GroupFacts(
            is_admin=member.status == ChatMember.ADMINISTRATOR,
            hears_all=bool(me.can_read_all_group_messages),
            is_forum=bool(info.is_forum),
            lacking=forbidden_to_all(member, info.permissions),
            own_lacking=taken_from(member),
        )

    async def _whole(self) -> BotFacts:
        webhook = await self._bot.get_webhook_info(read_timeout=CALL_S)
        disk = await asyncio.to_thread(shutil.disk_usage, self._data_dir)
        return BotFacts(
            pending=webhook.pending_update_count,
            webhook_error=webhook.last_error_message or "",
            free_mb=disk.free // 2**20,
        )

    async def _keep(self, scope: int, facts: GroupFacts | BotFacts) -> None:
        kept = {"at": self._clock(), "facts": dataclasses.asdict(facts)}

        async def work(tx: Transaction) -> None:
            await tx.run("setting_set", scope=scope, name=NAME, value=json.dumps(kept))

        await self._store.write(work)


def forbidden_to_all(member: ChatMember, permissions: ChatPermissions | None) -> tuple[str, ...]:
    """What the group allows nobody but its admins, of whom the bot is none."""
    is_admin = member.status == ChatMember.ADMINISTRATOR
    return () if is_admin else _lacking(permissions)


def taken_from(member: ChatMember) -> tuple[str, ...]:
    """What a restriction of its own takes from the bot; the group's permissions give none back."""
    return _lacking(member) if member.status == ChatMember.RESTRICTED else ()


def _lacking(holder: ChatMember | ChatPermissions | None) -> tuple[str, ...]:
    return tuple(name for name, right in RIGHTS.items() if getattr(holder, right, True) is False)


async def group_facts(reading: Reading, chat_id: int, *, now: Millis) -> GroupFacts | None:
    """As Telegram has just told; None: it did not."""
    facts = await _fresh(reading, chat_id, now)
    if facts is None:
        return None
    lacking = {name: tuple(facts[name]) for name in ("lacking", "own_lacking")}
    return GroupFacts(**{**facts, **lacking})


async def bot_facts(reading: Reading, *, now: Millis) -> BotFacts | None:
    """As Telegram and the disk have just told; None: they did not."""
    facts = await _fresh(reading, BOT_ITSELF, now)
    return BotFacts(**facts) if facts else None


async def _fresh(reading: Reading, scope: int, now: Millis) -> dict[str, Any] | None:
    row = await reading.one("setting_get", scope=scope, name=NAME)
    kept = json.loads(row["value"]) if row else None
    return kept["facts"] if kept and now - kept["at"] <= OLD_MS else None
