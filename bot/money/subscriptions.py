"""Plans that Telegram takes the Stars for anew every 30 days, until that is stopped.

Knows nothing of Telegram's calls. The first charge of a subscription stands for it, as Telegram
has it; later ones come from the same invoice. Stopped, what is paid for stays until its end.
"""

from __future__ import annotations

from typing import Final

from bot.model import DAY_MS, Millis, UserId
from bot.money.refunds import Payment, read_payment
from bot.store.port import Reading, Topic, Transaction

RENEWED_WITHIN_MS: Final = 33 * DAY_MS
"""Telegram's period of 30 days, and a little for a renewal that comes late."""


async def running_of(reading: Reading, user_id: UserId, *, now: Millis) -> list[Payment]:
    """The first charges of those that will be renewed, as far as we know."""
    since = now - RENEWED_WITHIN_MS
    rows = await reading.all("charges_of_subscriptions", user_id=user_id, since=since)
    running: dict[int, Payment] = {}
    for row in rows:
        first = await _first(reading, read_payment(row))
        if await _is_renewed(reading, first):
            running[first.payment_id] = first
    return list(running.values())


async def stop(tx: Transaction, charge: Payment, *, now: Millis) -> bool:
    """Have Telegram not renew what ``charge`` is of; False: it is none, or is stopped already."""
    if not charge.is_recurring:
        return False
    first = await _first(tx, charge)
    if not await tx.run("subscription_stops", payment_id=first.payment_id, now=now):
        return False
    tx.wake(Topic.TILL)
    return True


async def stop_of_term(tx: Transaction, term_id: int, *, now: Millis) -> int:
    """The plan has ended before its time: what pays for it anew every month; how many did."""
    rows = await tx.all("charges_of_term", term_id=term_id)
    return sum([await stop(tx, read_payment(row), now=now) for row in rows])


async def is_renewed(reading: Reading, charge: Payment) -> bool:
    """Whether Telegram takes the Stars anew for what ``charge`` is of, as far as we know."""
    return charge.is_recurring and await _is_renewed(reading, await _first(reading, charge))


async def is_term_renewed(reading: Reading, term_id: int) -> bool:
    """Whether Telegram takes the Stars for it anew: its end then is none, and its early end stops that."""
    for row in await reading.all("charges_of_term", term_id=term_id):
        if await is_renewed(reading, read_payment(row)):
            return True
    return False


async def _first(reading: Reading, charge: Payment) -> Payment:
    row = None
    if charge.invoice_id is not None:
        row = await reading.one("subscription_of_invoice", invoice_id=charge.invoice_id)
    return charge if row is None else read_payment(row)


async def _is_renewed(reading: Reading, first: Payment) -> bool:
    row = await reading.one("payment_get", payment_id=first.payment_id)
    return row is not None and row["renewal"] is None
