"""Money comes in: by hand, in Stars, by a voucher, with a plan or without. The one way it does.

Knows nothing of who may do that, nor of chats.
"""

from __future__ import annotations

from bot.model import UserId
from bot.money import ledger, terms
from bot.money.ledger import Act, EntryKind
from bot.money.plans import Plan, Plans
from bot.money.terms import Term
from bot.store.port import Transaction


async def pay_in(
    tx: Transaction,
    plans: Plans,
    wallet_id: UserId,
    kind: EntryKind,
    amount_vnd: int,
    act: Act,
    *,
    plan: Plan | None = None,
) -> bool:
    """Put ``amount_vnd`` on the balance and begin (or go on with) ``plan``; False: done before.

    A plan that ends takes its price of the amount as the balance that lapses with it; what is above
    the price never lapses. Raises AnotherPlanRuns, with the caller's transaction to be undone.
    """
    if await ledger.is_known(tx, act.key):
        return False
    await terms.close_over(tx, wallet_id, now=act.now)
    await terms.close_used_up(tx, plans, wallet_id, act)
    term = None if plan is None else await terms.enter(tx, plan, wallet_id, act)
    lapsing_vnd = _lapsing(plan, term, amount_vnd)
    if term is not None and lapsing_vnd:
        await ledger.enter(tx, wallet_id, kind, lapsing_vnd, act, term_id=term.term_id)
        await tx.run("term_bought", term_id=term.term_id, amount_vnd=lapsing_vnd)
    if rest_vnd := amount_vnd - lapsing_vnd:
        rest = Act(f"{act.key}:rest", act.author, act.reason, act.now) if lapsing_vnd else act
        await ledger.enter(tx, wallet_id, kind, rest_vnd, rest)
    await tx.run("terms_funded", wallet_id=wallet_id)
    await tx.run("wallet_filled", wallet_id=wallet_id)
    return True


def _lapsing(plan: Plan | None, term: Term | None, amount_vnd: int) -> int:
    if plan is None or term is None or term.ends_at is None:
        return 0
    return min(amount_vnd, plan.price or 0)
