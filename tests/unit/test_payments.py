"""A payment in Stars: who may make it, and that it is credited once, whatever happened meanwhile."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from shop import HOUR, Shop, audited_shop

from bot.model import ChatId, UserId
from bot.money import ledger, payments, terms
from bot.money.ledger import Wallet
from bot.money.payments import Credit, Paid, Query, Refusal, credit, make_invoice, refusal_of
from bot.money.plans import Plans
from bot.money.stars import Offer

AN, BINH = UserId(7), UserId(8)
GROUP = UserId(-100)
DAY = 24 * HOUR
PLANS = """
[prices]
image = 100
[stars]
vnd_per_star = 10
packs = [200, 500]
[plans.free]
[plans.prepaid]
min_topup = 1_000
[plans.monthly]
price = 5_000
days = 30
[plans.weekly]
price = 900
days = 7
"""
PACK = Offer(200, 10, "prepaid")
MONTH = Offer(500, 10, "monthly", is_subscription=True)
WEEK = Offer(90, 10, "weekly")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with audited_shop(tmp_path, PLANS) as shop:
        yield shop


async def offered(shop: Shop, offer: Offer, *, wallet: UserId = AN, asker: UserId = AN) -> str:
    return await shop.store.write(
        lambda tx: make_invoice(tx, asker, wallet, ChatId(wallet), offer, now=shop.now())
    )


async def refused(
    shop: Shop, payload: str, stars: int, *, who: UserId = AN, currency: str = "XTR"
) -> Refusal | None:
    query = Query(who, payload, currency, stars)
    invoice = await payments.find_invoice(shop.store, payload)
    return await refusal_of(shop.store, shop.desk.plans, invoice, query, now=shop.now())


async def pays(
    shop: Shop,
    charge: str,
    payload: str,
    stars: int,
    *,
    who: UserId = AN,
    plans: Plans | None = None,
) -> Credit | None:
    paid = Paid(charge, who, payload, stars)
    known = plans or shop.desk.plans
    return await shop.store.write(lambda tx: credit(tx, known, paid, now=shop.now()))


async def test_ones_own_fresh_invoice_may_be_paid(shop: Shop) -> None:
    assert await refused(shop, await offered(shop, PACK), 200) is None


async def test_a_forged_a_foreign_a_changed_a_paid_and_an_old_one_are_refused(shop: Shop) -> None:
    payload = await offered(shop, PACK)
    assert Refusal.UNKNOWN == await refused(shop, "forged", 200)
    assert Refusal.NOT_YOURS == await refused(shop, payload, 200, who=BINH)
    assert Refusal.CHANGED == await refused(shop, payload, 1)
    assert Refusal.CHANGED == await refused(shop, payload, 200, currency="VND")
    stale = dataclasses.replace(PACK, vnd_per_star=9)
    assert Refusal.CHANGED == await refused(shop, await offered(shop, stale), 200)
    shop.now.at += DAY - 1
    assert await refused(shop, payload, 200) is None
    shop.now.at += 1
    assert Refusal.OLD == await refused(shop, payload, 200)
    again = await offered(shop, PACK)
    await pays(shop, "c1", again, 200)
    assert Refusal.PAID == await refused(shop, again, 200)


async def test_a_groups_may_be_paid_by_anybody_and_fills_its_wallet(shop: Shop) -> None:
    payload = await offered(shop, PACK, wallet=GROUP)
    assert await refused(shop, payload, 200, who=BINH) is None
    await pays(shop, "c1", payload, 200, who=BINH)
    assert (Wallet(2_000, 0), Wallet(0, 0)) == (await shop.wallet(GROUP), await shop.wallet(BINH))


async def test_two_plans_that_end_are_not_sold_side_by_side_nor_a_subscription_twice(
    shop: Shop,
) -> None:
    month, again, week = [await offered(shop, each) for each in (MONTH, MONTH, WEEK)]
    await pays(shop, "c1", month, 500)
    assert Refusal.PLAN_RUNS == await refused(shop, week, 90)
    assert Refusal.PLAN_RUNS == await refused(shop, again, 500)
    assert await refused(shop, await offered(shop, PACK), 200) is None


async def test_the_same_charge_ten_times_at_once_is_one_credit(shop: Shop) -> None:
    payload = await offered(shop, PACK)
    done = await asyncio.gather(*(pays(shop, "c1", payload, 200) for _ in range(10)))
    assert 1 == sum(each is not None for each in done)
    assert Wallet(2_000, 0) == await shop.wallet(AN)
    assert await pays(shop, "c1", payload, 200) is None
    assert Wallet(2_000, 0) == await shop.wallet(AN)


async def test_two_payments_of_one_invoice_are_two_credits(shop: Shop) -> None:
    payload = await offered(shop, PACK, wallet=GROUP)
    await pays(shop, "c1", payload, 200)
    await pays(shop, "c2", payload, 200, who=BINH)
    assert Wallet(4_000, 0) == await shop.wallet(GROUP)


async def test_a_bought_plan_begins_and_the_next_month_goes_on_with_it(shop: Shop) -> None:
    payload = await offered(shop, MONTH)
    first = await pays(shop, "c1", payload, 500)
    assert first is not None
    assert first.term is not None
    assert shop.now() + 30 * DAY == first.term.ends_at
    shop.now.at += 29 * DAY
    second = await pays(shop, "c2", payload, 500)
    assert second is not None
    assert second.term is not None
    assert first.term.ends_at is not None
    assert first.term.ends_at + 30 * DAY == second.term.ends_at
    assert 10_000 == await shop.desk.purses.balance_of(shop.store, AN)


async def test_where_another_plan_runs_by_now_the_balance_alone_is_filled(shop: Shop) -> None:
    week = await offered(shop, WEEK)
    await shop.pay_in(AN, 5_000, plan="monthly")
    done = await pays(shop, "c1", week, 90)
    assert done is not None
    assert done.runs is not None
    assert ("monthly", None, 900) == (done.runs.plan, done.plan, done.amount_vnd)
    shop.now.at += 31 * DAY
    assert 900 == await shop.desk.purses.balance_of(shop.store, AN)


async def test_it_is_credited_at_the_rate_it_was_offered_at(shop: Shop) -> None:
    payload = await offered(shop, dataclasses.replace(PACK, vnd_per_star=9))
    await pays(shop, "c1", payload, 200)
    assert Wallet(1_800, 0) == await shop.wallet(AN)


async def test_a_payment_nobody_knows_an_offer_of_fills_the_payers_balance_at_todays_rate(
    shop: Shop,
) -> None:
    done = await pays(shop, "c1", "of before the backup", 50)
    assert done is not None
    assert (False, 500, None) == (done.is_known, done.amount_vnd, done.plan)
    assert Wallet(500, 0) == await shop.wallet(AN)


async def test_without_any_rate_it_is_written_down_and_credits_nothing(shop: Shop) -> None:
    plans = dataclasses.replace(shop.desk.plans, stars=None)
    done = await pays(shop, "c1", "unknown", 50, plans=plans)
    assert done is not None
    assert 0 == done.amount_vnd
    assert Wallet(0, 0) == await shop.wallet(AN)
    (row,) = await payments.last_charges(shop.store, AN, most=5)
    assert ("c1", 50, 0) == (row["charge_id"], row["stars"], row["amount_vnd"])


async def test_a_plan_taken_out_of_the_file_meanwhile_leaves_the_money(shop: Shop) -> None:
    payload = await offered(shop, MONTH)
    plans = dict(shop.desk.plans.plans)
    del plans["monthly"]
    await pays(shop, "c1", payload, 500, plans=dataclasses.replace(shop.desk.plans, plans=plans))
    plan = await terms.plan_of(shop.store, shop.desk.plans, AN, now=shop.now())
    assert ("free", Wallet(5_000, 0)) == (plan.name, await shop.wallet(AN))


async def test_the_entry_says_who_paid_and_how(shop: Shop) -> None:
    await pays(shop, "c1", await offered(shop, PACK, wallet=GROUP), 200, who=BINH)
    assert await ledger.is_known(shop.store, "payment:c1")
    (row,) = await shop.store._reader.execute_fetchall("SELECT * FROM ledger_entry")
    expected = (GROUP, "topup", 2_000, "payment:c1", "user 8", "stars")
    names = ("wallet_id", "kind", "amount_vnd", "key", "author", "reason")
    assert expected == tuple(row[name] for name in names)


async def test_a_plan_the_operator_has_made_endless_is_told_from_the_one_with_days(
    shop: Shop,
) -> None:
    await pays(shop, "with days", await offered(shop, WEEK), 90)
    week = dataclasses.replace(shop.desk.plans.plans["weekly"], days=None)
    plans = dataclasses.replace(shop.desk.plans, plans={**shop.desk.plans.plans, "weekly": week})
    done = await pays(shop, "without", await offered(shop, WEEK), 90, plans=plans)
    assert done is not None
    assert done.term is not None
    assert done.term.ends_at is None
