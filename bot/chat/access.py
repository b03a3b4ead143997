"""Who may use the bot here. Knows nothing of what they want to do."""

from __future__ import annotations

import dataclasses
from typing import Literal

from bot.model import ChatId, UserId
from bot.store.port import Reading

Access = Literal["open", "approved"]


@dataclasses.dataclass(frozen=True, slots=True)
class Doorkeeper:
    """`BOT_ACCESS`: everybody, or only granted people and allowed groups (docs/settings.md)."""

    access: Access
    admin_ids: frozenset[int]

    async def refusal(self, reading: Reading, user_id: UserId, chat_id: ChatId) -> str | None:
        """The key of the one polite line for somebody who may not; None for who may.

        Empty for somebody banned: they get silence.
        """
        if user_id in self.admin_ids:
            return None
        user = await reading.one("user_get", user_id=user_id)
        if user is not None and user["is_banned"]:
            return ""
        if self.access == "open" or await self._is_approved(reading, user_id, chat_id):
            return None
        return "access.refused"

    @staticmethod
    async def _is_approved(reading: Reading, user_id: UserId, chat_id: ChatId) -> bool:
        chat = await reading.one("chat_get", chat_id=chat_id)
        if chat is not None and chat["is_allowed"]:
            return True
        return await reading.one("granted", wallet_id=user_id) is not None
