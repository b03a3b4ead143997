"""Whose turn it is among what could go out now. Pure; knows nothing of when it may.

In a private chat answers come before results; in a group, where a minute is soon used up by what
others ask, results come first. Among equals the chat that was served longest ago is next: one
with a thousand things waiting takes no more turns than one with a single thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from bot.model import ChatId, Outgoing, Urgency

_PRIVATE: Final = {Urgency.ANSWER: 0, Urgency.RESULT: 1, Urgency.PROGRESS: 2}
_GROUP: Final = {Urgency.RESULT: 0, Urgency.ANSWER: 1, Urgency.PROGRESS: 2}


def in_turn(rows: Iterable[Outgoing], served: Mapping[ChatId, int]) -> list[Outgoing]:
    """The first to go first. ``served``: when a chat had its last turn, as a growing number."""
    return sorted(
        rows, key=lambda row: (_rank(row), served.get(row.place.chat_id, 0), row.outbox_id)
    )


def waits_in_order(row: Outgoing) -> bool:
    """What must wait lets nothing of its chat past it.

    An album in a group would otherwise never find room for all of it at once.
    """
    return row.place.chat_id < 0


def _rank(row: Outgoing) -> int:
    order = _GROUP if row.place.chat_id < 0 else _PRIVATE
    return order[row.urgency]
