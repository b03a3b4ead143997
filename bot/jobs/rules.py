"""What a group's admins have set for it: who may use the bot, who may press, who pays.

Knows nothing of how it is set, nor of who is an admin at Telegram: what Telegram said of that is
read from the table it was written to.
"""

from __future__ import annotations

import dataclasses
import enum
import json
from typing import Final

from bot.model import ChatId, UserId
from bot.store.port import Reading, Transaction

NAME: Final = "group"
"""Of the row in the table ``setting``, whose scope is the group."""
GENERAL: Final = 0
"""The General topic, which has no number of its own at Telegram."""


class Users(enum.StrEnum):
    """Who may use the bot in the group."""

    ANYONE = "anyone"
    ADMINS = "admins"


class Pressers(enum.StrEnum):
    """Who may press the buttons under a result, or act on it by a reply."""

    ANYONE = "anyone"
    ASKER = "asker"
    """Only who asked for that result."""
    ADMINS = "admins"


class Payer(enum.StrEnum):
    """Whose money a request takes."""

    MEMBER = "member"
    """Who asks or presses, from their own allowance and balance."""
    GROUP = "group"
    """The group's wallet, which has no free allowance."""


@dataclasses.dataclass(frozen=True, slots=True)
class GroupRules:
    """The defaults: everybody may use and press, and who asks or presses pays."""

    users: Users = Users.ANYONE
    pressers: Pressers = Pressers.ANYONE
    payer: Payer = Payer.MEMBER
    cap_vnd: int | None = None
    """What one member may spend of the group's wallet in a day; None: all of it."""
    ask_above_vnd: int | None = None
    """Dearer than this, an admin's tap is asked for before the group pays; None: never."""
    is_quiet: bool = False
    """The bot says no more than it must, and without a sound."""
    topics: tuple[int, ...] = ()
    """The topics it answers in (`GENERAL` among them); none: everywhere."""


async def rules_of(reading: Reading, chat_id: ChatId) -> GroupRules:
    """The group's rules; the defaults where nothing was set, and in private chats."""
    row = await reading.one("setting_get", scope=chat_id, name=NAME) if chat_id < 0 else None
    if row is None:
        return GroupRules()
    kept = json.loads(row["value"])
    return GroupRules(
        **{
            **kept,
            "users": Users(kept["users"]),
            "pressers": Pressers(kept["pressers"]),
            "payer": Payer(kept["payer"]),
            "topics": tuple(kept["topics"]),
        }
    )


async def set_rules(tx: Transaction, chat_id: ChatId, rules: GroupRules) -> None:
    """Keep all of them."""
    value = json.dumps(dataclasses.asdict(rules))
    await tx.run("setting_set", scope=chat_id, name=NAME, value=value)


async def payer_of(reading: Reading, user_id: UserId, chat_id: ChatId) -> UserId:
    """Whose wallet pays for what ``user_id`` asks for in that chat: their own or the group's."""
    rules = await rules_of(reading, chat_id)
    return UserId(chat_id) if rules.payer is Payer.GROUP else user_id


async def needs_admin(reading: Reading, user_id: UserId, chat_id: ChatId, cost_vnd: int) -> bool:
    """Whether one of its admins has to agree before the group pays so much; ``user_id`` is none."""
    rules = await rules_of(reading, chat_id)
    if rules.payer is not Payer.GROUP or rules.ask_above_vnd is None:
        return False
    if cost_vnd <= rules.ask_above_vnd:
        return False
    return not await is_group_admin(reading, chat_id, user_id)


async def is_group_admin(reading: Reading, chat_id: ChatId, user_id: UserId) -> bool:
    """Whether Telegram said so when it was last asked; an anonymous admin speaks as the group."""
    if user_id == UserId(chat_id):
        return chat_id < 0
    return await reading.one("chat_admin_get", chat_id=chat_id, user_id=user_id) is not None


async def are_admins_known(reading: Reading, chat_id: ChatId) -> bool:
    """Whether Telegram has ever told who they are."""
    chat = await reading.one("chat_get", chat_id=chat_id)
    return chat is not None and chat["admins_at"] is not None
