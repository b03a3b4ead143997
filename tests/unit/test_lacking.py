"""What is said when a request is not covered is true for whoever reads it."""

import pytest

from bot.chat.lacking import Refill, lacking_buttons, lacking_lines
from bot.chat.talk import Label, Link
from bot.jobs.accept import NotEnough, NotPriced
from bot.jobs.rules import Payer
from bot.model import AssetKind

IMAGE, VIDEO = AssetKind.IMAGE, AssetKind.VIDEO
OWN_URL = "https://t.me/easel_bot?start=buy"
BY_HAND = Refill("@shop", has_stars=False, own_url=OWN_URL)


@pytest.mark.parametrize(
    ("outcome", "next_step"),
    [
        (NotEnough(IMAGE, 4, 3, 40, 100, 50), "quota.what_next"),
        (NotEnough(IMAGE, 4, 0, 40, 100, 50), "quota.what_next"),
        (NotEnough(IMAGE, 4, 0, 0, 100, 50), "quota.what_next_only"),
        (NotPriced(VIDEO, 1, 0, 2, "@shop"), "quota.on_request_video"),
        (NotPriced(VIDEO, 1, 0, 0, "@shop"), "quota.on_request_video_only"),
        (NotPriced(IMAGE, 4, 0, 0, "@shop"), "quota.on_request_image_only"),
    ],
)
def test_nobody_is_promised_free_ones_tomorrow_whose_plan_gives_none(
    outcome: NotEnough | NotPriced, next_step: str
) -> None:
    *_, last = lacking_lines(outcome, BY_HAND)
    assert (next_step, {"contact": "@shop"}) == (last["key"], last["values"])


@pytest.mark.parametrize(
    ("outcome", "said", "next_step"),
    [
        (
            NotEnough(IMAGE, 4, 0, 0, 100, 0, Payer.GROUP),
            "purse.empty",
            "purse.next_missing",
        ),
        (
            NotEnough(IMAGE, 4, 0, 0, 100, 300, Payer.GROUP),
            "purse.missing",
            "purse.next_missing",
        ),
        (
            NotEnough(IMAGE, 4, 0, 0, 100, 0, Payer.GROUP, is_capped=True),
            "purse.capped",
            "purse.next_capped",
        ),
        (
            NotPriced(VIDEO, 1, 0, 0, "@shop", Payer.GROUP),
            "purse.no_price_video",
            "purse.next_price",
        ),
        (
            NotPriced(IMAGE, 1, 0, 0, "@shop", Payer.GROUP),
            "purse.no_price_image",
            "purse.next_price",
        ),
    ],
)
def test_what_a_group_lacks_is_one_sentence_and_the_next_step(
    outcome: NotEnough | NotPriced, said: str, next_step: str
) -> None:
    assert [said, next_step] == [each["key"] for each in lacking_lines(outcome, BY_HAND)]


@pytest.mark.parametrize("each_day", [0, 40])
def test_with_stars_the_next_step_is_to_buy_where_that_fills_the_wallet(each_day: int) -> None:
    outcome = NotEnough(IMAGE, 4, 0, each_day, 100, 50)
    only = "" if each_day else "_only"
    here = Refill("@shop", has_stars=True, own_url=OWN_URL)
    afar = Refill("@shop", has_stars=True, own_url=OWN_URL, is_here=False)
    assert f"quota.buy_next{only}" == lacking_lines(outcome, here)[-1]["key"]
    ((button,),) = lacking_buttons(outcome, here)
    assert isinstance(button, Label)
    assert f"quota.buy_own_next{only}" == lacking_lines(outcome, afar)[-1]["key"]
    assert [[Link("quota.button_buy_own", OWN_URL)]] == lacking_buttons(outcome, afar)


@pytest.mark.parametrize(
    "outcome",
    [
        NotPriced(VIDEO, 1, 0, 2, "@shop"),
        NotPriced(VIDEO, 1, 0, 0, "@shop", Payer.GROUP),
        NotEnough(IMAGE, 4, 0, 0, 100, 0, Payer.GROUP, is_capped=True),
    ],
)
def test_nothing_is_sold_to_whom_money_would_not_help(outcome: NotEnough | NotPriced) -> None:
    with_stars = Refill("@shop", has_stars=True, own_url=OWN_URL)
    assert lacking_lines(outcome, BY_HAND) == lacking_lines(outcome, with_stars)
    assert [] == lacking_buttons(outcome, with_stars)


def test_without_stars_there_is_no_button() -> None:
    assert [] == lacking_buttons(NotEnough(IMAGE, 4, 0, 40, 100, 50), BY_HAND)
