"""Payments of a shop's people, as if their Stars had come."""

from shop import Shop

from bot.model import UserId
from bot.money import refunds, terms
from bot.money.ledger import Act, EntryKind
from bot.money.refunds import Payment
from bot.money.topups import pay_in
from bot.store.port import Transaction

RATE = 10
"""Đồng for a Star."""


async def paid(
    shop: Shop,
    user: int,
    stars: int,
    *,
    plan: str | None = None,
    charge: str | None = None,
    wallet: int | None = None,
    is_recurring: bool = False,
) -> Payment:
    """``wallet``: of a group; None: the payer's own."""
    charge_id = charge or f"stx{next(shop.numbers)}"
    wallet_id, now = UserId(wallet or user), shop.now()
    bought = None if plan is None else shop.desk.plans.plans[plan]

    async def work(tx: Transaction) -> None:
        await tx.run("wallet_open", wallet_id=wallet_id)
        act = Act(f"payment:{charge_id}", f"user {user}", "stars", now)
        amount_vnd = stars * RATE
        await pay_in(tx, shop.desk.plans, wallet_id, EntryKind.TOPUP, amount_vnd, act, plan=bought)
        rows = await tx.all("terms_of_wallet", wallet_id=wallet_id, now=now)
        term_id = next((row["term_id"] for row in rows if row["plan"] == plan), None)
        await shop.store._writer.execute(
            "INSERT INTO payment (charge_id, user_id, wallet_id, stars, vnd_per_star, amount_vnd,"
            " plan, term_id, is_recurring, paid_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(charge_id, user, wallet_id, stars, RATE, amount_vnd),
                *(plan, term_id, int(is_recurring), now),
            ),
        )

    await shop.store.write(work)
    return await payment_of(shop, charge_id)


async def payment_of(shop: Shop, charge_id: str) -> Payment:
    payment = await refunds.find_charge(shop.store, charge_id)
    assert payment is not None
    return payment


async def ask_back(shop: Shop, charge_id: str, *, bears_vnd: int = 0) -> bool:
    """An operator wants it back."""
    payment = await payment_of(shop, charge_id)
    return await shop.store.write(
        lambda tx: refunds.ask_back(
            tx, payment, author="user 1", why="asked", bears_vnd=bears_vnd, now=shop.now()
        )
    )


async def foreseen(shop: Shop, charge_id: str, *, bears_vnd: int = 0) -> refunds.Foreseen:
    """What the operator reads before it is asked back."""
    payment, plans = await payment_of(shop, charge_id), shop.desk.plans
    return await shop.store.write(
        lambda tx: refunds.foresee(tx, plans, payment, bears_vnd=bears_vnd, now=shop.now())
    )


async def went_back(shop: Shop, charge_id: str) -> refunds.GivenBack | None:
    """Telegram has given it back."""
    plans = shop.desk.plans
    return await shop.store.write(
        lambda tx: refunds.went_back(tx, plans, charge_id, now=shop.now())
    )


async def stays(shop: Shop, charge_id: str) -> refunds.Kept | None:
    """Telegram will not give it back."""
    payment_id = (await payment_of(shop, charge_id)).payment_id
    return await shop.store.write(
        lambda tx: refunds.stays(tx, payment_id, why="CHARGE_NOT_FOUND", now=shop.now())
    )


async def plan_of(shop: Shop, user: int) -> str:
    plans, now = shop.desk.plans, shop.now()
    return (await terms.plan_of(shop.store, plans, UserId(user), now=now)).name
