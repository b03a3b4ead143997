"""Purchases: what bought a term its days, and what is left of them without one of these.

Knows nothing of the money a purchase brought, nor of why it is undone. What is foreseen of that is
what it does: there is no other rule.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from bot.model import DAY_MS, Millis
from bot.money import terms
from bot.money.ledger import Act
from bot.money.plans import Plans
from bot.money.terms import Term
from bot.store.port import Reading, Row, Transaction


@dataclasses.dataclass(frozen=True, slots=True)
class Undoing:
    """What undoing purchases does to the plan they were of."""

    term: Term
    """As it is before."""
    is_over: bool
    """It ends at once."""
    ends_at: Millis | None
    """Else when it ends then; None: it has no end of its own."""
    is_had: bool = False
    """The last one's days have been had, and so they stand: nothing is undone."""

    @property
    def is_shorter(self) -> bool:
        """It goes on, and not for as long."""
        return not self.is_over and self.ends_at != self.term.ends_at


async def foresee(
    reading: Reading, plans: Plans, term: Term, keys: Sequence[str], *, now: Millis
) -> Undoing:
    """What becomes of ``term`` when the acts of these keys are undone, one after the other.

    Its days are those of the plan file at the time.
    """
    bought = await reading.all("purchases_of_term", term_id=term.term_id)
    if term.ends_at is None:
        others = [each for each in bought if each["key"] not in keys]
        is_over = not others and not await _is_entered_by_hand(reading, plans, term)
        return Undoing(term, is_over, None)
    undoing = Undoing(term, is_over=False, ends_at=term.ends_at)
    for key in keys:
        others = [each for each in bought if each["key"] != key]
        ends_at = _end_without(undoing.ends_at or 0, others)
        # Whoever bought later was promised the end there is.
        is_had = ends_at <= now and bool(bought) and bought[-1]["key"] != key
        if is_had:
            undoing = dataclasses.replace(undoing, is_had=True)
            continue
        bought = others
        undoing = Undoing(term, is_over=ends_at <= now, ends_at=ends_at)
        if undoing.is_over:
            break
    return undoing


async def undo(tx: Transaction, plans: Plans, term: Term, act: Act) -> Undoing:
    """Let ``term`` go on as if the act of this key had not bought it.

    Where the plan ends its balance lapses; what jobs hold of it does once they give it back.
    """
    undoing = await foresee(tx, plans, term, [act.key], now=act.now)
    if undoing.is_had:
        return undoing
    if term.ends_at is not None:
        ends_at = act.now if undoing.is_over else undoing.ends_at
        await tx.run("term_extend", term_id=term.term_id, ends_at=ends_at)
    await tx.run("purchase_undone", term_id=term.term_id, key=act.key, now=act.now)
    if undoing.is_over:
        await tx.run("term_end", term_id=term.term_id, now=act.now, by=act.author, why="reversed")
        await terms.close_over(tx, term.wallet_id, now=act.now)
    return undoing


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
