"""How the shop went on some of the operator's days: jobs, outputs, money, causes of failures.

Knows nothing of how it is told.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from bot.model import FINAL_STATES, AssetKind, JobState, Millis
from bot.money.ledger import EntryKind
from bot.money.plans import Plans, PriceKey
from bot.store.port import Reading, Row

_MADE: Final = frozenset({JobState.READY, JobState.DELIVERING, JobState.DONE})
"""States of jobs whose outputs exist."""
_IN: Final = (EntryKind.TOPUP, EntryKind.GRANT)
_BACK: Final = (EntryKind.REVERSAL, EntryKind.REFUND, EntryKind.CORRECTION)


@dataclasses.dataclass(slots=True)
class Work:
    """Jobs asked for, of one provider or one day."""

    jobs: int = 0
    done: int = 0
    failed: int = 0
    cancelled: int = 0
    images: int = 0
    videos: int = 0
    taken_vnd: int = 0
    cost_vnd: int | None = None
    """What it cost at the provider, as far as the plan file tells; None: it tells nothing."""
    causes: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    """Of those that failed, by `Reason`; one whose outcome is unclear counts as lost."""

    @property
    def under_way(self) -> int:
        return self.jobs - self.done - self.failed - self.cancelled


@dataclasses.dataclass(frozen=True, slots=True)
class Money:
    """What the entries of a stretch of time say, in đồng."""

    moved: Mapping[EntryKind, int]
    stars: int
    """Paid and not given back."""

    @property
    def income_vnd(self) -> int:
        """Paid in Stars and by hand, less what went back."""
        come = sum(self.moved.get(kind, 0) for kind in _IN)
        return come - sum(self.moved.get(kind, 0) for kind in _BACK)


@dataclasses.dataclass(frozen=True, slots=True)
class Stats:
    """Of a stretch of days."""

    by_provider: Mapping[str, Work]
    by_day: Mapping[str, tuple[Work, Money]]
    """By local date, the latest first."""
    money: Money


async def read_stats(
    reading: Reading, plans: Plans, days: int, *, now: Millis, timezone: dt.tzinfo
) -> Stats:
    """Of the last ``days`` of the operator's calendar, today among them."""
    today = dt.datetime.fromtimestamp(now / 1000, timezone).date()
    dates = [today - dt.timedelta(days=back) for back in range(days)]
    rows = await reading.all(
        "stats_jobs", first_day=dates[-1].isoformat(), last_day=dates[0].isoformat()
    )
    by_day = {
        date.isoformat(): (
            _work([row for row in rows if row["allowance_day"] == date.isoformat()], plans),
            await _money(reading, _midnight(date, timezone), _next_midnight(date, timezone)),
        )
        for date in dates
    }
    providers = sorted({row["provider"] for row in rows})
    return Stats(
        {
            name: _work([row for row in rows if row["provider"] == name], plans)
            for name in providers
        },
        by_day,
        await _money(reading, _midnight(dates[-1], timezone), _next_midnight(today, timezone)),
    )


def _work(rows: Sequence[Row], plans: Plans) -> Work:
    work = Work()
    for row in rows:
        state = JobState(row["state"])
        work.jobs += row["jobs"]
        work.taken_vnd += row["charged_vnd"]
        if state in _MADE:
            _count_made(work, row, plans.costs.get(row["provider"]))
        if state is JobState.CANCELLED:
            work.cancelled += row["jobs"]
        elif state in FINAL_STATES and state is not JobState.DONE:
            work.failed += row["jobs"]
            work.causes[row["reason"] or "lost"] += row["jobs"]
    return work


def _count_made(work: Work, row: Row, costs: Mapping[PriceKey, int] | None) -> None:
    work.done += row["jobs"]
    if row["output_kind"] == AssetKind.VIDEO:
        work.videos += row["outputs"]
    else:
        work.images += row["outputs"]
    if costs is not None:
        each_vnd = costs.get(row["price_key"] or row["output_kind"], 0)
        work.cost_vnd = (work.cost_vnd or 0) + each_vnd * row["outputs"]


async def _money(reading: Reading, since: Millis, until: Millis) -> Money:
    rows = await reading.all("stats_money", since=since, until=until)
    paid = await reading.one("stats_stars", since=since, until=until)
    assert paid is not None
    return Money({EntryKind(row["kind"]): row["amount_vnd"] for row in rows}, paid["stars"])


def _midnight(date: dt.date, timezone: dt.tzinfo) -> Millis:
    return int(dt.datetime.combine(date, dt.time(), timezone).timestamp() * 1000)


def _next_midnight(date: dt.date, timezone: dt.tzinfo) -> Millis:
    return _midnight(date + dt.timedelta(days=1), timezone)
