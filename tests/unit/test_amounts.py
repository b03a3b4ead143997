"""An amount is read as people type it, or refused: nobody is given a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.amounts import BadAmount, read_amount, take_amount
from bot.money.plans import AMOUNT_MAX_VND

amounts = st.integers(1, AMOUNT_MAX_VND)


@pytest.mark.parametrize(
    ("text", "amount_vnd"),
    [
        ("50000", 50_000),
        ("50.000", 50_000),
        ("50,000", 50_000),
        ("50_000", 50_000),
        ("5.000.000", 5_000_000),
        ("50k", 50_000),
        ("50K", 50_000),
        ("5tr", 5_000_000),
        ("5 triệu", 5_000_000),
        ("5M", 5_000_000),
        ("50.000₫", 50_000),
        ("50.000 ₫", 50_000),
        ("₫50,000", 50_000),
        ("50000đ", 50_000),
        ("50kđ", 50_000),
        ("50000 VND", 50_000),
        ("5tr vnđ", 5_000_000),
        ("1", 1),
        ("007", 7),
        ("1000tr", AMOUNT_MAX_VND),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, amount_vnd: int) -> None:
    assert amount_vnd == read_amount(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-5", "negative"),
        ("−50k", "negative"),
        ("-0.5", "negative"),
        ("0", "zero"),
        ("000", "zero"),
        ("0k", "zero"),
        ("0.5", "fraction"),
        ("1,5", "fraction"),
        ("1.5k", "fraction"),
        ("1.500k", "fraction"),
        ("0.500", "fraction"),
        ("50000.00", "fraction"),
        ("1.000,000", "fraction"),
        ("1000000001", "huge"),
        ("1001tr", "huge"),
        ("9" * 4_000, "huge"),
        ("lots", "no_number"),
        ("", "no_number"),
        ("50x", "no_number"),
        ("5tr5", "no_number"),
        ("5e4", "no_number"),
        ("0x10", "no_number"),
        ("+5", "no_number"),
        ("50__000", "no_number"),
        ("50.", "no_number"),
        ("٥٠", "no_number"),
        ("５０", "no_number"),
        ("½", "no_number"),
        ("∞", "no_number"),
        ("nan", "no_number"),
    ],
)
def test_what_is_no_amount_is_refused_and_says_why(text: str, why: str) -> None:
    with pytest.raises(BadAmount) as refused:
        read_amount(text)
    assert f"amount.{why}" == refused.value.key


@given(amounts, st.sampled_from([".", ",", "_", ""]), st.sampled_from(["", "₫", " ₫", "đ", " VND"]))
def test_grouped_in_threes_an_amount_is_the_same_amount(
    amount_vnd: int, gap: str, sign: str
) -> None:
    assert amount_vnd == read_amount(f"{amount_vnd:,}".replace(",", gap) + sign)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_an_amount_in_bounds_or_refused(text: str) -> None:
    try:
        amount_vnd, _ = take_amount(text)
    except BadAmount:
        return
    assert 1 <= amount_vnd <= AMOUNT_MAX_VND


@given(amounts, st.sampled_from([".", ","]), st.integers(0, 99))
def test_no_fraction_is_ever_read_as_a_whole(amount_vnd: int, point: str, cents: int) -> None:
    with pytest.raises(BadAmount):
        read_amount(f"{amount_vnd}{point}{cents:02}")


@pytest.mark.parametrize(
    ("text", "amount_vnd", "rest"),
    [
        ("50000 tháng chín", 50_000, "tháng chín"),
        ("50k", 50_000, ""),
        ("50 k  thưởng", 50_000, "thưởng"),
        ("5 tr", 5_000_000, ""),
        ("₫ 50,000 gift", 50_000, "gift"),
        ("50000 ₫ 500 ảnh", 50_000, "500 ảnh"),
        ("50000 500 ảnh", 50_000, "500 ảnh"),
        ("50000 kẹo", 50_000, "kẹo"),
    ],
)
def test_the_words_behind_an_amount_are_the_reason(text: str, amount_vnd: int, rest: str) -> None:
    assert (amount_vnd, rest) == take_amount(text)


@pytest.mark.parametrize("text", ["50 000", "50 000đ", "1 000 000 quà", "5 500k"])
def test_an_amount_with_a_gap_in_it_is_not_read_as_its_beginning(text: str) -> None:
    with pytest.raises(BadAmount) as refused:
        take_amount(text)
    assert "amount.spaced" == refused.value.key
