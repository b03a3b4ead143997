"""Somebody has paid for a plan that the plan file has no more: nobody goes on paying for nothing.

Knows nothing of how the payment was heard of, nor how Telegram is asked to stop renewing it.
"""

from __future__ import annotations

from typing import Any

from bot.jobs import book, refunding
from bot.model import Millis
from bot.money import refunds, subscriptions
from bot.money.payments import Credit
from bot.money.plans import Plans
from bot.store.port import Transaction


async def lines_if_gone(
    tx: Transaction, plans: Plans, charge_id: str, credit: Credit, *, now: Millis
) -> list[dict[str, Any]]:
    """What who paid is to be told of a plan that is gone; [] where it is not.

    The renewal is stopped, and the operators hear of it: the money is on the balance either way.
    """
    if credit.gone is None:
        return []
    payment = await refunds.find_charge(tx, charge_id)
    assert payment is not None  # it was credited just now
    is_renewed = await subscriptions.stop(tx, payment, now=now)
    kind = "renewed" if is_renewed else "once"
    values: dict[str, Any] = {"plan": credit.gone, "amount_vnd": credit.amount_vnd}
    facts = await refunding.facts_of(tx, payment)
    wallet = str(credit.wallet_id)
    await book.tell_operator(
        tx, f"operator.plan_gone_{kind}", now=now, wallet=wallet, **facts, **values
    )
    return [
        {
            "key": f"payment.plan_gone_{kind}",
            "values": {"plan": credit.gone, "contact": plans.contact},
        }
    ]
