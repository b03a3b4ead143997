"""docs/plans.md says what the plan file can say, with examples that are read and prices that are so."""

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from bot.money.plan_file import load_plans
from bot.money.plans import Limits, Plan, Plans, PriceKey, Stars
from bot.money.price_list import WANTED, costs_of
from bot.money.stars import packs_for, plan_offer

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "plans.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PACKAGES, TURBO, *_ = EXAMPLES
SHIPPED = (TOP / "bot" / "money" / "plans.toml").read_text(encoding="utf-8")
COMMENTED = re.compile(r"^# (?=\[|\w+ = )", re.MULTILINE)


def plans_in(tmp_path: Path, text: str) -> Plans:
    path = tmp_path / "plans.toml"
    path.write_text(text, encoding="utf-8")
    return load_plans(path)


def table(head: str) -> list[list[str]]:
    """The cells below the row that begins with ``head``."""
    rows = PAGE.split(f"\n| {head} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]


def keys_below(heading: str) -> set[str]:
    """The keys of the table that follows ``heading``."""
    rows = PAGE.split(f"\n{heading}", 1)[1].split("\n|---", 1)[1].split("\n\n", 1)[0]
    return set(re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE))


def fields_of(record: type) -> set[str]:
    return {field.name for field in dataclasses.fields(record)}


def dong(vnd: int | None) -> str:
    return "on request" if vnd is None else f"{vnd:,} ₫"


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_plan_file(tmp_path: Path, example: str) -> None:
    assert "free" in plans_in(tmp_path, example).plans


def test_the_packages_are_as_they_are_shipped(tmp_path: Path) -> None:
    shipped, told = load_plans(None), plans_in(tmp_path, PACKAGES)
    assert shipped == dataclasses.replace(told, stars=shipped.stars)


def test_every_line_the_shipped_file_leaves_out_can_be_taken_in(tmp_path: Path) -> None:
    text = COMMENTED.sub("", SHIPPED)
    assert {"prices", "stars", "shop", "limits", "costs", "plans"} == set(tomllib.loads(text))
    plans = plans_in(tmp_path, text)
    assert "video" in plans.prices
    assert "flow" in plans.costs
    assert None not in dataclasses.astuple(plans.limits)


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("`[prices]`", set(get_args(PriceKey))),
        ("`[stars]`", fields_of(Stars)),
        ("`[shop]`", {"contact"}),
        ("`[limits]`", fields_of(Limits)),
        ("`[plans.NAME]`", fields_of(Plan) - {"name"}),
    ],
)
def test_every_key_of_the_file_is_explained(heading: str, keys: set[str]) -> None:
    assert keys == keys_below(heading)


def test_what_each_plan_pays_is_what_the_code_takes(tmp_path: Path) -> None:
    told = {row[0]: row[1:] for row in table("plan | 1K")}
    taken: dict[str, list[str]] = {}
    for plans in (load_plans(None), plans_in(tmp_path, TURBO)):
        for plan in plans.plans.values():
            costs = costs_of(plans, plan)
            order = ("picture", "hd", "turbo_tile", "grid", "turbo_grid", "upscale")
            names = (*order, "enlarge", "video")
            assert set(WANTED) == set(names)
            taken.setdefault(plan.name, [dong(costs[name]) for name in names])
    assert taken == told


def test_what_is_sold_for_stars_is_told_with_what_is_credited() -> None:
    plans = load_plans(None)
    packs = packs_for(plans, plans.plans["free"])
    rows = [
        ["pack", dong(each.amount_vnd), f"{each.stars:,}", dong(each.amount_vnd)] for each in packs
    ]
    for plan in plans.plans.values():
        offer = plan_offer(plans, plan)
        if offer is not None:
            stars, credited = f"{offer.stars:,}", dong(offer.amount_vnd)
            rows.append([plan.name, dong(plan.price), stars, credited])
    assert rows == table("what | đồng")


def test_each_way_the_page_leads_is_there() -> None:
    assert "](docs/plans.md)" in (TOP / "README.md").read_text(encoding="utf-8")
    assert "](plans.md)" in (TOP / "docs" / "settings.md").read_text(encoding="utf-8")
    assert (TOP / "docs" / "../bot/money/plans.toml").exists()
