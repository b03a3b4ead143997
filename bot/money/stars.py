"""What is sold for Stars: packs that fill a balance, and plans. Pure.

Knows nothing of who buys, nor how it is paid.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from bot.money.plans import INVOICE_MAX_STARS, Plan, Plans

SUBSCRIPTION_DAYS: Final = 30
"""Telegram has no other period (docs/telegram.md)."""
SUBSCRIPTION_MAX_STARS: Final = 10_000
"""Dearer plans are one payment (docs/telegram.md)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """One thing to pay for."""

    stars: int
    vnd_per_star: int
    plan: str | None = None
    """Bought, or entered by paying in; None: balance alone."""
    is_subscription: bool = False
    """Telegram takes the same again every 30 days, until who pays ends that."""

    @property
    def amount_vnd(self) -> int:
        """What it puts on the balance."""
        return self.stars * self.vnd_per_star


def packs_for(plans: Plans, plan: Plan) -> list[Offer]:
    """What fills a balance that ``plan`` rules, those of its own or the least plan first.

    A pack enters a plan that is entered by paying in, and is not offered below what that asks for:
    nobody is led to fewer rights than they have. A plan bought until used up goes on as it is.
    """
    if plans.stars is None:
        return []
    least_vnd = plan.min_topup or 0
    if plan.price is not None and plan.days is None:
        entered: Sequence[Plan] = ()
    else:
        entered = sorted(
            (each for each in plans.plans.values() if _is_entered(each, least_vnd)),
            key=lambda each: (each.name != plan.name, each.min_topup or 0),
        )
    if not entered:
        return [offer for offer in _packs(plans, None) if offer.amount_vnd >= least_vnd]
    return [
        offer
        for each in entered
        for offer in _packs(plans, each.name)
        if offer.amount_vnd >= (each.min_topup or 0)
    ]


def plan_offer(plans: Plans, plan: Plan) -> Offer | None:
    """``plan`` for Stars; None: it has no price, or one that no invoice takes."""
    if plans.stars is None or not plan.price:
        return None
    stars = -(-plan.price // plans.stars.vnd_per_star)
    if stars > INVOICE_MAX_STARS:
        return None
    is_subscription = plan.days == SUBSCRIPTION_DAYS and stars <= SUBSCRIPTION_MAX_STARS
    return Offer(stars, plans.stars.vnd_per_star, plan.name, is_subscription)


def is_sold(plans: Plans, plan: Plan) -> bool:
    """Whether one payment in Stars brings ``plan``: an invoice for its price, or a pack."""
    if plan.price is not None:
        return plan_offer(plans, plan) is not None
    least_vnd = plan.min_topup
    return least_vnd is not None and any(
        pack.amount_vnd >= least_vnd for pack in _packs(plans, plan.name)
    )


def still_stands(plans: Plans, offer: Offer) -> bool:
    """Whether the plan file still sells it so."""
    if plans.stars is None or plans.stars.vnd_per_star != offer.vnd_per_star:
        return False
    if offer.plan is None:
        return True
    plan = plans.plans.get(offer.plan)
    if plan is None:
        return False
    if plan.price is not None:
        return plan_offer(plans, plan) == offer
    return plan.min_topup is not None and offer.amount_vnd >= plan.min_topup


def _is_entered(plan: Plan, least_vnd: int) -> bool:
    return plan.price is None and plan.min_topup is not None and plan.min_topup >= least_vnd


def _packs(plans: Plans, plan: str | None) -> list[Offer]:
    stars = plans.stars
    return [] if stars is None else [Offer(n, stars.vnd_per_star, plan) for n in stars.packs]
