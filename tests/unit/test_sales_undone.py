"""A sale by hand is undone beside what others paid: nobody's own money goes with it unsaid."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from payments import ask_back, paid, plan_of, stays, went_back
from shop import FEW_PLANS, GRID, HOUR, Shop, audited_shop, made

from bot.model import UserId
from bot.money import corrections, ledger, terms
from bot.money.corrections import LessIsLeft
from bot.money.ledger import EntryKind
from bot.money.terms import Term
from bot.money.topups import pay_in
from bot.store.port import Transaction

AN = 7
DAY = 24 * HOUR


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with audited_shop(tmp_path, FEW_PLANS) as shop:
        yield shop


async def sold(shop: Shop, plan: str) -> str:
    """An operator sells it; the key of the sale."""
    bought, act = shop.desk.plans.plans[plan], shop.act(f"plan:{plan}:1={next(shop.numbers)}")
    price_vnd = bought.price or 0
    await shop.store.write(
        lambda tx: pay_in(
            tx, shop.desk.plans, UserId(AN), EntryKind.GRANT, price_vnd, act, plan=bought
        )
    )
    return act.key


async def undone(shop: Shop, key: str) -> Term | None:
    async def work(tx: Transaction) -> Term | None:
        sale = await ledger.entry_of(tx, key)
        assert sale is not None
        [term] = await terms.running(tx, sale.wallet_id, now=shop.now())
        act = shop.act(f"correction:of:{key}")
        return await corrections.undo_sale(tx, shop.desk.plans, sale, term, act)

    return await shop.store.write(work)


async def is_foreseen_to_end(shop: Shop, key: str) -> bool:
    """Whether undoing the sale of this key is said to end the plan."""
    sale = await ledger.entry_of(shop.store, key)
    assert sale is not None
    [term] = await terms.running(shop.store, sale.wallet_id, now=shop.now())
    said = await corrections.foresee_undo(shop.store, shop.desk.plans, sale, term, now=shop.now())
    return said.is_over


async def runs_until(shop: Shop) -> list[int | None]:
    found = await terms.running(shop.store, UserId(AN), now=shop.now())
    return [term.ends_at for term in found]


async def kinds(shop: Shop) -> list[str]:
    return [
        row["kind"] for row in await shop.rows("SELECT kind FROM ledger_entry ORDER BY entry_id")
    ]


async def test_undoing_a_sale_never_lets_what_they_paid_in_stars_lapse(shop: Shop) -> None:
    await paid(shop, AN, 500, plan="monthly")
    shop.now.at += 5 * DAY
    sale = await sold(shop, "monthly")
    before = await runs_until(shop)
    shop.now.at += 31 * DAY
    with pytest.raises(LessIsLeft):
        await undone(shop, sale)
    assert (before, ["topup", "grant"]) == (await runs_until(shop), await kinds(shop))
    assert 10_000 == (await shop.wallet(AN)).balance_vnd


@pytest.mark.parametrize("is_sold_next", [False, True])
async def test_a_sale_whose_days_were_had_is_undone_and_the_later_end_stands(
    shop: Shop, *, is_sold_next: bool
) -> None:
    sale = await sold(shop, "monthly")
    shop.now.at += 5 * DAY
    if is_sold_next:
        await sold(shop, "monthly")
    else:
        await paid(shop, AN, 500, plan="monthly")
    before = await runs_until(shop)
    shop.now.at += 31 * DAY
    assert await undone(shop, sale) is not None
    assert before == await runs_until(shop)
    assert 5_000 == (await shop.wallet(AN)).balance_vnd


async def test_what_is_too_little_for_a_picture_is_foreseen_to_end_the_plan(shop: Shop) -> None:
    await sold(shop, "bulk")
    sale = await sold(shop, "bulk")
    for _ in range(5):
        await made(shop, await shop.order(AN, GRID))
    assert (True, "bulk") == (await is_foreseen_to_end(shop, sale), await plan_of(shop, AN))
    assert await undone(shop, sale) is None
    assert "free" == await plan_of(shop, AN)


async def test_what_has_lapsed_and_nobody_swept_holds_no_plan_by_the_sales_button(
    shop: Shop,
) -> None:
    await sold(shop, "monthly")
    await sold(shop, "bulk")
    sale = await sold(shop, "bulk")
    shop.now.at += 31 * DAY
    await shop.correct(AN, 2_000)
    assert await is_foreseen_to_end(shop, sale)
    assert await undone(shop, sale) is None


async def test_what_pays_for_one_more_picture_is_foreseen_to_keep_the_plan(shop: Shop) -> None:
    await sold(shop, "bulk")
    sale = await sold(shop, "bulk")
    for _ in range(4):
        await made(shop, await shop.order(AN, GRID))
    assert not await is_foreseen_to_end(shop, sale)
    assert await undone(shop, sale) is not None
    assert "bulk" == await plan_of(shop, AN)


async def test_a_payment_that_goes_back_leaves_the_later_one_the_end_it_was_promised(
    shop: Shop,
) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="first")
    shop.now.at += 5 * DAY
    await paid(shop, AN, 500, plan="monthly", charge="second")
    before = await runs_until(shop)
    shop.now.at += 31 * DAY
    await ask_back(shop, "first")
    await went_back(shop, "first")
    assert before == await runs_until(shop)
    assert 5_000 == (await shop.wallet(AN)).balance_vnd


async def test_what_was_promised_to_one_outlasts_another_that_comes_and_goes_back(
    shop: Shop,
) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="first")
    shop.now.at += 5 * DAY
    await paid(shop, AN, 500, plan="monthly", charge="second")
    before = await runs_until(shop)
    shop.now.at += 31 * DAY
    await went_back(shop, "first")
    await paid(shop, AN, 500, plan="monthly", charge="third")
    await went_back(shop, "third")
    assert before == await runs_until(shop)
    assert 5_000 == (await shop.wallet(AN)).balance_vnd


async def test_a_plan_sold_by_hand_is_no_money_that_enters_another(shop: Shop) -> None:
    await paid(shop, AN, 50, plan="prepaid", charge="pack")
    await sold(shop, "bulk")
    back = await went_back(shop, "pack")
    assert back is not None
    assert "prepaid" == back.plan_over


async def test_a_grant_that_was_taken_back_enters_no_plan(shop: Shop) -> None:
    await paid(shop, AN, 50, plan="prepaid", charge="pack")
    given, taken = shop.act("grant:1=1"), shop.act("correction:of:grant:1=1")
    plans, an = shop.desk.plans, UserId(AN)
    await shop.store.write(lambda tx: pay_in(tx, plans, an, EntryKind.GRANT, 5_000, given))
    await shop.store.write(lambda tx: corrections.take_back(tx, an, 5_000, taken))
    back = await went_back(shop, "pack")
    assert back is not None
    assert "prepaid" == back.plan_over


async def test_what_telegram_keeps_after_the_plan_was_undone_is_theirs_to_spend(
    shop: Shop,
) -> None:
    await paid(shop, AN, 500, plan="monthly", charge="first")
    sale = await sold(shop, "monthly")
    shop.now.at += 35 * DAY
    await ask_back(shop, "first")
    await undone(shop, sale)
    await stays(shop, "first")
    assert 5_000 == (await shop.wallet(AN)).balance_vnd
    assert "topup" == (await kinds(shop))[-1]
