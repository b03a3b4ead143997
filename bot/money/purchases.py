"""Purchases: what bought a term its days, and what is left of them without one of these.

Knows nothing of the money a purchase brought, nor of why it is undone.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import DAY_MS, Millis
from bot.money import terms
from bot.money.ledger import Act
from bot.money.plans import Plans
from bot.money.terms import Term
from bot.store.port import Reading, Row, Transaction


async def undo(tx: Transaction, plans: Plans, term: Term, act: Act) -> bool:
    """Let ``term`` go on as if the act of this key had not bought it; True: it ends now.

    Its days are those of the plan file at the time. Where the plan ends its balance lapses; what
    jobs hold of it does once they give it back.
    """
    bought = await tx.all("purchases_of_term", term_id=term.term_id)
    others = [each for each in bought if each["key"] != act.key]
    if term.ends_at is None:
        is_over = not others and not await _is_entered_by_hand(tx, plans, term)
    else:
        ends_at = _end_without(term.ends_at, others)
        is_over = ends_at <= act.now
        if is_over and bought and bought[-1]["key"] != act.key:
            # Its days have been had, and so they stand: whoever bought later was promised their end.
            return False
        await tx.run("term_extend", term_id=term.term_id, ends_at=act.now if is_over else ends_at)
    await tx.run("purchase_undone", term_id=term.term_id, key=act.key, now=act.now)
    if is_over:
        await tx.run("term_end", term_id=term.term_id, now=act.now, by=act.author, why="reversed")
        await terms.close_over(tx, term.wallet_id, now=act.now)
    return is_over


async def is_lost_without(reading: Reading, term: Term, key: str, *, now: Millis) -> bool:
    """Other purchases stand, and without this act's their days would be over by now."""
    bought = await reading.all("purchases_of_term", term_id=term.term_id)
    others = [each for each in bought if each["key"] != key]
    return bool(others) and term.ends_at is not None and _end_without(term.ends_at, others) <= now


def _end_without(ends_at: Millis, bought: Sequence[Row]) -> Millis:
    """When a term ends that ended at ``ends_at`` with one purchase more."""
    end_at = 0
    for purchase in bought:
        end_at = max(end_at, purchase["bought_at"]) + (purchase["days"] or 0) * DAY_MS
    return min(ends_at, end_at)


async def _is_entered_by_hand(reading: Reading, plans: Plans, term: Term) -> bool:
    """As much was given by hand at once as enters a plan that is paid in, since it began."""
    plan = plans.plans.get(term.plan)
    if plan is None or plan.min_topup is None:
        return False
    given = await reading.one(
        "given_at_once",
        wallet_id=term.wallet_id,
        since=term.began_at,
        least_vnd=plan.min_topup,
    )
    return given is not None
