"""`/stats`: how the shop went today, this week, this month; for operators, in their private chat.

Knows nothing of who may: whoever calls has checked that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from bot.chat.talk import Label, Line, Talk, apart, counted, line
from bot.jobs.accept import Desk
from bot.jobs.buttons import Act, Press
from bot.jobs.stats import Money, Stats, Work, read_stats
from bot.money.ledger import EntryKind

STRETCHES: Final[Mapping[str, int]] = {"1": 1, "7": 7, "30": 30}
"""Days, by what stands in the button."""
_TOLD: Final = (
    EntryKind.TOPUP,
    EntryKind.GRANT,
    EntryKind.VOUCHER,
    EntryKind.CORRECTION,
    EntryKind.REVERSAL,
    EntryKind.REFUND,
    EntryKind.LAPSE,
)
"""Kinds of entries that have a line, where there were any."""


class ShopStats:
    """Made once. ``titles``: the providers by their names, as people know them."""

    def __init__(self, desk: Desk, titles: Mapping[str, str]) -> None:
        self._desk = desk
        self._titles = titles

    async def open(self, talk: Talk) -> None:
        """Today's."""
        if not talk.is_private:  # what the shop takes is its own business
            await talk.say(line("admin.in_private"))
            return
        await talk.say(*await self._lines(talk, "1"), buttons=[_stretches("1")])

    async def press(self, talk: Talk, press: Press) -> str:
        """Another stretch, in place of the one shown."""
        if press.how not in STRETCHES or not talk.is_private:
            return "press.nothing"
        await talk.turn(*await self._lines(talk, press.how), buttons=[_stretches(press.how)])
        return ""

    async def _lines(self, talk: Talk, stretch: str) -> list[Line]:
        days = STRETCHES[stretch]
        desk = self._desk
        stats = await read_stats(talk.tx, desk.plans, days, now=talk.now, timezone=desk.timezone)
        by_day = list(stats.by_day)
        lines = [line("stats.title", first_day=by_day[-1], last_day=by_day[0])]
        if days == 1:
            lines = [line("stats.title_today", of_day=by_day[0])]
        for name, work in stats.by_provider.items():
            lines += self._of_provider(name, work)
        lines += _of_money(stats.money, stats.by_provider.values())
        return lines if days == 1 else [*lines, *_day_by_day(stats)]

    def _of_provider(self, name: str, work: Work) -> list[Line]:
        title = self._titles.get(name, name)
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
        if work.jobs or money.moved
    ]
    return [apart(line("stats.by_day")), *told] if told else []


def _stretches(shown: str) -> list[Label]:
    return [
        Label(f"stats.button_{name}", Press(Act.STATS, how=name), is_chosen=name == shown)
        for name in STRETCHES
    ]
