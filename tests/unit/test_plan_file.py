"""The plan file is read: what it may say, and what it means."""

from decimal import Decimal
from pathlib import Path

import pytest
from plan_files import FREE, GOLD, plans_of

from bot.app import TITLES
from bot.i18n import I18n
from bot.money.plan_file import PROVIDERS
from bot.money.plans import Limits, Plan, Plans, price_of
from bot.money.titles import FREE_TITLES


def test_the_smallest_plan_file_gives_nothing_and_sells_nothing(tmp_path: Path) -> None:
    plans = plans_of(tmp_path, FREE)

    assert Plans(prices={}, stars=None, contact="", plans={"free": Plan("free")}) == plans


def test_everything_a_plan_can_carry_is_read(tmp_path: Path) -> None:
    text = (
        GOLD
        + """
        title = "Gói vàng"
        price = 5_000_000
        days = 30
        refund = 0.70
        threads = 6
        priority = true
        free_images_per_day = 1
        free_videos_per_day = 2
        max_images_per_day = 3_000
        prices = { image = 1, image_hd = 2, image_turbo = 3, video = 4 }
        """
    )
    assert plans_of(tmp_path, text).plans["gold"] == Plan(
        "gold",
        title="Gói vàng",
        price=5_000_000,
        days=30,
        refund=Decimal("0.70"),
        threads=6,
        priority=True,
        free_images_per_day=1,
        free_videos_per_day=2,
        max_images_per_day=3_000,
        prices={"image": 1, "image_hd": 2, "image_turbo": 3, "video": 4},
    )


def test_the_operators_own_limits_and_costs_are_read(tmp_path: Path) -> None:
    limits = "[limits]\nimages_per_day = 9\nvideos_per_day = 0\ngroup_images_per_day='unlimited'\n"
    plans = plans_of(tmp_path, FREE + limits + "[costs.flow]\nimage = 60\n")

    assert Limits(images_per_day=9, videos_per_day=0) == plans.limits
    assert {"flow": {"image": 60}} == plans.costs


def test_costs_are_told_of_every_provider_there_is() -> None:
    assert set(TITLES) == set(PROVIDERS)


def test_unlimited_is_a_count_and_zero_is_zero(tmp_path: Path) -> None:
    text = '[plans.free]\nthreads = "unlimited"\nfree_images_per_day = "unlimited"\n'

    plans = plans_of(tmp_path, text + "max_images_per_day = 0\n")

    free = plans.plans["free"]
    assert free == Plan("free", threads=None, free_images_per_day=None, max_images_per_day=0)


def test_a_price_of_zero_is_a_price(tmp_path: Path) -> None:
    plans = plans_of(tmp_path, FREE + "prices = { image = 0 }\n[prices]\nimage = 5\n")

    assert price_of(plans, plans.plans["free"], "image") == 0


def test_a_plan_without_a_way_in_is_given_by_hand(tmp_path: Path) -> None:
    gold = plans_of(tmp_path, GOLD + 'days = "unlimited"\nrefund = 0\n').plans["gold"]

    assert Plan("gold") == gold


@pytest.mark.parametrize("title", ["⭐️ Gói vàng", "Gói 1000 – cả năm", "Gói của bạn’s"])
def test_a_title_may_have_whatever_letters_are_seen(tmp_path: Path, title: str) -> None:
    assert title == plans_of(tmp_path, GOLD + f'title = "{title}"\n').plans["gold"].shown_name


def test_no_plan_is_called_as_the_catalogues_call_the_free_one() -> None:
    i18n = I18n.load()
    named = {f"<b>{title}</b>" for title in FREE_TITLES}
    assert {i18n.tongue(code).text("plans.free") for code in ("en", "vi")} == named


def test_the_mark_an_editor_puts_before_the_first_letter_does_no_harm(tmp_path: Path) -> None:
    assert "free" in plans_of(tmp_path, "\ufeff" + FREE).plans
