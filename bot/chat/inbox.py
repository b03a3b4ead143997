"""Raw updates written down before anybody tries to understand them. Knows no meaning of one.

What is no update at all is kept as well, where nothing waits for it, and the operator is told:
refused, Telegram would bring it again for a day, and what follows in its chat would wait behind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from bot.jobs import book
from bot.model import Millis
from bot.store.port import Topic, Transaction

ALLOWED: Final = ("message", "callback_query", "my_chat_member", "pre_checkout_query")
"""The kinds of updates that are asked for. The last is answered at once and not kept
(`checkout.py`).
"""
_MOST: Final = 2**63 - 1
"""A larger number no database column holds."""


class Ear(Protocol):
    """What hears some of the updates before they are written down."""

    def take(self, updates: Sequence[Any]) -> list[Any]:
        """The updates that are left to be written down."""
        ...


async def write_inbox(tx: Transaction, updates: Sequence[Any], *, now: Millis) -> None:
    """Keep raw updates; one that was kept before is not kept twice."""
    for update in updates:
        update_id = id_of(update)
        payload = json.dumps(update)  # as ASCII: half an emoji cannot be written otherwise
        if update_id is None:
            await bury(tx, payload, "it has no update_id", now=now)
            continue
        lane = lane_of(update)
        await tx.run("inbox_add", update_id=update_id, lane=lane, payload=payload, now=now)
    tx.wake(Topic.INBOX)


async def bury(tx: Transaction, content: str, why: str, *, now: Millis) -> None:
    """Keep what is no update, under a number made of it, and tell the operator; both once."""
    digest = hashlib.sha256(content.encode()).digest()
    number = -1 - int.from_bytes(digest[:7], "big")  # Telegram's are positive
    if not await tx.run("inbox_add", update_id=number, lane=0, payload=content, now=now):
        return
    await tx.run("inbox_settle", update_id=number, state="failed", error=why)
    await book.tell_operator(tx, "operator.update_failed", now=now, update=str(number), why=why)


def id_of(update: object) -> int | None:
    """The number Telegram counts it by; None: it has none that could be kept."""
    number = update.get("update_id") if isinstance(update, Mapping) else None
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return number if 0 <= number <= _MOST else None


def lane_of(update: Mapping[str, Any]) -> int:
    """The chat (or, without one, the person) within which order matters."""
    for kind in ALLOWED:
        body = update.get(kind)
        if not isinstance(body, Mapping):
            continue
        message = body.get("message") if kind == "callback_query" else body
        holder = message if isinstance(message, Mapping) else {}
        for name, source in (("chat", holder), ("from", body)):
            owner = source.get(name)
            number = owner.get("id") if isinstance(owner, Mapping) else None
            if isinstance(number, int) and abs(number) <= _MOST:
                return int(number)
    return 0
