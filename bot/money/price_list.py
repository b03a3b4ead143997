"""What each plan pays for what people ask for, in whole requests. Pure.

Knows nothing of who could make it, nor of what a day gives for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.model import Operation, Request
from bot.money.plans import Plan, Plans, price_key, price_of

GRID: Final = 4
"""Tiles of a Midjourney grid."""
WANTED: Final[Mapping[str, Request]] = {
    "picture": Request(Operation.IMAGE),
    "hd": Request(Operation.IMAGE, hd="4k"),
    "turbo_tile": Request(Operation.IMAGE, mode="turbo"),
    "grid": Request(Operation.IMAGE, count=GRID),
    "turbo_grid": Request(Operation.IMAGE, count=GRID, mode="turbo"),
    "upscale": Request(Operation.UPSCALE),
    "enlarge": Request(Operation.ENLARGE, hd="4k"),
    "video": Request(Operation.VIDEO),
}
"""What a price list names, as it would be asked for."""

Costs = Mapping[str, int | None]
"""Of each of ``WANTED``, in đồng; 0 for what is made here, None for what has no price."""


def costs_of(plans: Plans, plan: Plan) -> Costs:
    return {name: _cost(plans, plan, request) for name, request in WANTED.items()}


def _cost(plans: Plans, plan: Plan, request: Request) -> int | None:
    key = price_key(request)
    if key is None:
        return 0
    price_vnd = price_of(plans, plan, key)
    return None if price_vnd is None else price_vnd * request.count
