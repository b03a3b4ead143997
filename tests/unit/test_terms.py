"""Which plan somebody has, and what its end leaves behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from shop import FEW_PLANS, GRID, HOUR, Shop, audited_shop, made

from bot.jobs.facts import Ended
from bot.jobs.purses import Purses
from bot.model import Reason, UserId
from bot.money import terms
from bot.money.ledger import Wallet

AN = 7
DAY = 24 * HOUR


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with audited_shop(tmp_path, FEW_PLANS) as shop:
        yield shop


async def plan_of(shop: Shop) -> str:
    purses: Purses = shop.desk.purses
    return (await purses.plan_of(shop.store, UserId(AN))).name


async def may_spend(shop: Shop) -> int:
    return await shop.desk.purses.balance_of(shop.store, UserId(AN))


async def close_over(shop: Shop) -> int:
    now = shop.now()
    return await shop.store.write(lambda tx: terms.close_over(tx, UserId(AN), now=now))


async def left(shop: Shop) -> int:
    """Of the plan's balance."""
    term = await terms.lapsing_term(shop.store, UserId(AN), now=shop.now())
    return 0 if term is None else await terms.left_of(shop.store, term)


async def end_early(shop: Shop) -> terms.Ending | None:
    act = shop.act("early")
    return await shop.store.write(lambda tx: terms.end_early(tx, shop.desk.plans, UserId(AN), act))


async def entries(shop: Shop) -> list[tuple[str, int]]:
    rows = await shop.store._reader.execute_fetchall(
        "SELECT kind, amount_vnd FROM ledger_entry ORDER BY entry_id"
    )
    return [(row["kind"], row["amount_vnd"]) for row in rows]


async def test_everybody_begins_with_the_free_plan(shop: Shop) -> None:
    assert "free" == await plan_of(shop)


async def test_a_bought_plan_holds_for_its_days_and_what_is_left_lapses(shop: Shop) -> None:
    await shop.pay_in(AN, 5_000, plan="monthly")
    await made(shop, await shop.order(AN, GRID))
    shop.now.at += 30 * DAY - 1
    assert ("monthly", 4_600) == (await plan_of(shop), await may_spend(shop))
    shop.now.at += 1
    assert ("free", 0) == (await plan_of(shop), await may_spend(shop))
    assert 4_600 == await close_over(shop)
    assert Wallet(0, 0) == await shop.wallet(AN)
    assert 0 == await close_over(shop)


async def test_what_a_job_gives_back_after_the_end_lapses_as_well(shop: Shop) -> None:
    await shop.pay_in(AN, 5_000, plan="monthly")
    job = await shop.order(AN, GRID)
    shop.now.at += 31 * DAY
    assert 4_600 == await close_over(shop)
    await shop.happens(job, Ended(Reason.FAILED))
    assert (Wallet(400, 0), 0) == (await shop.wallet(AN), await may_spend(shop))
    assert 400 == await close_over(shop)
    assert Wallet(0, 0) == await shop.wallet(AN)


async def test_what_was_paid_in_without_an_end_does_not_lapse(shop: Shop) -> None:
    await shop.pay_in(AN, 700, plan="prepaid")
    await shop.pay_in(AN, 5_160, plan="monthly")
    assert "monthly" == await plan_of(shop)
    await made(shop, await shop.order(AN, GRID))
    shop.now.at += 30 * DAY
    assert ("prepaid", 860) == (await plan_of(shop), await may_spend(shop))
    assert 4_600 == await close_over(shop)


async def test_bought_again_while_it_runs_its_days_and_its_balance_are_added(shop: Shop) -> None:
    await shop.pay_in(AN, 5_000, plan="monthly")
    shop.now.at += 10 * DAY
    await shop.pay_in(AN, 5_000, plan="monthly")
    shop.now.at += 49 * DAY
    assert ("monthly", 10_000) == (await plan_of(shop), await may_spend(shop))
    shop.now.at += DAY
    assert ("free", 0) == (await plan_of(shop), await may_spend(shop))


async def test_two_plans_whose_balance_lapses_do_not_run_side_by_side(shop: Shop) -> None:
    await shop.pay_in(AN, 5_000, plan="monthly")
    with pytest.raises(terms.AnotherPlanRuns):
        await shop.pay_in(AN, 900, plan="weekly")
    assert Wallet(5_000, 0) == await shop.wallet(AN)


async def test_ended_early_the_share_of_what_is_left_is_paid_back(shop: Shop) -> None:
    await shop.pay_in(AN, 5_000, plan="monthly")
    for _ in range(3):
        await made(shop, await shop.order(AN, GRID))
    shop.now.at += 12 * DAY
    ending = await end_early(shop)
    assert ending is not None
    assert (3_800, 2_660, 1_140) == (ending.left_vnd, ending.refund_vnd, ending.lapse_vnd)
    assert [("refund", 2_660), ("lapse", 1_140)] == (await entries(shop))[-2:]
    assert (Wallet(0, 0), "free") == (await shop.wallet(AN), await plan_of(shop))
    assert await end_early(shop) is None


async def test_free_money_spent_under_a_plan_is_no_part_of_what_is_bought_later(shop: Shop) -> None:
    await shop.pay_in(AN, 5_000, plan="monthly")
    await shop.pay_in(AN, 4_000)
    jobs = [await shop.order(AN, GRID) for _ in range(22)]
    await shop.pay_in(AN, 5_000, plan="monthly")
    for job in jobs[:11]:
        await made(shop, job)
    assert (Wallet(5_200, 4_400), 5_000) == (await shop.wallet(AN), await left(shop))
    for job in jobs[11:]:
        await shop.happens(job, Ended(Reason.FAILED))
    # The thirteenth was the first that took of the free money.
    shop.now.at += 60 * DAY
    assert 5_600 == await close_over(shop)
    assert Wallet(4_000, 0) == await shop.wallet(AN)


async def test_what_a_job_gives_back_is_first_what_it_took_beside_the_plan(shop: Shop) -> None:
    await shop.pay_in(AN, 900, plan="weekly")
    await shop.pay_in(AN, 300)
    for _ in range(2):
        await made(shop, await shop.order(AN, GRID))
    job = await shop.order(AN, GRID)  # 100 of the plan's, 300 beside it
    await shop.happens(job, Ended(Reason.FAILED))
    assert (Wallet(400, 0), 100) == (await shop.wallet(AN), await left(shop))


async def test_it_is_not_ended_while_something_of_it_is_under_way(shop: Shop) -> None:
    await shop.pay_in(AN, 5_000, plan="monthly")
    job = await shop.order(AN, GRID)
    with pytest.raises(terms.StillHeld):
        await end_early(shop)
    await shop.happens(job, Ended(Reason.FAILED))
    assert await end_early(shop) is not None


async def test_a_plan_without_an_end_holds_until_it_is_used_up(shop: Shop) -> None:
    await shop.pay_in(AN, 2_000, plan="bulk")
    jobs = [await shop.order(AN, GRID) for _ in range(5)]
    assert "bulk" == await plan_of(shop)  # any of them may still come to nothing
    for job in jobs:
        await made(shop, job)
    assert (Wallet(0, 0), "free") == (await shop.wallet(AN), await plan_of(shop))


async def test_used_up_it_does_not_come_back_with_a_little_money(shop: Shop) -> None:
    await shop.pay_in(AN, 2_000, plan="bulk")
    await shop.correct(AN, 1_950)
    assert "free" == await plan_of(shop)
    await shop.pay_in(AN, 300)
    assert "free" == await plan_of(shop)
    await shop.pay_in(AN, 500, plan="prepaid")
    assert ("prepaid", Wallet(850, 0)) == (await plan_of(shop), await shop.wallet(AN))


async def test_a_plan_given_before_any_money_waits_for_it(shop: Shop) -> None:
    plan = shop.desk.plans.plans["prepaid"]
    act = shop.act("given")
    await shop.store.write(lambda tx: terms.enter(tx, plan, UserId(AN), act))
    assert "prepaid" == await plan_of(shop)
    await shop.pay_in(AN, 500)
    assert "prepaid" == await plan_of(shop)


async def test_bought_anew_what_is_used_up_behind_another_plan_is_not_gone_on_with(
    shop: Shop,
) -> None:
    plans, bulk = shop.desk.plans, shop.desk.plans.plans["bulk"]
    await shop.pay_in(AN, 5_000, plan="monthly")
    await shop.pay_in(AN, 2_000, plan="bulk")
    before = await terms.same_running(shop.store, plans, bulk, UserId(AN), now=shop.now())
    await shop.correct(AN, 1_800)
    for _ in range(13):
        await made(shop, await shop.order(AN, GRID))
    after = await terms.same_running(shop.store, plans, bulk, UserId(AN), now=shop.now())
    assert ("monthly", 0) == (await plan_of(shop), (await shop.wallet(AN)).balance_vnd)
    assert (True, None) == (before is not None, after)
