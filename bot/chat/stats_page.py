"""How the page of `/stats` reads: by provider, the money, day by day, and buttons for other stretches.

Knows nothing of the database: what is told of has been read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from bot.chat.talk import Label, Line, apart, counted, line
from bot.jobs.buttons import Act, Press
from bot.jobs.stats import Money, Stats, Work
from bot.money.ledger import EntryKind

STRETCHES: Final[Mapping[str, int]] = {"1": 1, "7": 7, "30": 30}
"""Days, by what stands in the button."""
_TOLD: Final = (
    EntryKind.TOPUP,
    EntryKind.GRANT,
    EntryKind.VOUCHER,
    EntryKind.CORRECTION,
    EntryKind.REVERSAL,
    EntryKind.BORNE,
    EntryKind.REFUND,
    EntryKind.LAPSE,
)
"""Kinds of entries that have a line, where there were any."""


def lines_of(stats: Stats, titles: Mapping[str, str]) -> list[Line]:
    """``titles``: the providers by their names, as people know them."""
    by_day = list(stats.by_day)
    lines = [line("stats.title", first_day=by_day[-1], last_day=by_day[0])]
    if len(by_day) == 1:
        lines = [line("stats.title_today", of_day=by_day[0])]
    for name, work in stats.by_provider.items():
        lines += _of_provider(titles.get(name, name), work)
    lines += _of_money(stats.money, stats.by_provider.values())
    return lines if len(by_day) == 1 else [*lines, *_day_by_day(stats)]


def buttons_of(shown: str) -> list[list[Label]]:
    """A row with every stretch; ``shown``: the one on the page."""
    return [
        [
            Label(f"stats.button_{name}", Press(Act.STATS, how=name), is_chosen=name == shown)
            for name in STRETCHES
        ]
    ]


def _of_provider(title: str, work: Work) -> list[Line]:
    lines = [
        apart(counted("stats.provider", work.jobs, title=title)),
        line("stats.ended", done=work.done, failed=work.failed, cancelled=work.cancelled),
        line("stats.outputs", images=work.images, videos=work.videos),
    ]
    if work.under_way:
        lines.append(line("stats.under_way", count=work.under_way))
    lines += [
        line(f"stats.cause_{cause}", count=count) for cause, count in work.causes.most_common()
    ]
    if work.cost_vnd is not None:
        lines.append(line("stats.cost", cost_vnd=work.cost_vnd))
    return lines


def _of_money(money: Money, works: Collection[Work]) -> list[Line]:
    taken_vnd = money.moved.get(EntryKind.CAPTURE, 0)
    lines = [
        apart(line("stats.income", income_vnd=money.income_vnd)),
        *(
            line(f"stats.moved_{kind}", amount_vnd=money.moved[kind], stars=money.stars)
            for kind in _TOLD
            if kind in money.moved
        ),
        line("stats.taken", taken_vnd=taken_vnd),
    ]
    costs = [work.cost_vnd for work in works if work.cost_vnd is not None]
    if costs:
        cost_vnd = sum(costs)
        lines.append(line("stats.margin", cost_vnd=cost_vnd, margin_vnd=taken_vnd - cost_vnd))
    return lines


def _day_by_day(stats: Stats) -> list[Line]:
    """Days on which nothing was asked and nothing moved are left out."""
    told = [
        line(
            "stats.day",
            of_day=day,
            jobs=work.jobs,
            images=work.images,
            videos=work.videos,
            income_vnd=money.income_vnd,
            taken_vnd=money.moved.get(EntryKind.CAPTURE, 0),
        )
        for day, (work, money) in stats.by_day.items()
        if work.jobs or money.moved or money.income_vnd
    ]
    return [apart(line("stats.by_day")), *told] if told else []
