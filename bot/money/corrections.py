"""Money given by hand is taken back. Knows nothing of who may do that, nor of chats."""

from __future__ import annotations

import dataclasses

from bot.errors import EaselError
from bot.model import Millis, UserId
from bot.money import ledger, terms
from bot.money.ledger import Act, Entry, EntryKind
from bot.money.outgoing import take_out
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
    left_vnd = await lasting_of(tx, wallet_id, now=act.now)
    if left_vnd < amount_vnd:
        wallet = await ledger.read_wallet(tx, wallet_id)
        raise LessIsLeft(left_vnd, wallet.balance_vnd - left_vnd)
    await take_out(tx, wallet_id, EntryKind.CORRECTION, amount_vnd, act)
    return True


async def undo_sale(tx: Transaction, sale: Entry, term: Term, days: int, act: Act) -> Term | None:
    """Take back what selling a plan by hand brought: its money and its ``days``.

    The plan's term as it goes on; None: it ended with it. ``act.key`` is `correction:of:` the sale's.
    Raises LessIsLeft where some of it is spent or held; then nothing is written.
    """
    if term.ends_at is None:
        await take_back(tx, sale.wallet_id, sale.amount_vnd, act)
        return await _open_goes_on(tx, sale, term, act)
    left_vnd = await terms.left_of(tx, term)
    if left_vnd < sale.amount_vnd or term.ends_at <= act.now:
        raise LessIsLeft(left_vnd)
    await ledger.enter(
        tx, sale.wallet_id, EntryKind.CORRECTION, sale.amount_vnd, act, term_id=term.term_id
    )
    await tx.run("term_gone", term_id=term.term_id, amount_vnd=sale.amount_vnd)
    ends_at = term.ends_at - days * terms.DAY_MS
    if ends_at > act.now:
        await tx.run("term_extend", term_id=term.term_id, ends_at=ends_at)
        return dataclasses.replace(term, ends_at=ends_at)
    if left_vnd > sale.amount_vnd or await terms.held_of(tx, term):
        # What an earlier sale brought is over as well: it goes the way of a plan's end.
        await tx.run("term_extend", term_id=term.term_id, ends_at=act.now)
        await terms.close_over(tx, sale.wallet_id, now=act.now)
        return None
    await tx.run("term_end", term_id=term.term_id, now=act.now, by=act.author, why="reversed")
    await tx.run("term_settled", term_id=term.term_id, now=act.now)
    return None


async def _open_goes_on(tx: Transaction, sale: Entry, term: Term, act: Act) -> Term | None:
    """Without an end it stays where something else brought it: given first, paid for, sold again."""
    sales = await tx.one(
        "sales_standing",
        wallet_id=sale.wallet_id,
        began_at=term.began_at,
        sales=f"plan:{term.plan}:",
    )
    paid = await tx.one("term_bought_by", term_id=term.term_id, payment_id=0)
    assert sales is not None
    assert paid is not None
    if sales["standing"] or paid["payments"] or not sales["begun"]:
        return term
    await tx.run("term_end", term_id=term.term_id, now=act.now, by=act.author, why="reversed")
    return None
