"""Who may use the bot here, and the one line for who may not. Knows nothing of what they want.

Whoever may not is told once, then there is silence: a polite line each time would let a stranger
make the bot talk, and a group is not ours to fill. The line and the silence are one transaction.
"""

from __future__ import annotations

import dataclasses
from typing import Final, Literal

from bot.chat.talk import Talk, line
from bot.i18n import Tongue
from bot.jobs import book
from bot.jobs.buttons import Act, Press
from bot.model import ChatId, UserId
from bot.store.port import Reading, Row

Access = Literal["open", "approved"]
_STRANGER: Final = "access.refused"


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not."""

    key: str
    """Of the one line, which names the shop's contact."""
    is_of_chat: bool
    """The whole group may not, and is told as one."""
    is_told: bool

    @property
    def is_of_stranger(self) -> bool:
        """Nobody banned them: the operator does not know them yet."""
        return self.key == _STRANGER


@dataclasses.dataclass(frozen=True, slots=True)
class Doorkeeper:
    """`BOT_ACCESS`: everybody, or only granted people and allowed groups (docs/settings.md)."""

    access: Access
    admin_ids: frozenset[int]
    contact: str

    async def refusal(self, reading: Reading, user_id: UserId, chat_id: ChatId) -> Refusal | None:
        """Why ``user_id`` may not use the bot in that chat; None for who may."""
        if user_id in self.admin_ids:
            return None
        user = await reading.one("user_get", user_id=user_id)
        chat = await reading.one("chat_get", chat_id=chat_id)
        if chat is not None and chat["is_banned"]:
            return Refusal("access.banned_group", is_of_chat=True, is_told=_is_told(chat))
        if user is not None and user["is_banned"]:
            return Refusal("access.banned", is_of_chat=False, is_told=_is_told(user))
        if self.access == "open" or await _is_approved(reading, user_id, user, chat):
            return None
        if chat_id < 0:
            return Refusal("access.refused_group", is_of_chat=True, is_told=_is_told(chat))
        return Refusal(_STRANGER, is_of_chat=False, is_told=_is_told(user))

    async def may(self, reading: Reading, user_id: UserId, chat_id: ChatId) -> bool:
        """Whether ``user_id`` may use the bot in that chat."""
        return await self.refusal(reading, user_id, chat_id) is None

    async def turn_away(self, talk: Talk, refusal: Refusal) -> None:
        """Say the one line, unless it was said before. Of an unknown group the operators hear."""
        if refusal.is_of_chat:
            is_first = await talk.tx.run("chat_refused", chat_id=talk.place.chat_id, now=talk.now)
        else:
            is_first = await talk.tx.run("user_refused", user_id=talk.speaker.user_id, now=talk.now)
        if is_first:
            await talk.say(line(refusal.key, contact=self.contact))
            await self.tell_of_stranger(talk)

    async def tell_of_stranger(self, talk: Talk) -> None:
        """In approved mode, offer the operators once to allow a group they do not know."""
        chat = await talk.tx.one("chat_get", chat_id=talk.place.chat_id)
        is_settled = chat is None or chat["is_allowed"] or chat["is_banned"]
        if talk.is_private or self.access == "open" or chat is None or is_settled:
            return
        await book.tell_operator(
            talk.tx,
            "operator.unknown_group",
            now=talk.now,
            once=f"unknown_group:{talk.place.chat_id}",
            buttons=[
                [_offer("button.access_allow", f"allow={talk.place.chat_id}")],
                [_offer("button.access_ban", f"ban={talk.place.chat_id}")],
            ],
            title=chat["title"],
            who=talk.speaker.first_name,
            number=str(talk.place.chat_id),
        )

    def toast(self, tongue: Tongue, refusal: Refusal) -> str:
        """What floats by when who may not presses: the line, until it has been said; "" then.

        It is not what the silence begins with: nobody knows whether it was seen.
        """
        if refusal.is_told:
            return ""
        return tongue.text(refusal.key, contact=self.contact or tongue.text("contact.unnamed"))


def _offer(key: str, how: str) -> dict[str, str]:
    return {"key": key, "word": "", "data": Press(Act.ACCESS, how=how).data()}


def _is_told(row: Row | None) -> bool:
    return row is not None and row["refused_at"] is not None


async def _is_approved(
    reading: Reading, user_id: UserId, user: Row | None, chat: Row | None
) -> bool:
    """By hand, by being in an allowed group, or by money that has come in: a grant that is taken
    back leaves them in, whom the operator can ban (docs/plans.md).
    """
    if (chat is not None and chat["is_allowed"]) or (user is not None and user["is_allowed"]):
        return True
    return await reading.one("granted", wallet_id=user_id) is not None
