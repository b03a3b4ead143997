"""What the question before a refund says is what the refund then does, and what stays is said truly."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from payments import ask_back, foreseen, paid, plan_of, stays, went_back
from shop import FEW_PLANS, GRID, HOUR, NOON, Shop, audited_shop, made

from bot.model import UserId
from bot.money import terms
from bot.money.ledger import Wallet
from bot.money.refunds import NotEnoughLeft
from bot.money.terms import StillHeld

AN = 7
DAY = 24 * HOUR


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with audited_shop(tmp_path, FEW_PLANS) as shop:
        yield shop


async def end_of_plan(shop: Shop) -> int | None:
    term = await terms.lapsing_term(shop.store, UserId(AN), now=shop.now())
    return None if term is None else term.ends_at


async def goes_back(shop: Shop, charge: str) -> None:
    await ask_back(shop, charge)
    await went_back(shop, charge)


async def test_the_only_payment_for_a_plan_ends_it_and_says_from_where_the_money_comes(
    shop: Shop,
) -> None:
    await paid(shop, AN, 510, plan="monthly", charge="c")
    said = await foreseen(shop, "c")
    assert said.plan is not None
    assert (5_000, True, 0, ()) == (
        *(said.from_term_vnd, said.plan.is_over, said.lapse_vnd, tuple(said.going)),
    )
    await goes_back(shop, "c")
    assert ("free", Wallet(0, 0)) == (await plan_of(shop, AN), await shop.wallet(AN))


async def test_a_plan_bought_twice_is_said_to_be_shorter_and_is(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    shop.now.at += 29 * DAY
    await paid(shop, AN, 500, plan="monthly", charge="d")
    said = await foreseen(shop, "c")
    assert said.plan is not None
    assert (True, NOON + 59 * DAY) == (said.plan.is_shorter, said.plan.ends_at)
    await goes_back(shop, "c")
    assert said.plan.ends_at == await end_of_plan(shop)


async def test_what_the_first_months_have_left_is_said_to_go_with_the_second(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    await paid(shop, AN, 500, plan="monthly", charge="d")
    shop.now.at += 31 * DAY
    await made(shop, await shop.order(AN, GRID))
    said = await foreseen(shop, "d")
    assert said.plan is not None
    assert (True, 4_600) == (said.plan.is_over, said.lapse_vnd)
    await goes_back(shop, "d")
    assert Wallet(0, 0) == await shop.wallet(AN)


async def test_a_payment_whose_days_have_been_had_leaves_the_end_there_is(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    shop.now.at += 5 * DAY
    await paid(shop, AN, 500, plan="monthly", charge="d")
    shop.now.at += 31 * DAY
    said = await foreseen(shop, "c")
    assert said.plan is not None
    assert (False, False) == (said.plan.is_over, said.plan.is_shorter)
    before = await end_of_plan(shop)
    await goes_back(shop, "c")
    assert before == await end_of_plan(shop)


async def test_of_two_on_their_way_back_the_second_is_said_to_end_the_plan(shop: Shop) -> None:
    first = await paid(shop, AN, 500, plan="monthly", charge="c")
    await paid(shop, AN, 500, plan="monthly", charge="d")
    await ask_back(shop, "c")
    said = await foreseen(shop, "d")
    assert said.plan is not None
    assert (True, [first.payment_id]) == (said.plan.is_over, list(said.going))
    await ask_back(shop, "d")
    await went_back(shop, "c")
    await went_back(shop, "d")
    assert "free" == await plan_of(shop, AN)


async def test_a_plan_given_by_hand_as_well_is_said_to_stay(shop: Shop) -> None:
    await paid(shop, AN, 50, plan="prepaid", charge="c")
    await shop.pay_in(AN, 3_000)
    said = await foreseen(shop, "c")
    assert said.plan is not None
    assert (False, None, 0) == (said.plan.is_over, said.plan.ends_at, said.from_term_vnd)
    await goes_back(shop, "c")
    assert "prepaid" == await plan_of(shop, AN)


async def test_a_plan_the_rest_does_not_hold_is_said_to_end_and_who_paid_hears_of_it(
    shop: Shop,
) -> None:
    await paid(shop, AN, 50, plan="prepaid", charge="c")
    await paid(shop, AN, 50, plan="prepaid", charge="d")
    await made(shop, await shop.order(AN, GRID))
    await shop.correct(AN, 100)
    said = await foreseen(shop, "d")
    assert said.plan is not None
    assert (True, "prepaid") == (said.plan.is_over, await plan_of(shop, AN))
    await ask_back(shop, "d")
    back = await went_back(shop, "d")
    assert back is not None
    assert ("prepaid", "free") == (back.plan_over, await plan_of(shop, AN))


async def test_what_else_is_on_its_way_back_may_come_to_nothing_and_hold_the_plan(
    shop: Shop,
) -> None:
    await paid(shop, AN, 50, charge="pack")
    await paid(shop, AN, 50, plan="prepaid", charge="c")
    await paid(shop, AN, 50, plan="prepaid", charge="d")
    await shop.correct(AN, 500)
    await ask_back(shop, "pack")
    said = await foreseen(shop, "d")
    assert said.plan is not None
    assert not said.plan.is_over
    await goes_back(shop, "d")
    assert "prepaid" == await plan_of(shop, AN)


async def test_of_a_plan_that_is_over_it_is_said_that_nothing_becomes(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="c")
    shop.now.at += 31 * DAY
    await shop.grant(AN, 5_000)
    said = await foreseen(shop, "c")
    assert (None, 0) == (said.plan, said.from_term_vnd)


async def test_what_cannot_go_back_is_said_before_and_nothing_is_taken(shop: Shop) -> None:
    await paid(shop, AN, 100, charge="c")
    job = await shop.order(AN, GRID)
    with pytest.raises(StillHeld):
        await foreseen(shop, "c")
    await made(shop, job)
    with pytest.raises(NotEnoughLeft) as refused:
        await foreseen(shop, "c")
    assert (400, Wallet(600, 0)) == (refused.value.missing_vnd, await shop.wallet(AN))


# --- Telegram says no ---------------------------------------------------------------------------


async def test_what_stays_while_the_plan_runs_is_all_there_again(shop: Shop) -> None:
    await paid(shop, AN, 510, plan="monthly", charge="c")
    await ask_back(shop, "c")
    kept = await stays(shop, "c")
    assert kept is not None
    assert (0, 5_100) == (kept.lapsed_vnd, kept.payment.reversed_vnd)
    assert Wallet(5_100, 0) == await shop.wallet(AN)


@pytest.mark.parametrize("is_closed", [False, True])
async def test_what_stays_after_the_plan_ran_out_is_said_to_have_lapsed(
    shop: Shop, *, is_closed: bool
) -> None:
    await paid(shop, AN, 510, plan="monthly", charge="c")
    await paid(shop, AN, 500, plan="monthly")
    await ask_back(shop, "c")
    shop.now.at += 61 * DAY
    if is_closed:
        now = shop.now()
        await shop.store.write(lambda tx: terms.close_over(tx, UserId(AN), now=now))
    kept = await stays(shop, "c")
    assert kept is not None
    assert (5_000, Wallet(100, 0)) == (kept.lapsed_vnd, await shop.wallet(AN))
