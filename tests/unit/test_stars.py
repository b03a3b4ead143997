"""What is sold for Stars, to whom, and what still stands when it is about to be paid."""

import asyncio
from pathlib import Path

import pytest

from bot.money.plan_file import load_plans
from bot.money.plans import Plans
from bot.money.stars import Offer, packs_for, plan_offer, still_stands

SHOP = """
[prices]
image = 100
[stars]
vnd_per_star = 330
packs = [100, 200, 500]
[plans.free]
"""
PREPAID = "[plans.prepaid]\nmin_topup = 50_000\n"
BIG = "[plans.big]\nmin_topup = 150_000\n"
MONTHLY = "[plans.monthly]\nprice = {price}\ndays = 30\n"
FOREVER = "[plans.forever]\nprice = 900_000\n"


async def sold(folder: Path, text: str) -> Plans:
    path = folder / "plans.toml"
    await asyncio.to_thread(path.write_text, text)
    return load_plans(path)


def told(offers: list[Offer]) -> list[tuple[int, str | None]]:
    return [(offer.stars, offer.plan) for offer in offers]


async def test_a_pack_below_what_a_plan_asks_for_is_not_offered_for_it(tmp_path: Path) -> None:
    plans = await sold(tmp_path, SHOP + BIG + PREPAID)
    expected = [(200, "prepaid"), (500, "prepaid"), (500, "big")]
    assert expected == told(packs_for(plans, plans.plans["free"]))
    assert 66_000 == packs_for(plans, plans.plans["free"])[0].amount_vnd


async def test_the_packs_of_ones_own_plan_come_first_and_none_leads_to_a_lesser_one(
    tmp_path: Path,
) -> None:
    plans = await sold(tmp_path, SHOP + PREPAID + BIG)
    assert [(500, "big")] == told(packs_for(plans, plans.plans["big"]))
    expected = [(200, "prepaid"), (500, "prepaid"), (500, "big")]
    assert expected == told(packs_for(plans, plans.plans["prepaid"]))


async def test_where_no_plan_is_entered_by_paying_in_every_pack_fills_the_balance(
    tmp_path: Path,
) -> None:
    plans = await sold(tmp_path, SHOP)
    alone = [(100, None), (200, None), (500, None)]
    assert alone == told(packs_for(plans, plans.plans["free"]))


async def test_a_plan_bought_until_used_up_goes_on_and_one_that_ends_leaves_room_for_another(
    tmp_path: Path,
) -> None:
    plans = await sold(tmp_path, SHOP + PREPAID + FOREVER + MONTHLY.format(price=900_000))
    alone = [(100, None), (200, None), (500, None)]
    assert alone == told(packs_for(plans, plans.plans["forever"]))
    prepaid = [(200, "prepaid"), (500, "prepaid")]
    assert prepaid == told(packs_for(plans, plans.plans["monthly"]))


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (330, Offer(1, 330, "monthly", is_subscription=True)),
        (331, Offer(2, 330, "monthly", is_subscription=True)),
        (3_300_000, Offer(10_000, 330, "monthly", is_subscription=True)),
        (3_300_001, Offer(10_001, 330, "monthly")),
        (5_000_000, Offer(15_152, 330, "monthly")),
        (8_250_000, Offer(25_000, 330, "monthly")),
        (8_250_001, None),
    ],
)
async def test_a_month_that_fits_is_a_subscription_a_dearer_one_a_payment_and_above_it_nothing(
    tmp_path: Path, price: int, expected: Offer | None
) -> None:
    plans = await sold(tmp_path, SHOP + MONTHLY.format(price=price))
    assert expected == plan_offer(plans, plans.plans["monthly"])


async def test_without_stars_nothing_is_sold_for_them(tmp_path: Path) -> None:
    plans = await sold(tmp_path, "[plans.free]\n" + MONTHLY.format(price=900))
    assert [] == packs_for(plans, plans.plans["free"])
    assert plan_offer(plans, plans.plans["monthly"]) is None
    assert not still_stands(plans, Offer(200, 330))


async def test_an_offer_stands_until_its_rate_its_price_or_its_plan_changes(
    tmp_path: Path,
) -> None:
    text = SHOP + PREPAID + MONTHLY.format(price=900_000)
    plans = await sold(tmp_path, text)
    pack = Offer(200, 330, "prepaid")
    month = plan_offer(plans, plans.plans["monthly"])
    assert month is not None
    assert still_stands(plans, pack)
    assert still_stands(plans, month)
    dearer = await sold(tmp_path, text.replace("330", "340").replace("50_000", "90_000"))
    assert [False, False] == [still_stands(dearer, each) for each in (pack, month)]
    changed = await sold(tmp_path, text.replace("900000", "910000").replace("50_000", "90_000"))
    assert [False, False] == [still_stands(changed, each) for each in (pack, month)]
    gone = await sold(tmp_path, SHOP)
    assert [False, False] == [still_stands(gone, each) for each in (pack, month)]
