"""What is said when a request is not covered is true for whoever reads it."""

import pytest

from bot.chat.lacking import lacking_lines
from bot.jobs.accept import NotEnough, NotPriced
from bot.jobs.rules import Payer
from bot.model import AssetKind

IMAGE, VIDEO = AssetKind.IMAGE, AssetKind.VIDEO


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
    *_, last = lacking_lines(outcome, contact="@shop")
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
    assert [said, next_step] == [each["key"] for each in lacking_lines(outcome, contact="@shop")]
