"""How the shop went on some of the operator's days: jobs, outputs, money, causes of failures.

Knows nothing of how it is told.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.jobs.causes import cause_of
from bot.model import FINAL_STATES, AssetKind, JobState, Millis, Reason
from bot.money.ledger import EntryKind
from bot.money.plans import Plans, PriceKey
from bot.store.port import Reading, Row

_MADE: Final = frozenset({JobState.READY, JobState.DELIVERING, JobState.DONE})
"""States of jobs whose outputs exist."""
_BY_HAND: Final[Mapping[EntryKind, int]] = {
    EntryKind.GRANT: 1,
    EntryKind.REFUND: -1,
    EntryKind.CORRECTION: -1,
}
"""What entries by hand do to the income."""


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
    """Of those that failed, by what the provider said, else by `Reason`; one whose outcome is unclear counts as lost."""

    @property
    def under_way(self) -> int:
        return self.jobs - self.done - self.failed - self.cancelled


@dataclasses.dataclass(frozen=True, slots=True)
class Money:
    """What came and went in a stretch of time, in đồng.

    Stars are counted by the payments themselves: what is still left on the balance when they go
    back, and so in the entries, is another matter.
    """

    moved: Mapping[EntryKind, int]
    """By entries; but `topup` are the payments of that time that stand, `reversal` those of before
    that went back in it, `borne` what the shop bore of those that did.
    """
    stars: int
    """Of the payments that stand."""
    income_vnd: int
    """Paid in Stars and by hand, less what went back, each on its day."""


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
    stretch = {"first_day": dates[-1].isoformat(), "last_day": dates[0].isoformat()}
    said = await reading.all("stats_said", **stretch)  # first: what failed goes on having failed
    rows = await reading.all("stats_jobs", **stretch)

    def work_of(column: str, value: str) -> Work:
        work = _work([row for row in rows if row[column] == value], plans)
        _count_meanings(work, [row for row in said if row[column] == value])
        return work

    first = _midnight(dates[-1], timezone)
    by_day = {
        date.isoformat(): (
            work_of("allowance_day", date.isoformat()),
            await _money(reading, _midnight(date, timezone), _next_midnight(date, timezone), first),
        )
        for date in dates
    }
    providers = sorted({row["provider"] for row in rows})
    return Stats(
        {name: work_of("provider", name) for name in providers},
        by_day,
        _sum(money for _, money in by_day.values()),
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
            work.causes[Reason(row["reason"] or Reason.LOST).value] += row["jobs"]
    return work


def _count_meanings(work: Work, said: Iterable[Row]) -> None:
    """Jobs counted by their reason are counted by what the provider's words mean instead."""
    for row in said:
        reason = Reason(row["reason"])
        work.causes[reason.value] -= row["jobs"]
        work.causes[cause_of(reason, row["detail"])] += row["jobs"]
    work.causes = +work.causes


def _count_made(work: Work, row: Row, costs: Mapping[PriceKey, int] | None) -> None:
    work.done += row["jobs"]
    if row["output_kind"] == AssetKind.VIDEO:
        work.videos += row["outputs"]
    else:
        work.images += row["outputs"]
    if costs is not None:
        each_vnd = costs.get(row["price_key"] or row["output_kind"], 0)
        work.cost_vnd = (work.cost_vnd or 0) + each_vnd * row["outputs"]


async def _money(reading: Reading, since: Millis, until: Millis, first: Millis) -> Money:
    """Of a day; ``first``: when the stretch it is part of began."""
    entries = await reading.all("stats_money", since=since, until=until)
    paid = await reading.one("stats_paid", since=since, until=until)
    back = await reading.one("stats_given_back", since=since, until=until, first=first)
    assert paid is not None
    assert back is not None
    moved = {EntryKind(row["kind"]): int(row["amount_vnd"]) for row in entries}
    moved |= {EntryKind.TOPUP: paid["standing_vnd"], EntryKind.REVERSAL: back["earlier_vnd"]}
    moved[EntryKind.BORNE] = back["borne_vnd"]
    by_hand_vnd = sum(sign * moved.get(kind, 0) for kind, sign in _BY_HAND.items())
    return Money(
        {kind: amount_vnd for kind, amount_vnd in moved.items() if amount_vnd},
        paid["stars"],
        paid["paid_vnd"] - back["back_vnd"] + by_hand_vnd,
    )


def _sum(days: Iterable[Money]) -> Money:
    moved: collections.Counter[EntryKind] = collections.Counter()
    stars = income_vnd = 0
    for money in days:
        moved.update(money.moved)
        stars += money.stars
        income_vnd += money.income_vnd
    return Money(moved, stars, income_vnd)


def _midnight(date: dt.date, timezone: dt.tzinfo) -> Millis:
    return int(dt.datetime.combine(date, dt.time(), timezone).timestamp() * 1000)


def _next_midnight(date: dt.date, timezone: dt.tzinfo) -> Millis:
    return _midnight(date + dt.timedelta(days=1), timezone)
