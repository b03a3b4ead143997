"""Money given by hand is taken back. Knows nothing of who may do that, nor of chats."""

from __future__ import annotations

import dataclasses

from bot.errors import EaselError
from bot.model import Millis, UserId
from bot.money import ledger, purchases, terms
from bot.money.ledger import Act, Entry, EntryKind
from bot.money.outgoing import take_out
from bot.money.plans import Plans
from bot.money.purchases import Undoing
from bot.money.terms import Term
from bot.store.port import Reading, Transaction


class LessIsLeft(EaselError):
    """Less is there than is to be taken back."""

    def __init__(self, left_vnd: int, of_plan_vnd: int = 0) -> None:
        super().__init__(f"{left_vnd} ₫ are left")
        self.left_vnd = left_vnd
        self.of_plan_vnd = of_plan_vnd
        """On the balance beside it, and a plan's."""


async def lasting_of(reading: Reading, wallet_id: UserId, *, now: Millis) -> int:
    """Đồng on the balance that no plan's end takes away: neither held nor bought with such a plan."""
    wallet = await ledger.read_wallet(reading, wallet_id)
    term = await terms.lapsing_term(reading, wallet_id, now=now)
    lapsing_vnd = 0 if term is None else await terms.left_of(reading, term)
    overdue_vnd = await terms.overdue_of(reading, wallet_id, now=now)
    return max(0, wallet.balance_vnd - lapsing_vnd - overdue_vnd)


async def take_back(tx: Transaction, wallet_id: UserId, amount_vnd: int, act: Act) -> bool:
    """Take ``amount_vnd`` out of the balance; False: this act was done before.

    What was bought with a plan stays: ending that early is how it is given back. Raises LessIsLeft.
    """
    if await ledger.is_known(tx, act.key):
        return False
    await _check_lasting(tx, wallet_id, amount_vnd, now=act.now)
    await take_out(tx, wallet_id, EntryKind.CORRECTION, amount_vnd, act)
    return True


async def _check_lasting(
    reading: Reading, wallet_id: UserId, amount_vnd: int, *, now: Millis
) -> None:
    left_vnd = await lasting_of(reading, wallet_id, now=now)
    if left_vnd < amount_vnd:
        wallet = await ledger.read_wallet(reading, wallet_id)
        raise LessIsLeft(left_vnd, wallet.balance_vnd - left_vnd)


async def foresee_undo(
    reading: Reading, plans: Plans, sale: Entry, term: Term, *, now: Millis
) -> Undoing:
    """What undoing a sale by hand would do to the plan beside taking its money; nothing is written.

    Raises LessIsLeft where some of it is spent or held, or where what others paid would lapse with it.
    """
    undoing = await purchases.foresee(reading, plans, term, [sale.key], now=now)
    if term.ends_at is None:
        await _check_lasting(reading, sale.wallet_id, sale.amount_vnd, now=now)
        if await terms.is_used_up_without(reading, plans, term, sale.amount_vnd, now=now):
            return dataclasses.replace(undoing, is_over=True)
    elif (
        term.left_vnd < sale.amount_vnd
        or term.ends_at <= now
        or (undoing.is_over and await _loses_others(reading, sale, term))
    ):
        raise LessIsLeft(term.left_vnd)
    return undoing


async def undo_sale(
    tx: Transaction, plans: Plans, sale: Entry, term: Term, act: Act
) -> Term | None:
    """Take back what selling a plan by hand brought: its money and its days.

    The plan's term as it goes on; None: it ended with it. ``act.key`` is `correction:of:` the sale's.
    Raises LessIsLeft as `foresee_undo` does; then nothing is written.
    """
    await foresee_undo(tx, plans, sale, term, now=act.now)
    if term.ends_at is None:
        await take_back(tx, sale.wallet_id, sale.amount_vnd, act)
    else:
        await terms.take(tx, term, EntryKind.CORRECTION, sale.amount_vnd, act)
    await purchases.undo(tx, plans, term, dataclasses.replace(act, key=sale.key))
    await terms.close_used_up(tx, plans, sale.wallet_id, act)
    return await terms.find_term(tx, term.term_id)


async def _loses_others(reading: Reading, sale: Entry, term: Term) -> bool:
    """Whether the plan, should it end with this sale, has more than the sale brought."""
    return term.left_vnd + await terms.held_of(reading, term) > sale.amount_vnd
