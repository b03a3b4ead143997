"""Telegram's own list of Stars beside ours: what each has and the other has not. Reads only.

Knows nothing of how the list is fetched, nor of what is done about a difference.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from bot.model import Millis, UserId
from bot.money.refunds import Payment, PaymentState, find_charge, read_payment
from bot.store.port import Reading

_AT_ONCE: Final = 100


@dataclasses.dataclass(frozen=True, slots=True)
class Transfer:
    """Stars that came from somebody, or went back to them, as Telegram lists it."""

    charge_id: str
    """A refund has that of its payment."""
    user_id: UserId
    stars: int
    payload: str
    at: Millis
    is_refund: bool
    is_recurring: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Differences:
    """What two lists do not have in common."""

    compared: int
    """Payments that Telegram has."""
    uncredited: Sequence[Transfer]
    """Paid, and nothing written down here: the update was lost, or a backup was restored."""
    went_back: Sequence[Transfer]
    """Refunds that are not known here."""
    unheard_of: Sequence[Payment]
    """Written down here, and Telegram has no such payment."""

    @property
    def are_none(self) -> bool:
        return not (self.uncredited or self.went_back or self.unheard_of)


async def compare(
    reading: Reading, transfers: Iterable[Transfer], *, since: Millis, before: Millis
) -> Differences:
    """``since``: what is older came to, and went back from, whatever this bot was before: it buys
    nothing here.
    ``before``: what is younger may still be on its way to us, or to the list.
    """
    paid = {each.charge_id: each for each in transfers if not each.is_refund}
    returned = {each.charge_id: each for each in transfers if each.is_refund}
    uncredited, went_back = [], []
    for charge_id, transfer in (paid | returned).items():
        if transfer.at >= before:
            continue
        payment = await find_charge(reading, charge_id)
        if payment is None and transfer.at < since:
            continue
        if charge_id in returned:
            if payment is None or payment.state is not PaymentState.REFUNDED:
                went_back.append(transfer)
        elif payment is None:
            uncredited.append(transfer)
    unheard_of = await _others_than(reading, paid.keys() | returned.keys(), before=before)
    return Differences(len(paid), uncredited, went_back, unheard_of)


async def _others_than(
    reading: Reading, charges: Collection[str], *, before: Millis
) -> list[Payment]:
    found: list[Payment] = []
    above_id = 0
    while rows := await reading.all("payments_newer", above_id=above_id, most=_AT_ONCE):
        payments = [read_payment(row) for row in rows]
        above_id = payments[-1].payment_id
        found += [
            each for each in payments if each.charge_id not in charges and each.paid_at < before
        ]
    return found
