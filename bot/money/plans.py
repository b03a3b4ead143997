"""The plan file: what a person may do and what an output costs. Knows no person and no balance."""

from __future__ import annotations

import dataclasses
import difflib
import importlib.resources
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args

from bot.errors import SettingsError
from bot.model import AssetKind, Operation, Request

PriceKey = Literal["image", "image_hd", "image_turbo", "video"]

INVOICE_MAX_STARS = 25_000
"""Telegram takes no larger invoice (docs/telegram.md)."""

_PLAN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
"""Typed in `/plan USER NAME` and carried in the 64 bytes behind a button."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stars:
    """Paying inside Telegram: đồng credited for one Star, and the packs offered, in Stars."""

    vnd_per_star: int
    packs: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """The rules one person has. Counts are outputs; None is unlimited."""

    name: str
    free_images_per_day: int | None = 0
    free_videos_per_day: int | None = 0
    threads: int | None = 1
    """Jobs of one person running at the same time."""
    min_topup: int | None = None
    """The least đồng paid in at once; None: the plan is not entered by paying in."""
    price: int | None = None
    """What buying it costs and puts on the balance, in đồng; None: it is not bought."""
    days: int | None = None
    """After these the bought balance lapses; None: it is there until used up."""
    max_images_per_day: int | None = None
    refund: Decimal = Decimal(0)
    """The share of the balance left that is paid back when ended early, 0 to 1."""
    prices: Mapping[PriceKey, int] = dataclasses.field(default_factory=dict)
    """Its own, in đồng; they go before the common ones."""
    priority: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """The operator's own protection: outputs of a day at most; None is no limit."""

    images_per_day: int | None = None
    """Of the whole bot."""
    videos_per_day: int | None = None
    group_images_per_day: int | None = None
    """Asked for in any one group, whoever pays."""
    group_videos_per_day: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Plans:
    """The whole plan file; ``plans`` always has one called `free`."""

    prices: Mapping[PriceKey, int]
    stars: Stars | None
    """None: paying with Stars is off."""
    contact: str
    """Whom to ask for what has no price; may be empty."""
    plans: Mapping[str, Plan]
    limits: Limits = Limits()  # frozen
    costs: Mapping[str, Mapping[PriceKey, int]] = dataclasses.field(default_factory=dict)
    """By provider, what an output costs the operator, in đồng; for `/stats` alone."""


def load_plans(path: Path | None) -> Plans:
    """The plan file, or the one shipped with the package for None.

    Raises SettingsError naming every mistake with its place: file, table and key, what is
    wrong and what is expected.
    """
    source = importlib.resources.files("bot.money") / "plans.toml" if path is None else path
    try:
        data = tomllib.loads(source.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError([f"{source}: cannot be read as a plan file: {error}."]) from error
    mistakes: list[str] = []
    plans = _read_plans(_Table("", data, mistakes))
    if mistakes:
        raise SettingsError([f"{source}: {mistake}" for mistake in mistakes])
    return plans


def price_of(plans: Plans, plan: Plan, key: PriceKey) -> int | None:
    """Đồng for one output; None: not for sale, only from a free allowance."""
    return plan.prices.get(key, plans.prices.get(key))


def price_key(request: Request) -> PriceKey | None:
    """Which price an output of this request has; None: it is made here and costs nothing."""
    if request.operation is Operation.ENLARGE:
        return None
    if request.operation.output_kind is AssetKind.VIDEO:
        return "video"
    if request.operation is Operation.UPSCALE or request.hd is not None:
        return "image_hd"
    return "image_turbo" if request.mode == "turbo" else "image"


class _Table:
    """A table of the file. Takes its keys out one by one and notes what is wrong with each;
    what cannot be used reads as absent.
    """

    def __init__(self, place: str, values: dict[str, Any], mistakes: list[str]) -> None:
        self.place = place
        self.mistakes = mistakes
        self._values = dict(values)
        self._asked: list[str] = []

    def note(self, key: str, sentence: str) -> None:
        self.mistakes.append(f"{self.place}{key}: {sentence}.")

    def take(self, key: str) -> Any:
        self._asked.append(key)
        return self._values.pop(key, None)

    def table(self, key: str) -> _Table | None:
        value = self.take(key)
        if value is None or isinstance(value, dict):
            return None if value is None else _Table(f"{self.place}{key}.", value, self.mistakes)
        self.note(key, f"{_shown(value)} is no table")
        return None

    def whole(self, key: str, *, least: int = 0) -> int | None:
        """A whole number from ``least`` on; None when absent or wrong."""
        value = self.take(key)
        if value is None:
            return None
        if _is_whole(value, least):
            return int(value)
        self.note(key, f"{_shown(value)} is no whole number, {least} or more")
        return None

    def count(self, key: str, absent: int | None, *, least: int = 0) -> int | None:
        """A whole number from ``least`` on, or `unlimited`, which reads as None."""
        value = self.take(key)
        if value is None:
            return absent
        if value == "unlimited":
            return None
        if _is_whole(value, least):
            return int(value)
        self.note(key, f'{_shown(value)} is no whole number, {least} or more, nor "unlimited"')
        return absent

    def share(self, key: str) -> Decimal:
        value = self.take(key)
        if value is None:
            return Decimal(0)
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if is_number and Decimal(value).is_finite() and 0 <= value <= 1:
            return Decimal(value)
        self.note(key, f"{_shown(value)} is no share from 0 to 1, such as 0.70")
        return Decimal(0)

    def switch(self, key: str) -> bool:
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self.note(key, f"{_shown(value)} is neither true nor false")
        return False

    def text(self, key: str) -> str:
        value = self.take(key)
        if value is None or isinstance(value, str):
            return value or ""
        self.note(key, f"{_shown(value)} is no text in quotes")
        return ""

    def prices(self, key: str) -> dict[PriceKey, int]:
        table = self.table(key)
        if table is None:
            return {}
        keys: tuple[PriceKey, ...] = get_args(PriceKey)
        read = {name: table.whole(name) for name in keys}
        table.finish()
        return {name: price for name, price in read.items() if price is not None}

    def rest(self) -> dict[str, Any]:
        """What was not asked for, by name."""
        return dict(self._values)

    def finish(self) -> None:
        """Note every key nobody asked for."""
        for key in self._values:
            near = difflib.get_close_matches(key, self._asked, n=1, cutoff=0)
            self.note(key, f"no such key; did you mean {near[0]}")


def _read_plans(top: _Table) -> Plans:
    prices = top.prices("prices")
    stars = _read_stars(top.table("stars"))
    shop = top.table("shop")
    contact = ""
    if shop is not None:
        contact = shop.text("contact")
        shop.finish()
    plans = _read_plan_tables(top)
    limits = _read_limits(top.table("limits"))
    costs = _read_costs(top.table("costs"))
    top.finish()
    return Plans(prices, stars, contact, plans, limits, costs)


def _read_limits(table: _Table | None) -> Limits:
    if table is None:
        return Limits()
    names = [field.name for field in dataclasses.fields(Limits)]
    limits = Limits(**{name: table.count(name, None) for name in names})
    table.finish()
    return limits


def _read_costs(table: _Table | None) -> dict[str, dict[PriceKey, int]]:
    return {} if table is None else {name: table.prices(name) for name in table.rest()}


def _read_stars(table: _Table | None) -> Stars | None:
    if table is None:
        return None
    if "vnd_per_star" not in table.rest():
        table.note("vnd_per_star", "missing: the đồng credited for one Star")
    vnd_per_star = table.whole("vnd_per_star", least=1)
    packs = table.take("packs")
    if not isinstance(packs, list) or not packs:
        table.note("packs", "a list of Stars such as [200, 500] is expected")
        packs = []
    for pack in packs:
        if not _is_whole(pack, 1) or pack > INVOICE_MAX_STARS:
            table.note("packs", f"{_shown(pack)} is no number of Stars, 1 to {INVOICE_MAX_STARS}")
    table.finish()
    return Stars(vnd_per_star or 0, tuple(packs))


def _read_plan_tables(top: _Table) -> dict[str, Plan]:
    tables = top.table("plans")
    if tables is None:
        top.note("plans", "missing: a table [plans.free] is needed at least")
        return {}
    plans: dict[str, Plan] = {}
    for name in tables.rest():
        if not _PLAN_NAME.fullmatch(name):
            tables.note(name, "a plan's name has a-z, 0-9, _ and -, and begins with a letter")
        table = tables.table(name)
        if table is not None:
            plans[name] = _read_plan(name, table)
    if "free" not in plans:
        tables.note("free", "missing: it is what everybody has without another plan")
    return plans


def _read_plan(name: str, table: _Table) -> Plan:
    plan = Plan(
        name=name,
        free_images_per_day=table.count("free_images_per_day", 0),
        free_videos_per_day=table.count("free_videos_per_day", 0),
        threads=table.count("threads", 1),
        min_topup=table.whole("min_topup"),
        price=table.whole("price"),
        days=table.count("days", None, least=1),
        max_images_per_day=table.count("max_images_per_day", None),
        refund=table.share("refund"),
        prices=table.prices("prices"),
        priority=table.switch("priority"),
    )
    table.finish()
    return plan


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _shown(value: object) -> str:
    """As it would stand in the file, near enough to be found there."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case dict():
            return "a table"
        case _:
            return str(value)
