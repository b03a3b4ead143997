"""One purchase of a plan is undone: what becomes of the plan then, reckoned before it is done.

Knows nothing of the money that was paid for it, nor of whoever asks. What is foreseen is what the
act does: there is no other rule.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

from bot.model import Millis
from bot.money import terms
from bot.money.ledger import Act
from bot.money.plans import Plans
from bot.money.terms import DAY_MS, Term
from bot.store.port import Reading, Row, Transaction


@dataclasses.dataclass(frozen=True, slots=True)
class Undoing:
    """What undoing a purchase does to the plan it was of."""

    term: Term
    """As it is before."""
    is_over: bool
    """It ends at once: nothing else bought it."""
    ends_at: Millis | None
    """Else when it ends then; None: it has no end of its own."""

    @property
    def is_shorter(self) -> bool:
        """It goes on, and not for as long."""
        return not self.is_over and self.ends_at != self.term.ends_at


async def foresee(
    reading: Reading, plans: Plans, term: Term, keys: Collection[str], *, now: Millis
) -> Undoing:
    """What becomes of ``term`` without the acts of these keys.

    Its days are those of the plan file at the time.
    """
    bought = await reading.all("purchases_of_term", term_id=term.term_id)
    others = [each for each in bought if each["key"] not in keys]
    if term.ends_at is None:
        is_over = not others and not await _is_entered_by_hand(reading, plans, term)
        return Undoing(term, is_over, None)
    ends_at = _end_without(term.ends_at, others)
    if ends_at <= now and bought and bought[-1]["key"] not in keys:
        # Its days have been had; whoever bought later was promised the end there is.
        ends_at = term.ends_at
    return Undoing(term, ends_at <= now, ends_at)


async def undo_purchase(tx: Transaction, plans: Plans, term: Term, act: Act) -> Undoing:
    """Let ``term`` go on as if the act of this key had not bought it.

    Where the plan ends its balance lapses; what jobs hold of it does once they give it back.
    """
    undoing = await foresee(tx, plans, term, {act.key}, now=act.now)
    term_id = term.term_id
    await tx.run("purchase_undone", term_id=term_id, key=act.key, now=act.now)
    if term.ends_at is not None:
        ends_at = act.now if undoing.is_over else undoing.ends_at
        await tx.run("term_extend", term_id=term_id, ends_at=ends_at)
    if undoing.is_over:
        await tx.run("term_end", term_id=term_id, now=act.now, by=act.author, why="reversed")
        await terms.close_over(tx, term.wallet_id, now=act.now)
    return undoing


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
