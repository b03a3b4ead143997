"""What a person chose once for all their requests. Knows nothing of how it is chosen."""

from __future__ import annotations

import dataclasses
import enum
import json
from typing import Final

from bot.model import UserId
from bot.store.port import Reading, Transaction

NAME: Final = "preferences"
"""Of the row in the table ``setting``, whose scope is the person."""


class Form(enum.StrEnum):
    """How a result of several pictures is shown."""

    GRID = "grid"
    """One photo of all, with the buttons under it."""
    ALBUM = "album"
    """Each as a photo, then a message with the buttons."""
    FILES = "files"
    """Each as its untouched original, then a message with the buttons."""


@dataclasses.dataclass(frozen=True, slots=True)
class Preferences:
    """The defaults are what most people want."""

    form: Form = Form.GRID
    provider: str | None = None
    """Who makes pictures when nobody is named; None: the operator's choice."""
    ratio: str | None = None
    """`W:H` for what names none; None leaves it to the provider."""
    suffix: str = ""
    """Words and flags that go behind every prompt."""
    pings: bool = True
    """"Done ↑" follows a long wait."""
    to_private: bool = False
    """What is asked for in a group comes to the private chat."""


async def preferences_of(reading: Reading, user_id: UserId) -> Preferences:
    row = await reading.one("setting_get", scope=user_id, name=NAME)
    if row is None:
        return Preferences()
    chosen = json.loads(row["value"])
    return Preferences(**{**chosen, "form": Form(chosen["form"])})


async def prefer(tx: Transaction, user_id: UserId, preferences: Preferences) -> None:
    """Keep all of them; a person with none chosen has the defaults."""
    value = json.dumps(dataclasses.asdict(preferences), ensure_ascii=False)
    await tx.run("setting_set", scope=user_id, name=NAME, value=value)
