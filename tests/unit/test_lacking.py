"""What is said when a request is not covered: true for whoever reads it."""

import pytest

from bot.chat.lacking import lacking
from bot.jobs.accept import NotEnough, NotPriced


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (NotEnough(4, 3, 100, 50, 40), ["quota.not_enough", "quota.what_next"]),
        (NotEnough(4, 0, 100, 50, 40), ["quota.none_free", "quota.what_next"]),
        (NotEnough(4, 0, 100, 50, 0), ["quota.none_free", "quota.top_up"]),
        (NotPriced(4, 3, "@shop"), ["quota.not_priced"]),
        (NotPriced(1, 0, "@shop"), ["quota.none_free_not_priced"]),
    ],
)
def test_nobody_is_promised_an_allowance_they_do_not_get(
    outcome: NotEnough | NotPriced, said: list[str]
) -> None:
    assert said == [line["key"] for line in lacking(outcome, "@shop")]


def test_only_what_goes_beyond_the_allowance_is_paid_for() -> None:
    [told, _] = lacking(NotEnough(4, 1, 100, 50, 40), "@shop")
    assert {"outputs": 4, "free": 1, "price_vnd": 300, "balance_vnd": 50} == told["values"]
