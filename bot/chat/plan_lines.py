"""How plans and prices read: a few short lines for each, so that they can be compared on a phone. Pure.

Knows nothing of who asks.
"""

from __future__ import annotations

from bot.chat.talk import Line, apart, counted, line
from bot.i18n import Tongue
from bot.jobs.offers import Market
from bot.model import Operation
from bot.money import stars
from bot.money.plans import FREE, Plan, Plans, gives_less_free
from bot.money.price_list import GRID, Costs, costs_of

_KINDS = ("picture", "video")
COMMON = Plan("")
"""Somebody's who pays the common prices."""


def made_here(market: Market) -> frozenset[str]:
    """What of the price list somebody here makes."""
    specs = [market.spec(name, Operation.IMAGE) for name in market.doing(Operation.IMAGE)]
    pictures = [spec for spec in specs if spec is not None]
    made = {
        "picture": bool(pictures),
        "grid": any(spec.default_count == GRID for spec in pictures),
        "hd": any(spec.hd for spec in pictures) or bool(market.doing(Operation.UPSCALE)),
        "turbo_tile": any("turbo" in spec.modes for spec in pictures),
        "video": bool(market.doing(Operation.VIDEO)),
    }
    return frozenset(name for name, is_made in made.items() if is_made)


def common_price_lines(plans: Plans, made: frozenset[str]) -> list[Line]:
    """What an output costs by a plan without prices of its own. ``made``: see ``made_here``."""
    return _price_lines(costs_of(plans, COMMON), made, plans.contact)


def own_price_lines(plans: Plans, plan: Plan, made: frozenset[str]) -> list[Line]:
    """Only what is not as the common prices say."""
    common = common_price_lines(plans, made)
    own = _price_lines(costs_of(plans, plan), made, plans.contact)
    return [each for each in own if each not in common]


def _price_lines(costs: Costs, made: frozenset[str], contact: str) -> list[Line]:
    lines = []
    if "picture" in made:
        values = {"picture_vnd": costs["picture"], "grid_vnd": costs["grid"]}
        key = "plans.price_grid" if "grid" in made else "plans.price_picture"
        lines.append(_priced(key, "plans.ask_picture", contact, values))
    if "hd" in made:
        lines.append(_priced("plans.price_hd", "plans.ask_hd", contact, {"hd_vnd": costs["hd"]}))
    if "turbo_tile" in made:
        values = {"tile_vnd": costs["turbo_tile"], "grid_vnd": costs["turbo_grid"]}
        lines.append(_priced("plans.price_turbo", "plans.ask_turbo", contact, values))
    if "video" in made:
        values = {"video_vnd": costs["video"]}
        lines.append(_priced("plans.price_video", "plans.ask_video", contact, values))
    return lines


def _priced(key: str, ask_key: str, contact: str, values: dict[str, int | None]) -> Line:
    """What has no price is sold by the shop."""
    return line(ask_key, contact=contact) if None in values.values() else line(key, **values)


def name_line(plan: Plan, whose: str) -> Line:
    """``whose``: `own` where who asks has it, `group` where the group they ask in pays by it, ""."""
    mark = f"_{whose}" if whose else ""
    if plan.name == FREE:
        return apart(line(f"plans.free{mark}"))
    return apart(line(f"plans.name{mark}", plan=plan.shown_name))


def way_in_lines(plans: Plans, plan: Plan) -> list[Line]:
    """How one comes to it, what becomes of the money, and how it may end."""
    if plan.name == FREE:
        return []
    if plan.min_topup is not None:
        lines = [line("plans.enter_topup", topup_vnd=plan.min_topup)]
    elif plan.price is None:
        return [line("plans.enter_shop", contact=plans.contact)]
    elif plan.days is None:
        lines = [line("plans.enter_bought", price_vnd=plan.price)]
    else:
        lines = [counted("plans.enter_days", plan.days, price_vnd=plan.price)]
    if plan.refund:
        lines.append(line("plans.refund", percent=plan.refund_percent, contact=plans.contact))
    if plans.stars is not None and not stars.is_sold(plans, plan):
        lines.append(line("plans.not_for_stars", contact=plans.contact))
    return lines


def day_lines(plan: Plan, free: Plan, tongue: Tongue, made: frozenset[str]) -> list[Line]:
    """What a day gives and takes, and how many requests run at once.

    ``free``: the plan of everybody without another.
    """
    lines = free_lines(plan, tongue, made)
    if not lines and free_lines(free, tongue, made):
        lines.append(line("plans.none_free"))
    if plan.max_images_per_day is not None and "picture" in made:
        lines.append(counted("plans.cap", plan.max_images_per_day))
    at_once = plan.threads
    lines.append(
        line("plans.at_once_all") if at_once is None else counted("plans.at_once", at_once)
    )
    if plan.priority:
        lines.append(line("plans.priority"))
    return lines


def free_lines(plan: Plan, tongue: Tongue, made: frozenset[str]) -> list[Line]:
    """What it gives each day; nothing where it gives none."""
    what = _free_each_day(plan, tongue, made)
    return [line("plans.free_each_day", what=what)] if what else []


def less_free_lines(plan: Plan, than: Plan, tongue: Tongue) -> list[Line]:
    """That it gives less each day than ``than``, the plan somebody has; else nothing."""
    if not gives_less_free(plan, than):
        return []
    what = free_each_day(plan, tongue)
    return [line("buy.less_free", what=what) if what else line("buy.none_free")]


def free_each_day(plan: Plan, tongue: Tongue) -> str:
    """What it gives each day, whoever makes it; "" for nothing."""
    return _free_each_day(plan, tongue, frozenset(_KINDS))


def _free_each_day(plan: Plan, tongue: Tongue, made: frozenset[str]) -> str:
    counts = (plan.free_images_per_day, plan.free_videos_per_day)
    given = [
        _given(tongue, name, count)
        for name, count in zip(_KINDS, counts, strict=True)
        if name in made
    ]
    return " · ".join(filter(None, given))


def _given(tongue: Tongue, name: str, count: int | None) -> str:
    if count is None:
        return tongue.text(f"plans.unlimited_{name}")
    key = "count.images" if name == "picture" else "count.videos"
    return tongue.plural(key, count) if count else ""
