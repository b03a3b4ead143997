"""The plan file is read, and every mistake in it named with its place. Knows no person.

What the keys mean to whoever runs a shop is told in docs/plans.md.
"""

from __future__ import annotations

import dataclasses
import importlib.resources
import re
import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, get_args

from bot.errors import SettingsError, why_unreadable
from bot.money.plans import (
    AMOUNT_MAX_VND,
    FREE,
    INVOICE_MAX_STARS,
    Limits,
    Plan,
    Plans,
    PriceKey,
    Stars,
)
from bot.money.titles import judge_titles, read_title
from bot.money.toml_table import Table, is_whole, shown

PROVIDERS: Final = ("apiframe", "flow", "local")
"""Whose costs may be told."""
COUNT_MOST: Final = 1_000_000_000
"""Well below what an unlimited allowance counts as (`jobs.purses.UNLIMITED`)."""
THREADS_MOST: Final = 1_000
DAYS_MOST: Final = 36_500
PACKS_MOST: Final = 20
"""Each is a button under `/buy`, and Telegram refuses a message with more than a hundred."""
RATE_MOST: Final = 1_000_000
"""Đồng for one Star, so that the largest invoice stays a sum of money."""
CONTACT_CHARACTERS: Final = 100

_PLAN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)
"""Typed in `/plan USER NAME` and carried in the 64 bytes behind a button."""
_NOT_FOR_FREE: Final = {
    "title": "has a name in each language already",
    "price": "is never bought",
    "min_topup": "is not entered by paying in",
    "days": "never ends",
    "refund": "never ends",
    "priority": "would put everybody before everybody",
}
"""What the plan everybody has cannot carry, and why."""


def load_plans(path: Path | None) -> Plans:
    """The plan file, or the one shipped with the package for None.

    Raises SettingsError naming every mistake with its place: file, table and key, what is
    wrong and what is expected.
    """
    source = importlib.resources.files("bot.money") / "plans.toml" if path is None else path
    try:
        # With the mark that some editors put before the first letter.
        text = source.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text, parse_float=_read_fraction)
    except (OSError, UnicodeDecodeError) as error:
        why = why_unreadable(error)
        raise SettingsError([f"{source}: cannot be read as a plan file: {why}."]) from error
    except ValueError as error:
        raise SettingsError([f"{source}: cannot be read as a plan file: {error}."]) from error
    except RecursionError as error:
        nested = "brackets stand within brackets hundreds of times"
        raise SettingsError([f"{source}: cannot be read as a plan file: {nested}."]) from error
    mistakes: list[str] = []
    plans = _read_plans(Table("", data, mistakes))
    if mistakes:
        raise SettingsError([f"{source}: {mistake}" for mistake in mistakes])
    return plans


def _read_fraction(text: str) -> Decimal:
    """Exactly as written; what no number can hold is infinite, and refused where it stands."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


def _read_plans(top: Table) -> Plans:
    prices = _read_prices(top, "prices")
    stars = _read_stars(top.table("stars"))
    shop = top.table("shop")
    contact = ""
    if shop is not None:
        contact = shop.text("contact", most=CONTACT_CHARACTERS)
        shop.finish()
    plans = _read_plan_tables(top)
    limits = _read_limits(top.table("limits"))
    costs = _read_costs(top.table("costs"))
    top.finish()
    return Plans(prices, stars, contact, plans, limits, costs)


def _read_prices(table: Table, key: str) -> dict[PriceKey, int]:
    prices = table.table(key)
    if prices is None:
        return {}
    keys: tuple[PriceKey, ...] = get_args(PriceKey)
    read = {name: prices.whole(name, least=0, most=AMOUNT_MAX_VND) for name in keys}
    prices.finish()
    return {name: price for name, price in read.items() if price is not None}


def _read_limits(table: Table | None) -> Limits:
    if table is None:
        return Limits()
    names = [field.name for field in dataclasses.fields(Limits)]
    limits = Limits(**{name: table.count(name, None, least=0, most=COUNT_MOST) for name in names})
    table.finish()
    return limits


def _read_costs(table: Table | None) -> dict[str, dict[PriceKey, int]]:
    if table is None:
        return {}
    given = table.rest()
    costs = {name: _read_prices(table, name) for name in PROVIDERS}
    table.finish()
    return {name: costs[name] for name in given if name in costs}


def _read_stars(table: Table | None) -> Stars | None:
    if table is None:
        return None
    if "vnd_per_star" not in table.rest():
        table.note("vnd_per_star", "missing: the đồng credited for one Star")
    vnd_per_star = table.whole("vnd_per_star", least=1, most=RATE_MOST)
    packs = table.take("packs")
    if not isinstance(packs, list) or not packs:
        table.note("packs", "a list of Stars such as [200, 500] is expected")
        packs = []
    if len(packs) > PACKS_MOST:
        table.note("packs", f"{len(packs)} are too many: {PACKS_MOST} at most")
    seen: list[Any] = []
    for pack in packs[:PACKS_MOST]:
        if not is_whole(pack, 1, INVOICE_MAX_STARS):
            table.note("packs", f"{shown(pack)} is no number of Stars, 1 to {INVOICE_MAX_STARS}")
        elif seen.count(pack) == 1:
            table.note("packs", f"{pack} stands there twice")
        seen.append(pack)
    table.finish()
    return Stars(vnd_per_star or 0, tuple(packs))


def _read_plan_tables(top: Table) -> dict[str, Plan]:
    if "plans" not in top.rest():
        top.note("plans", "missing: a table [plans.free] is needed at least")
    tables = top.table("plans")
    if tables is None:
        return {}
    plans: dict[str, Plan] = {}
    for name in tables.rest():
        if not _PLAN_NAME.fullmatch(name):
            tables.note(name, "a plan's name has a-z, 0-9, _ and -, and begins with a letter")
        table = tables.table(name)
        if table is None:
            continue
        if name == FREE:
            _refuse_for_free(table)
        plans[name] = _read_plan(name, table)
    if FREE not in plans:
        tables.note(FREE, "missing: it is what everybody has without another plan")
    judge_titles(tables, plans)
    return plans


def _refuse_for_free(table: Table) -> None:
    given = table.rest()
    for key, why in _NOT_FOR_FREE.items():
        if key in given and table.take(key) is not False:
            table.note(key, f"not here: the plan that everybody has {why}")


def _read_plan(name: str, table: Table) -> Plan:
    given = table.rest()
    plan = Plan(
        name=name,
        free_images_per_day=table.count("free_images_per_day", 0, least=0, most=COUNT_MOST),
        free_videos_per_day=table.count("free_videos_per_day", 0, least=0, most=COUNT_MOST),
        # With 0 a request would wait for ever.
        threads=table.count("threads", 1, least=1, most=THREADS_MOST),
        min_topup=table.whole("min_topup", least=1, most=AMOUNT_MAX_VND),
        price=table.whole("price", least=1, most=AMOUNT_MAX_VND),
        days=table.count("days", None, least=1, most=DAYS_MOST),
        max_images_per_day=table.count("max_images_per_day", None, least=0, most=COUNT_MOST),
        refund=table.share("refund"),
        prices=_read_prices(table, "prices"),
        priority=table.switch("priority"),
        title=read_title(table),
    )
    table.finish()
    if name != FREE:
        _judge_ways_in(table, plan, given)
    _judge_day(table, plan)
    return plan


def _judge_ways_in(table: Table, plan: Plan, given: dict[str, Any]) -> None:
    """How one comes to it and how it ends. ``given``: a wrong value is no missing one."""
    if "price" in given and "min_topup" in given:
        table.note("min_topup", "not beside price: a plan is bought, or entered by paying in")
    if plan.days is not None and "price" not in given:
        table.note("days", "needs price beside it: what lapses after the days is what was bought")
    has_end = given.get("days", "unlimited") != "unlimited"
    if plan.refund and not ("price" in given and has_end):
        table.note(
            "refund", "needs price and days beside it: it is for a plan ended before its end"
        )


def _judge_day(table: Table, plan: Plan) -> None:
    given_free, most = plan.free_images_per_day, plan.max_images_per_day
    if given_free is not None and most is not None and most < given_free:
        table.note(
            "max_images_per_day", f"{most} is less than free_images_per_day, which is {given_free}"
        )
