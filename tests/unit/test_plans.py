"""What an output costs by a plan, and which plans are sold inside Telegram."""

from decimal import Decimal

import pytest

from bot.i18n import Named
from bot.model import Operation, Request
from bot.money import stars
from bot.money.plan_file import load_plans
from bot.money.plans import (
    Plan,
    Plans,
    PriceKey,
    Stars,
    price_key,
    price_of,
)


def test_the_shipped_file_says_what_the_shop_sells() -> None:
    plans = load_plans(None)

    assert plans.prices == {"image": 100, "image_hd": 150, "image_turbo": 200}
    assert Stars(vnd_per_star=330, packs=(200, 500, 1500)) == plans.stars
    assert plans.contact == "@your_shop"
    assert list(plans.plans) == ["free", "prepaid", "monthly", "unlimited", "turbo"]
    assert plans.plans["free"] == Plan("free", free_images_per_day=40, free_videos_per_day=2)
    assert plans.plans["prepaid"] == Plan(
        "prepaid", title={"vi": "Trả trước", "en": "Prepaid"}, min_topup=50_000, threads=3
    )
    assert plans.plans["monthly"] == Plan(
        "monthly",
        title={"vi": "Theo tháng", "en": "Monthly"},
        price=5_000_000,
        days=30,
        max_images_per_day=3_000,
        refund=Decimal("0.70"),
        threads=3,
    )
    assert plans.plans["unlimited"] == Plan(
        "unlimited",
        title={"vi": "Không giới hạn", "en": "Unlimited"},
        price=5_000_000,
        threads=3,
    )
    assert plans.plans["turbo"] == Plan(
        "turbo",
        title="Turbo",
        prices={"image": 200, "image_hd": 200},
        min_topup=5_000_000,
        threads=6,
        priority=True,
    )


def test_a_plans_own_price_goes_before_the_common_one() -> None:
    plans = load_plans(None)
    turbo, free = plans.plans["turbo"], plans.plans["free"]

    assert price_of(plans, turbo, "image") == 200
    assert price_of(plans, free, "image") == 100
    assert price_of(plans, turbo, "image_turbo") == 200
    assert price_of(plans, turbo, "video") is None


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Request(Operation.IMAGE), "image"),
        (Request(Operation.VARIATION), "image"),
        (Request(Operation.IMAGE, mode="fast"), "image"),
        (Request(Operation.IMAGE, mode="turbo"), "image_turbo"),
        (Request(Operation.IMAGE, hd="2k"), "image_hd"),
        (Request(Operation.UPSCALE, mode="turbo"), "image_hd"),
        (Request(Operation.VIDEO, hd="4k", mode="turbo"), "video"),
    ],
)
def test_every_request_has_one_price(request_: Request, expected: PriceKey) -> None:
    assert expected == price_key(request_)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Plan("monthly", price=250_000, days=30), True),
        (Plan("dear", price=250_001), False),  # more than one invoice takes
        (Plan("prepaid", min_topup=5_000), True),
        (Plan("bulk", min_topup=5_001), False),  # more than the largest pack
        (Plan("friends"), False),  # by hand
    ],
)
def test_a_plan_is_sold_for_stars_where_one_payment_reaches_it(
    plan: Plan, *, expected: bool
) -> None:
    plans = Plans({}, Stars(vnd_per_star=10, packs=(500, 100)), "", {"free": Plan("free")})
    assert expected is stars.is_sold(plans, plan)
    assert not stars.is_sold(Plans({}, None, "", {"free": Plan("free")}), plan)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Plan("monthly"), "Monthly"),
        (Plan("for_my-friends"), "For my friends"),
        (Plan("m5", title="Gói tháng 5M"), "Gói tháng 5M"),
        (Plan("m5", title={"vi": "5 triệu", "en": "5M"}), {"vi": "5 triệu", "en": "5M"}),
        (Plan("m5", title={"vi": "5M", "en": "5M"}), "5M"),
    ],
)
def test_people_read_a_plans_title_or_its_name_without_marks(plan: Plan, expected: Named) -> None:
    assert expected == plan.shown_name


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Plan("monthly"), "monthly"),
        (Plan("m5", title="Gói tháng 5M"), "Gói tháng 5M (m5)"),
        (Plan("turbo", title="Turbo"), "turbo"),
        (
            Plan("monthly", title={"vi": "Theo tháng", "en": "Monthly"}),
            {"vi": "Theo tháng (monthly)", "en": "monthly"},
        ),
    ],
)
def test_an_operator_reads_what_is_typed_behind_a_title_that_says_something_else(
    plan: Plan, expected: Named
) -> None:
    assert expected == plan.typed_name
    plans = Plans({}, None, "", {plan.name: plan})
    assert expected == plans.typed_name(plan.name)
    assert "gone" == plans.typed_name("gone")
