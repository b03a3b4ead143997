"""A payment goes back, and whoever it concerns hears of it: the operators, who paid, and the group.

Knows nothing of how Telegram is asked; the money itself moves in `money/refunds.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.jobs import book
from bot.jobs.reaching import tell
from bot.model import Millis, UserId
from bot.money import ledger, refunds, subscriptions, terms
from bot.money.plans import Plans
from bot.money.refunds import GivenBack, Payment
from bot.store.port import Reading, Topic, Transaction

Line = dict[str, Any]
ASKED = "refund"
"""Why, in the book: an operator's button."""


async def ask_back(
    tx: Transaction, payment: Payment, *, operator_id: UserId, bears_vnd: int, now: Millis
) -> bool:
    """Have Telegram asked to give it back; False: that was begun before.

    ``bears_vnd``: of it, what the shop bears. Raises NotEnoughLeft, StillHeld.
    """
    author = f"user {operator_id}"
    if not await refunds.ask_back(
        tx, payment, author=author, why=ASKED, bears_vnd=bears_vnd, now=now
    ):
        return False
    tx.wake(Topic.TILL)
    return True


async def went_back(tx: Transaction, plans: Plans, charge_id: str, *, now: Millis) -> bool:
    """Telegram has given it back, asked or not; False: nothing new, or no payment we know."""
    done = await refunds.went_back(tx, plans, charge_id, now=now)
    if done is None:
        return False
    await subscriptions.stop(tx, done.payment, now=now)
    await _tell_operators(tx, done, now)
    await _tell_payer(tx, plans, done, now)
    return True


async def unknown_went_back(
    tx: Transaction, charge_id: str, user_id: UserId, stars: int, *, now: Millis
) -> None:
    """Telegram has given back what was never written down here."""
    if not await refunds.never_credit(tx, charge_id, user_id, stars, now=now):
        return
    who = await name_of(tx, user_id)
    await book.tell_operator(
        tx, "operator.payment_back_unknown", now=now, stars=stars, who=who, user=str(user_id)
    )


async def stays(tx: Transaction, payment_id: int, *, why: str, now: Millis) -> None:
    """Telegram refuses: the operators hear why, and what is on the balance again."""
    kept = await refunds.stays(tx, payment_id, why=why, now=now)
    if kept is None:
        return
    values = await facts_of(tx, kept.payment)
    back_vnd = kept.payment.reversed_vnd
    if kept.lapsed_vnd:
        how = "lapsed" if kept.lapsed_vnd < back_vnd else "all_lapsed"
        values["command"] = f"/grant {kept.payment.wallet_id} {kept.lapsed_vnd}"
        values |= {"lapsed_vnd": kept.lapsed_vnd, "rest_vnd": back_vnd - kept.lapsed_vnd}
    else:
        how = "credited" if back_vnd else "uncredited"
    key = f"operator.payment_stays_{how}"
    await book.tell_operator(tx, key, now=now, why=why, back_vnd=back_vnd, **values)


async def goes_on(tx: Transaction, payment_id: int, *, why: str, now: Millis) -> None:
    """Telegram refuses to stop renewing a subscription."""
    if not await tx.run("subscription_goes_on", payment_id=payment_id):
        return
    payment = await refunds.find(tx, payment_id)
    assert payment is not None
    values = await facts_of(tx, payment)
    await book.tell_operator(tx, "operator.subscription_goes_on", now=now, why=why, **values)
    await tell(tx, payment.user_id, {"key": "subscription.goes_on", "values": {}}, now=now)


async def facts_of(reading: Reading, payment: Payment) -> dict[str, Any]:
    """What every sentence to operators about a payment may name."""
    return {
        "number": str(payment.payment_id),
        "who": await name_of(reading, payment.user_id),
        "user": str(payment.user_id),
        "stars": payment.stars,
    }


async def name_of(reading: Reading, user_id: UserId) -> str:
    row = await reading.one("user_get", user_id=user_id)
    return str(row["first_name"]) if row and row["first_name"] else "?"


async def _tell_operators(tx: Transaction, done: GivenBack, now: Millis) -> None:
    values = await facts_of(tx, done.payment)
    values["reversed_vnd"] = done.payment.reversed_vnd
    if done.held_vnd:
        key = "operator.payment_back_held"
        values |= {"missing_vnd": done.missing_vnd, "held_vnd": done.held_vnd}
    elif done.missing_vnd:
        key = "operator.payment_back_short"
        values["missing_vnd"] = done.missing_vnd
    elif done.payment.borne_vnd:
        key = "operator.payment_back_borne"
        values["borne_vnd"] = done.payment.borne_vnd
    else:
        key = "operator.payment_back" if done.was_asked else "operator.payment_back_unasked"
    await book.tell_operator(tx, key, now=now, **values)


async def _tell_payer(tx: Transaction, plans: Plans, done: GivenBack, now: Millis) -> None:
    payment = done.payment
    whose = "group" if payment.wallet_id < 0 else "own"
    values: dict[str, Any] = {"stars": payment.stars, "reversed_vnd": payment.reversed_vnd}
    key = f"payment.back_{whose}" if payment.reversed_vnd else f"payment.back_only_{whose}"
    lines: list[dict[str, Any]] = [{"key": key, "values": values}]
    if done.plan_over is not None:
        values = {"plan": plans.shown_name(done.plan_over)}
        lines.append({"key": f"payment.plan_over_{whose}", "values": values})
    await tell(tx, payment.user_id, *lines, now=now)
    if payment.wallet_id < 0:
        await _tell_group(tx, plans, done, lines[1:], now)


async def _tell_group(
    tx: Transaction, plans: Plans, done: GivenBack, over: Sequence[Line], now: Millis
) -> None:
    """What its wallet and its plan are now; of who paid no more than that they had paid in.

    ``over``: that its plan ended. Silent where nothing of the group's has changed.
    """
    payment = done.payment
    if not (payment.reversed_vnd or over):
        return
    wallet = await ledger.read_wallet(tx, payment.wallet_id)
    overdue_vnd = await terms.overdue_of(tx, payment.wallet_id, now=now)
    values: dict[str, Any] = {
        "name": await name_of(tx, payment.user_id),
        "stars": payment.stars,
        "reversed_vnd": payment.reversed_vnd,
        "balance_vnd": wallet.balance_vnd - overdue_vnd,
    }
    back: Line = {"key": "payment.back_of_group", "values": values}
    holds = await _plan_line(tx, plans, payment.wallet_id, now)
    await tell(tx, payment.wallet_id, back, *over, holds, now=now)


async def _plan_line(reading: Reading, plans: Plans, wallet_id: UserId, now: Millis) -> Line:
    """Which plan holds now, and until when."""
    term = await terms.term_of(reading, plans, wallet_id, now=now)
    if term is None:
        return {"key": "quota.plan_free", "values": {}}
    values: dict[str, Any] = {"plan": plans.shown_name(term.plan)}
    if term.ends_at is None:
        return {"key": "quota.plan", "values": values}
    return {"key": "quota.plan_until", "values": values | {"ends_at": term.ends_at}}
