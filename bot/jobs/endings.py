"""A plan with days comes to its end: whoever has it hears so once before, and once it is over.

Knows nothing of what ends it, nor of when it is looked at. Each is told with the row that says so,
in one transaction; what was ended early or undone has words of its own.
"""

from __future__ import annotations

from typing import Any, Final

from bot.jobs.reaching import tell
from bot.model import DAY_MS, Millis, UserId
from bot.money import subscriptions, terms
from bot.money.payments import in_the_way
from bot.money.plans import FREE, Plan, Plans
from bot.money.stars import plan_offer
from bot.money.terms import Term
from bot.store.port import Reading, Transaction

NEAR_DAYS: Final = 3
"""Before the end: over a weekend, too, there is a day left to use it or to reach the shop."""
NEAR_DAYS_OF_SHORT: Final = 1
SHORT_DAYS: Final = 7
"""Of a plan of so many days at most three would be half of it."""


async def tell_near(tx: Transaction, plans: Plans, *, term_id: int, now: Millis) -> None:
    """That what is left of a plan lapses soon, if it is time; bought again, it is told anew."""
    term = await terms.find_term(tx, term_id)
    if term is None or term.ends_at is None or not term.left_vnd:
        return
    if await subscriptions.is_term_renewed(tx, term_id):
        return
    plan = plans.plans.get(term.plan)
    if now < term.ends_at - _near_ms(plan):
        return
    await tx.run("term_near_told", term_id=term_id)
    how = "buy" if await _is_sold_again(tx, plans, plan, term, now=now) else "ask"
    values = {
        "plan": plans.shown_name(term.plan),
        "ends_at": term.ends_at,
        "left_vnd": term.left_vnd,
        "contact": plans.contact,
    }
    near = {"key": f"ending.near_{_whose(term)}_{how}", "values": values}
    await tell(tx, term.wallet_id, near, now=now)


async def tell_over(tx: Transaction, plans: Plans, *, term_id: int, now: Millis) -> None:
    """That a plan's time was up, what lapsed with it, and which plan holds since."""
    term = await terms.look_up(tx, term_id)
    assert term is not None
    if not await tx.run("term_end_told", term_id=term_id, now=now):
        return
    lapsed = await tx.one("term_lapsed", term_id=term_id)
    lapsed_vnd = 0 if lapsed is None else int(lapsed["lapsed_vnd"])
    values: dict[str, Any] = {"plan": plans.shown_name(term.plan), "ends_at": term.ends_at}
    key = f"ending.over_{_whose(term)}"
    if lapsed_vnd:
        key, values["lapsed_vnd"] = f"ending.lapsed_{_whose(term)}", lapsed_vnd
    now_has = await _has_line(tx, plans, term, now=now)
    await tell(tx, term.wallet_id, {"key": key, "values": values}, now_has, now=now)


def _near_ms(plan: Plan | None) -> Millis:
    if plan is None or plan.days is None or plan.days > SHORT_DAYS:
        return NEAR_DAYS * DAY_MS
    # Who buys a single day knows when it ends.
    return NEAR_DAYS_OF_SHORT * DAY_MS if plan.days > NEAR_DAYS_OF_SHORT else 0


async def _is_sold_again(
    reading: Reading, plans: Plans, plan: Plan | None, term: Term, *, now: Millis
) -> bool:
    """Whether `/buy` would go on with it now; a group's is the shop's to sell."""
    offer = None if plan is None or term.wallet_id < 0 else plan_offer(plans, plan)
    if offer is None:
        return False
    return await in_the_way(reading, plans, offer, term.wallet_id, now=now) is None


async def _has_line(reading: Reading, plans: Plans, term: Term, *, now: Millis) -> dict[str, Any]:
    plan = await terms.plan_of(reading, plans, UserId(term.wallet_id), now=now)
    if plan.name == FREE:  # it has a name in each language
        return {"key": f"ending.free_{_whose(term)}", "values": {}}
    return {"key": f"ending.now_{_whose(term)}", "values": {"plan": plan.shown_name}}


def _whose(term: Term) -> str:
    return "own" if term.wallet_id > 0 else "group"
