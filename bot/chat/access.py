"""Who may use the bot here. Knows nothing of what they want to do."""

from __future__ import annotations

import dataclasses
from typing import Literal

from bot.chat.talk import Talk

Access = Literal["open", "approved"]


@dataclasses.dataclass(frozen=True, slots=True)
class Doorkeeper:
    """`BOT_ACCESS`: everybody, or only granted people and allowed groups (docs/settings.md)."""

    access: Access
    admin_ids: frozenset[int]

    async def refusal(self, talk: Talk) -> str | None:
        """The key of the one polite line for somebody who may not; None for who may.

        Empty for somebody banned: they get silence.
        """
        user_id = talk.speaker.user_id
        if user_id in self.admin_ids:
            return None
        user = await talk.tx.one("user_get", user_id=user_id)
        if user is not None and user["is_banned"]:
            return ""
        if self.access == "open" or await self._is_approved(talk):
            return None
        return "access.refused"

    @staticmethod
    async def _is_approved(talk: Talk) -> bool:
        chat = await talk.tx.one("chat_get", chat_id=talk.place.chat_id)
        if chat is not None and chat["is_allowed"]:
            return True
        return await talk.tx.one("granted", wallet_id=talk.speaker.user_id) is not None
