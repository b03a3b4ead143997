"""What a person may do and what an output costs, by the operator's plan file.

Knows no person and no balance, and not how the file is read (`money/plan_file.py`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, Literal

from bot.i18n import Named, in_each, in_language
from bot.model import AssetKind, Operation, Request

PriceKey = Literal["image", "image_hd", "image_turbo", "video"]

FREE: Final = "free"
"""The plan everybody has without another."""
AMOUNT_MAX_VND: Final = 1_000_000_000
"""The most đồng that one price is, or that come in at once: more is a slip of the finger."""
INVOICE_MAX_STARS: Final = 25_000
"""Telegram takes no larger invoice (docs/telegram.md)."""


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
    title: Named = ""
    """What people read in place of ``name``; "" for none. The free plan is named by the catalogues."""

    @property
    def refund_percent(self) -> int:
        """``refund`` in whole per cent: the plan file takes no finer one."""
        return int(self.refund * 100)

    @property
    def shown_name(self) -> Named:
        """As people read it: its title, or its name without marks, as `My plan` of `my_plan`."""
        return in_each(self.shown_in)

    def shown_in(self, language: str) -> str:
        """``shown_name`` in one language."""
        words = self.name.replace("_", " ").replace("-", " ").strip().capitalize()
        return in_language(self.title, language) or words

    @property
    def typed_name(self) -> Named:
        """Its name, as it is typed, after the title that people read where that is another."""
        return in_each(self._typed_in)

    def _typed_in(self, language: str) -> str:
        title = in_language(self.title, language)
        return f"{title} ({self.name})" if title and title.casefold() != self.name else self.name


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

    def shown_name(self, name: str) -> Named:
        """As people read it; of a plan taken out of the file, as it was called there."""
        plan = self.plans.get(name)
        return name if plan is None else plan.shown_name

    def typed_name(self, name: str) -> Named:
        """As whoever runs the shop reads it: see ``Plan.typed_name``."""
        plan = self.plans.get(name)
        return name if plan is None else plan.typed_name


def gives_less_free(plan: Plan, than: Plan) -> bool:
    """Whether who has ``than`` loses free outputs of a day by coming to ``plan``."""
    given = (plan.free_images_per_day, plan.free_videos_per_day)
    before = (than.free_images_per_day, than.free_videos_per_day)
    return any(
        new is not None and (old is None or new < old)
        for new, old in zip(given, before, strict=True)
    )


def gives_free(plan: Plan) -> bool:
    """Whether it gives anything for nothing each day."""
    return plan.free_images_per_day != 0 or plan.free_videos_per_day != 0


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
