"""Stars go back: the balance gives up what was credited, once, and never more than it has."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from payments import ask_back, paid, payment_of, plan_of, stays, went_back
from shop import FEW_PLANS, GRID, HOUR, NOON, Shop, audited_shop, made

from bot.jobs.facts import Ended
from bot.model import Reason, UserId
from bot.money import refunds, subscriptions, terms
from bot.money.ledger import Wallet
from bot.money.refunds import NotEnoughLeft, PaymentState

AN = 7
BEN = 8
GROUP = -1_002_000_000_001
DAY = 24 * HOUR


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with audited_shop(tmp_path, FEW_PLANS) as shop:
        yield shop


async def entries(shop: Shop) -> list[tuple[str, int, str]]:
    rows = await shop.store._reader.execute_fetchall(
        "SELECT kind, amount_vnd, author FROM ledger_entry ORDER BY entry_id"
    )
    return [(row["kind"], row["amount_vnd"], row["author"]) for row in rows]


async def close_over(shop: Shop) -> int:
    now = shop.now()
    return await shop.store.write(lambda tx: terms.close_over(tx, UserId(AN), now=now))


async def state_of(shop: Shop, charge: str) -> PaymentState:
    return (await payment_of(shop, charge)).state


async def end_of_plan(shop: Shop, user: int) -> int | None:
    term = await terms.lapsing_term(shop.store, UserId(user), now=shop.now())
    return None if term is None else term.ends_at


async def test_what_was_credited_leaves_the_balance_before_telegram_is_asked(shop: Shop) -> None:
    await paid(shop, AN, 100, charge="c")
    assert await ask_back(shop, "c")
    assert (Wallet(0, 0), PaymentState.REFUNDING) == (
        await shop.wallet(AN),
        await state_of(shop, "c"),
    )
    assert [("topup", 1_000, "user 7"), ("reversal", 1_000, "user 1")] == await entries(shop)
    back = await went_back(shop, "c")
    assert back is not None
    assert (True, 0, None) == (back.was_asked, back.missing_vnd, back.plan_over)
    assert PaymentState.REFUNDED == await state_of(shop, "c")


async def test_asked_twice_it_goes_back_once(shop: Shop) -> None:
    await paid(shop, AN, 100, charge="c")
    await shop.grant(AN, 5_000)
    assert [True, False] == [await ask_back(shop, "c"), await ask_back(shop, "c")]
    await went_back(shop, "c")
    assert not await ask_back(shop, "c")
    assert Wallet(5_000, 0) == await shop.wallet(AN)


async def test_telegram_saying_twice_that_it_gave_it_back_is_saying_it_once(shop: Shop) -> None:
    await paid(shop, AN, 100, charge="c")
    await shop.grant(AN, 5_000)
    assert await went_back(shop, "c") is not None
    assert await went_back(shop, "c") is None
    assert Wallet(5_000, 0) == await shop.wallet(AN)


async def test_less_left_than_was_credited_says_how_much_is_missing(shop: Shop) -> None:
    await paid(shop, AN, 100, charge="c")
    await made(shop, await shop.order(AN, GRID))
    with pytest.raises(NotEnoughLeft) as refused:
        await ask_back(shop, "c")
    assert (400, Wallet(600, 0)) == (refused.value.missing_vnd, await shop.wallet(AN))
    assert PaymentState.PAID == await state_of(shop, "c")
    await shop.grant(AN, 400)
    assert await ask_back(shop, "c")
    assert Wallet(0, 0) == await shop.wallet(AN)


async def test_what_is_set_aside_for_pictures_under_way_is_waited_for(shop: Shop) -> None:
    await paid(shop, AN, 100, charge="c")
    job = await shop.order(AN, GRID)
    with pytest.raises(terms.StillHeld):
        await ask_back(shop, "c")
    await shop.happens(job, Ended(Reason.FAILED))
    assert await ask_back(shop, "c")


async def test_where_telegram_refuses_the_money_is_there_again_and_may_be_asked_back_anew(
    shop: Shop,
) -> None:
    await paid(shop, AN, 100, charge="c")
    for _ in range(2):
        assert await ask_back(shop, "c")
        assert Wallet(0, 0) == await shop.wallet(AN)
        assert await stays(shop, "c") is not None
        assert await stays(shop, "c") is None
        assert (Wallet(1_000, 0), PaymentState.PAID) == (
            await shop.wallet(AN),
            await state_of(shop, "c"),
        )
    kinds = [kind for kind, _, _ in await entries(shop)]
    assert ["topup", "reversal", "topup", "reversal", "topup"] == kinds


async def test_a_plan_ends_when_the_payment_that_bought_it_has_gone_back(shop: Shop) -> None:
    await paid(shop, AN, 510, plan="monthly", charge="c")
    assert ("monthly", Wallet(5_100, 0)) == (await plan_of(shop, AN), await shop.wallet(AN))
    assert await ask_back(shop, "c")
    assert "monthly" == await plan_of(shop, AN)  # until it is sure
    back = await went_back(shop, "c")
    assert back is not None
    assert "monthly" == back.plan_over
    assert ("free", Wallet(0, 0)) == (await plan_of(shop, AN), await shop.wallet(AN))


async def test_a_plan_bought_twice_loses_the_days_and_the_money_of_one(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    first_end = await end_of_plan(shop, AN)
    await paid(shop, AN, 500, plan="monthly", charge="d")
    await ask_back(shop, "d")
    back = await went_back(shop, "d")
    assert back is not None
    assert (None, "monthly") == (back.plan_over, await plan_of(shop, AN))
    assert (first_end, Wallet(5_000, 0)) == (await end_of_plan(shop, AN), await shop.wallet(AN))
    await ask_back(shop, "c")
    await went_back(shop, "c")
    assert ("free", Wallet(0, 0)) == (await plan_of(shop, AN), await shop.wallet(AN))


async def test_a_refused_refund_leaves_the_plan_as_it_was(shop: Shop) -> None:
    await paid(shop, AN, 510, plan="monthly", charge="c")
    end = await end_of_plan(shop, AN)
    await ask_back(shop, "c")
    await stays(shop, "c")
    assert (end, Wallet(5_100, 0)) == (await end_of_plan(shop, AN), await shop.wallet(AN))
    shop.now.at += 30 * DAY
    assert 100 == await shop.desk.purses.balance_of(shop.store, UserId(AN))


async def test_money_that_comes_back_after_its_plan_is_over_has_lapsed_with_it(shop: Shop) -> None:
    await paid(shop, AN, 510, plan="monthly", charge="c")
    shop.now.at += 30 * DAY - HOUR
    await ask_back(shop, "c")
    shop.now.at += 25 * HOUR
    await close_over(shop)
    await stays(shop, "c")
    assert Wallet(100, 0) == await shop.wallet(AN)  # beyond its price nothing lapses


async def test_a_pack_that_stays_after_all_keeps_its_plan_whatever_came_meanwhile(
    shop: Shop,
) -> None:
    await paid(shop, AN, 100, plan="prepaid", charge="c")
    await ask_back(shop, "c")
    await shop.pay_in(AN, 100)
    await stays(shop, "c")
    assert ("prepaid", Wallet(1_100, 0)) == (await plan_of(shop, AN), await shop.wallet(AN))


async def test_a_pack_spent_long_ago_is_reversed_out_of_a_plans_balance_in_the_book_too(
    shop: Shop,
) -> None:
    await paid(shop, AN, 200, charge="c")
    for _ in range(5):
        await made(shop, await shop.order(AN, GRID))
    await paid(shop, AN, 500, plan="monthly")
    await went_back(shop, "c")
    await shop.pay_in(AN, 3_000)
    shop.now.at += 30 * DAY
    assert 3_000 == await close_over(shop)
    assert Wallet(3_000, 0) == await shop.wallet(AN)


async def test_what_telegram_takes_is_first_what_does_not_lapse(shop: Shop) -> None:
    await paid(shop, AN, 200, charge="c")
    await paid(shop, AN, 500, plan="monthly")
    await went_back(shop, "c")
    shop.now.at += 30 * DAY
    assert 5_000 == await close_over(shop)


async def test_the_first_of_two_payments_goes_back_and_the_second_keeps_its_days(
    shop: Shop,
) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    shop.now.at += 29 * DAY
    await paid(shop, AN, 500, plan="monthly", charge="d")
    shop.now.at += 11 * DAY
    await ask_back(shop, "c")
    back = await went_back(shop, "c")
    assert back is not None
    assert (None, "monthly") == (back.plan_over, await plan_of(shop, AN))
    assert (NOON + 59 * DAY, Wallet(5_000, 0)) == (
        await end_of_plan(shop, AN),
        await shop.wallet(AN),
    )


async def test_a_payment_that_goes_back_takes_the_days_it_brought_not_those_of_todays_file(
    shop: Shop,
) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    await paid(shop, AN, 500, plan="monthly", charge="d")
    plans = dict(shop.desk.plans.plans)
    plans["monthly"] = dataclasses.replace(plans["monthly"], days=90)
    shop.desk.plans = dataclasses.replace(shop.desk.plans, plans=plans)
    await ask_back(shop, "d")
    await went_back(shop, "d")
    assert NOON + 30 * DAY == await end_of_plan(shop, AN)


async def test_a_plan_sold_by_hand_as_well_keeps_the_days_of_that(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    shop.now.at += DAY
    await shop.pay_in(AN, 5_000, plan="monthly")
    await ask_back(shop, "c")
    await went_back(shop, "c")
    assert (NOON + 31 * DAY, "monthly") == (await end_of_plan(shop, AN), await plan_of(shop, AN))


async def test_of_two_payments_asked_back_the_one_that_stays_keeps_the_plan(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    await paid(shop, AN, 500, plan="monthly", charge="d")
    await ask_back(shop, "c")
    await ask_back(shop, "d")
    await went_back(shop, "c")
    await stays(shop, "d")
    assert ("monthly", Wallet(5_000, 0)) == (await plan_of(shop, AN), await shop.wallet(AN))


async def test_a_plan_that_went_back_is_over_at_once_and_takes_nothing_of_later_money(
    shop: Shop,
) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    job = await shop.order(AN, GRID)
    back = await went_back(shop, "c")
    assert back is not None
    assert (400, 400) == (back.missing_vnd, back.held_vnd)
    await shop.pay_in(AN, 4_000)
    await shop.happens(job, Ended(Reason.FAILED))
    assert 4_000 == await shop.desk.purses.balance_of(shop.store, UserId(AN))
    assert 400 == await close_over(shop)
    shop.now.at += 31 * DAY
    assert 0 == await close_over(shop)
    assert Wallet(4_000, 0) == await shop.wallet(AN)


async def test_a_plan_partly_spent_goes_back_when_the_rest_is_granted(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    await made(shop, await shop.order(AN, GRID))
    with pytest.raises(NotEnoughLeft):
        await ask_back(shop, "c")
    await shop.grant(AN, 400)
    assert await ask_back(shop, "c")
    await went_back(shop, "c")
    assert ("free", Wallet(0, 0)) == (await plan_of(shop, AN), await shop.wallet(AN))


async def test_a_top_up_long_spent_does_not_go_back_out_of_a_plans_balance(shop: Shop) -> None:
    await paid(shop, AN, 40, charge="c")
    await made(shop, await shop.order(AN, GRID))
    await paid(shop, AN, 500, plan="monthly")
    with pytest.raises(NotEnoughLeft) as refused:
        await ask_back(shop, "c")
    assert 400 == refused.value.missing_vnd


async def test_what_lapsed_with_its_plan_is_missing(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    shop.now.at += 30 * DAY
    with pytest.raises(NotEnoughLeft) as refused:
        await ask_back(shop, "c")
    assert 5_000 == refused.value.missing_vnd


async def test_a_plan_paid_into_ends_with_its_payment_and_one_given_by_hand_stays(
    shop: Shop,
) -> None:
    await paid(shop, AN, 50, plan="prepaid", charge="c")
    await shop.pay_in(AN, 499)
    await shop.pay_in(BEN, 500, plan="prepaid")
    await paid(shop, BEN, 50, plan="prepaid", charge="d")
    for charge in ("c", "d"):
        await ask_back(shop, charge)
        await went_back(shop, charge)
    assert ("free", "prepaid") == (await plan_of(shop, AN), await plan_of(shop, BEN))


async def test_a_pack_goes_back_and_as_much_given_by_hand_keeps_the_plan(shop: Shop) -> None:
    await paid(shop, AN, 50, plan="prepaid", charge="c")
    await shop.pay_in(AN, 3_000)
    await ask_back(shop, "c")
    await went_back(shop, "c")
    assert ("prepaid", Wallet(3_000, 0)) == (await plan_of(shop, AN), await shop.wallet(AN))


async def test_given_back_by_telegram_itself_the_balance_gives_what_it_has(shop: Shop) -> None:
    await paid(shop, AN, 100, charge="c")
    await made(shop, await shop.order(AN, GRID))
    back = await went_back(shop, "c")
    assert back is not None
    assert (False, 400) == (back.was_asked, back.missing_vnd)
    assert (Wallet(0, 0), ("reversal", 600, "telegram")) == (
        await shop.wallet(AN),
        (await entries(shop))[-1],
    )


async def test_given_back_by_telegram_itself_a_plan_half_spent_is_over(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    job = await shop.order(AN, GRID)
    back = await went_back(shop, "c")
    assert back is not None
    assert (400, "monthly") == (back.missing_vnd, back.plan_over)
    await shop.happens(job, Ended(Reason.FAILED))
    assert ("free", Wallet(400, 0)) == (await plan_of(shop, AN), await shop.wallet(AN))
    shop.now.at += 31 * DAY
    await shop.store.write(lambda tx: terms.close_over(tx, UserId(AN), now=shop.now()))
    assert Wallet(0, 0) == await shop.wallet(AN)


async def test_a_groups_payment_goes_back_out_of_the_groups_balance(shop: Shop) -> None:
    await paid(shop, AN, 100, charge="c", wallet=GROUP)
    await ask_back(shop, "c")
    assert Wallet(0, 0) == await shop.wallet(GROUP)


async def test_what_went_back_before_it_was_known_is_never_credited(shop: Shop) -> None:
    assert await went_back(shop, "c") is None
    for _ in range(2):
        await shop.store.write(
            lambda tx: refunds.never_credit(tx, "c", UserId(AN), 100, now=shop.now())
        )
    assert PaymentState.REFUNDED == await state_of(shop, "c")


async def test_ten_at_once_want_it_back_and_it_goes_once(shop: Shop) -> None:
    await paid(shop, AN, 100, charge="c")
    await shop.grant(AN, 50_000)
    begun = await asyncio.gather(*(ask_back(shop, "c") for _ in range(10)))
    assert (1, Wallet(50_000, 0)) == (sum(begun), await shop.wallet(AN))


async def test_a_subscription_is_stopped_once_and_by_any_of_its_charges(shop: Shop) -> None:
    await shop.tamper(
        "INSERT INTO invoice (invoice_id, user_id, wallet_id, chat_id, stars, vnd_per_star,"
        f" created_at) VALUES ('i', {AN}, {AN}, {AN}, 500, 10, 0)"
    )
    first = await paid(shop, AN, 500, plan="monthly", charge="c", is_recurring=True)
    shop.now.at += 30 * DAY - HOUR
    second = await paid(shop, AN, 500, plan="monthly", charge="d", is_recurring=True)
    await shop.tamper("UPDATE payment SET invoice_id = 'i'")
    second = await payment_of(shop, second.charge_id)
    running = await subscriptions.running_of(shop.store, UserId(AN), now=shop.now())
    assert [first.charge_id] == [each.charge_id for each in running]
    stopped = [
        await shop.store.write(lambda tx: subscriptions.stop(tx, second, now=shop.now()))
        for _ in range(2)
    ]
    assert [True, False] == stopped
    assert [] == await subscriptions.running_of(shop.store, UserId(AN), now=shop.now())


async def test_the_early_end_of_a_plan_stops_what_pays_for_it(shop: Shop) -> None:
    bought = await paid(shop, AN, 500, plan="monthly", charge="c", is_recurring=True)
    assert bought.term_id is not None
    term_id = bought.term_id
    assert 1 == await shop.store.write(
        lambda tx: subscriptions.stop_of_term(tx, term_id, now=shop.now())
    )
