"""A plan's title in each language: how the plan file tells it, and how a mistake in it is named."""

from pathlib import Path

import pytest
from plan_files import GOLD, mistakes_of, plans_of

SILVER = "[plans.silver]\n"
NOTHING = "says nothing; without title people read the plan's name."
MISSING = "missing: one text for all, or one in every language."


@pytest.mark.parametrize(
    "title",
    [
        'title = { vi = "Vàng", en = "Gold" }',
        'title.en = "Gold"\ntitle.vi = " Vàng "',
        '[plans.gold.title]\nvi = "Vàng"\nen = "Gold"',
    ],
)
def test_a_title_may_be_told_in_each_language(tmp_path: Path, title: str) -> None:
    gold = plans_of(tmp_path, GOLD + title).plans["gold"]
    assert {"vi": "Vàng", "en": "Gold"} == gold.shown_name


def test_a_plan_may_read_as_another_does_in_the_other_language(tmp_path: Path) -> None:
    one = 'title = { vi = "Phim", en = "Motion" }\n'
    other = 'title = { vi = "Động", en = "Phim" }\n'
    silver = plans_of(tmp_path, GOLD + one + SILVER + other).plans["silver"]
    assert {"vi": "Động", "en": "Phim"} == silver.shown_name


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ('title = ""', [f'title: "" {NOTHING}']),
        ('title = " "', [f'title: " " {NOTHING}']),
        ("title = []", ["title: a list is no text in quotes."]),
        ("title = {}", [f"title.vi: {MISSING}", f"title.en: {MISSING}"]),
        ('title = { vi = "Vàng" }', [f"title.en: {MISSING}"]),
        ('title = { en = "Golden" }', [f"title.vi: {MISSING}"]),
        ('title = { vi = "", en = "Golden" }', [f'title.vi: "" {NOTHING}']),
        ('title = { vi = "Vàng", en = 5 }', ["title.en: 5 is no text in quotes."]),
        ('title = { vi = {}, en = "Golden" }', ["title.vi: a table is no text in quotes."]),
        (
            f'title = {{ vi = "{"à" * 33}", en = "Golden" }}',
            [f'title.vi: "{"à" * 33}" is longer than one line of 32 characters.'],
        ),
        (
            'title = { vi = "V\\u200bàng", en = "Golden" }',
            ['title.vi: "V\\u200bàng" has a letter that nobody sees.'],
        ),
        (
            'title = { vi = "Vàng", en = "Golden", vn = "Vàng" }',
            ["title.vn: no such key; did you mean vi."],
        ),
        (
            'title = { vie = "Vàng", en = "Golden" }',
            [f"title.vi: {MISSING}", "title.vie: no such key; did you mean vi."],
        ),
    ],
)
def test_a_mistake_in_a_title_is_named_with_its_language(
    tmp_path: Path, title: str, expected: list[str]
) -> None:
    assert [f"plans.gold.{each}" for each in expected] == mistakes_of(tmp_path, GOLD + title)


@pytest.mark.parametrize(
    ("gold", "silver", "expected"),
    [
        (
            'title = { vi = "Vàng", en = "Golden" }',
            'title = { vi = "VÀNG", en = "Grey" }',
            ['title.vi: "VÀNG" is what people read for gold as well.'],
        ),
        (
            'title = { vi = "Vàng", en = "Golden" }',
            'title = { vi = "Vàng", en = "golden" }',
            [
                'title.vi: "Vàng" is what people read for gold as well.',
                'title.en: "golden" is what people read for gold as well.',
            ],
        ),
        (
            'title = { vi = "Vàng", en = "Golden" }',
            'title = "Golden"',
            ['title: "Golden" is what people read for gold as well.'],
        ),
        (
            'title = "Vàng"',
            'title = { vi = "Bạc", en = "Vàng" }',
            ['title.en: "Vàng" is what people read for gold as well.'],
        ),
        (
            'title = "Vàng"',
            'title = "Gold"',
            ['title: "Gold" is the name of another plan.'],
        ),
        (
            'title = { vi = "Vàng", en = "Golden" }',
            'title = { vi = "Bạc", en = "GOLD" }',
            ['title.en: "GOLD" is the name of another plan.'],
        ),
        (
            "",
            'title = { vi = "Gold", en = "Grey" }',
            ['title.vi: "Gold" is what people read for gold as well.'],
        ),
        (
            "",
            'title = { vi = "Free", en = "Grey" }',
            ['title.vi: "Free" is what people read for free as well.'],
        ),
        (
            "",
            'title = { vi = "Bạc", en = "miễn phí" }',
            ['title.en: "miễn phí" is what people read for free as well.'],
        ),
    ],
)
def test_two_plans_that_read_the_same_in_a_language_are_named(
    tmp_path: Path, gold: str, silver: str, expected: list[str]
) -> None:
    text = f"{GOLD}{gold}\n{SILVER}{silver}\n"
    assert [f"plans.silver.{each}" for each in expected] == mistakes_of(tmp_path, text)


def test_two_plans_that_change_their_names_are_both_named(tmp_path: Path) -> None:
    swapped = f'{GOLD}title = "Silver"\n{SILVER}title = "Gold"\n'
    assert [
        'plans.gold.title: "Silver" is the name of another plan.',
        'plans.silver.title: "Gold" is the name of another plan.',
    ] == mistakes_of(tmp_path, swapped)
