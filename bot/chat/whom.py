"""Whom an operator means: a person or a group, by id, by @name, or by replying to them.

Knows nothing of what is done to them.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from bot.chat.talk import Talk, remember
from bot.jobs.migration import home_of
from bot.store.port import Row

_NUMBER: Final = re.compile(r"-?[1-9][0-9]{0,15}", re.ASCII)
_MOST: Final = 2**52
"""Telegram's ids are smaller (core.telegram.org/bots/api#chat)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Whom:
    """A person, or a group (whose id is negative)."""

    number: int
    row: Row | None
    """None: never seen."""

    @property
    def kind(self) -> str:
        return "group" if self.number < 0 else "person"

    @property
    def name(self) -> str:
        """As the operator knows them; the number alone for whom nobody has seen."""
        named = self.row["title" if self.number < 0 else "first_name"] if self.row else ""
        return named or str(self.number)


def is_number(word: str) -> bool:
    """Whether it could be the id of a person or a group."""
    return _NUMBER.fullmatch(word) is not None and abs(int(word)) < _MOST


def names_one(word: str) -> bool:
    """Whether it could be an id or an @name."""
    return word.startswith("@") or is_number(word)


async def find(talk: Talk, word: str) -> Whom | None:
    """Who is named by an id, seen or not, or by an @name; None: nobody surely is."""
    if is_number(word):
        return await with_number(talk, int(word))
    # A name may have passed to somebody else since both were seen.
    found = await talk.tx.all("users_named", username=word.removeprefix("@").lower())
    return await with_number(talk, found[0]["user_id"]) if len(found) == 1 else None


async def replied_to(talk: Talk) -> Whom | None:
    """The person whose message is replied to."""
    if talk.replied is None:
        return None
    await remember(talk.tx, talk.replied, now=talk.now)  # perhaps never heard of before
    return await with_number(talk, talk.replied.user_id)


async def with_number(talk: Talk, number: int) -> Whom:
    if number < 0:  # what names a group may be older than its becoming a supergroup
        chat_id = await home_of(talk.tx, number)
        return Whom(chat_id, await talk.tx.one("chat_get", chat_id=chat_id))
    return Whom(number, await talk.tx.one("user_get", user_id=number))
