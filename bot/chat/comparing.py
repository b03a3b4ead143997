"""`/plans`: every plan of the shop beside the others, a page at a time, with one's own marked.

In a group it is short, and what somebody has is told of nobody there: only the group's own plan is
marked, where the group pays. Knows nothing of how a plan is bought.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.chat.links import deep_link
from bot.chat.plan_lines import (
    common_price_lines,
    day_lines,
    free_lines,
    made_here,
    name_line,
    own_price_lines,
    way_in_lines,
)
from bot.chat.reading import Reader
from bot.chat.subscribing import renewals
from bot.chat.talk import Label, Line, Link, Talk, apart, line
from bot.i18n import I18n
from bot.jobs.accept import Desk
from bot.jobs.buttons import Act, Press
from bot.jobs.rules import Payer
from bot.model import UserId
from bot.money import stars
from bot.money.plans import FREE, Plan

ON_A_PAGE: Final = 5
"""Plans: about what a phone shows without scrolling far."""


class Comparing:
    """Made once."""

    def __init__(self, desk: Desk, reader: Reader, i18n: I18n) -> None:
        self._desk = desk
        self._i18n = i18n
        self._made = made_here(reader.market)
        self._private_url = deep_link(reader.username, "plans")

    async def open(self, talk: Talk) -> None:
        """`/plans`: the first page, as a message of its own."""
        lines, buttons = await self._page(talk, 0)
        await talk.say(*lines, buttons=buttons)

    async def press(self, talk: Talk, press: Press) -> str:
        """The way in under another answer, or an arrow; nothing floats by."""
        if not press.how:
            await self.open(talk)
            return ""
        page = int(press.how) if press.how in map(str, range(len(self._pages()))) else 0
        lines, buttons = await self._page(talk, page)
        await talk.turn(*lines, buttons=buttons)
        return ""

    def _pages(self) -> list[Sequence[Plan]]:
        """As even as can be: none has one plan alone beside a full one."""
        plans = list(self._desk.plans.plans.values())
        count = -(-len(plans) // ON_A_PAGE)
        each = -(-len(plans) // count)
        return [plans[start : start + each] for start in range(0, len(plans), each)]

    async def _page(self, talk: Talk, page: int) -> tuple[list[Line], list[list[Label | Link]]]:
        pages, plans = self._pages(), self._desk.plans
        lines = [line("plans.title"), *common_price_lines(plans, self._made)]
        marked, whose = await self._marked(talk)
        for plan in pages[page]:
            lines.append(name_line(plan, whose if plan.name == marked else ""))
            lines += self._way_in_lines(talk, plan)
            lines += self._day_lines(talk, plan)
            lines += own_price_lines(plans, plan, self._made)
        if plans.stars is None:
            lines.append(apart(line("plans.ask_shop", contact=plans.contact)))
        renewed, stops = await renewals(talk, plans)
        return [*lines, *renewed], [*_arrows(page, len(pages)), *self._ways_on(talk), *stops]

    def _way_in_lines(self, talk: Talk, plan: Plan) -> list[Line]:
        """For a group's wallet `/buy` sells no plan with a price: the shop gives it one."""
        plans, lines = self._desk.plans, way_in_lines(self._desk.plans, plan)
        is_for_group = not talk.is_private and talk.rules.payer is Payer.GROUP
        if is_for_group and plan.price is not None and stars.is_sold(plans, plan):
            lines.append(line("plans.not_for_stars", contact=plans.contact))
        return lines

    def _day_lines(self, talk: Talk, plan: Plan) -> list[Line]:
        """In a group only of the free plan, which has nothing else to tell."""
        tongue, free = self._i18n.tongue(talk.language), self._desk.plans.plans[FREE]
        if talk.is_private:
            return day_lines(plan, free, tongue, self._made)
        if plan.name != FREE:
            return []
        if talk.rules.payer is Payer.GROUP:
            return [line("plans.free_none_of_group")]
        return free_lines(plan, tongue, self._made) or [line("plans.none_free")]

    async def _marked(self, talk: Talk) -> tuple[str, str]:
        """Which plan is marked here, and as whose."""
        purses = self._desk.purses
        if talk.is_private:
            return (await purses.plan_of(talk.tx, talk.speaker.user_id)).name, "own"
        if talk.rules.payer is Payer.GROUP:
            return (await purses.plan_of(talk.tx, UserId(talk.place.chat_id))).name, "group"
        return "", ""

    def _ways_on(self, talk: Talk) -> list[list[Label | Link]]:
        """Buying, where that is for the wallet that pays here; in a group the way to the whole."""
        rows: list[list[Label | Link]] = []
        is_paid_here = talk.is_private or talk.rules.payer is Payer.GROUP
        if self._desk.plans.stars is not None and is_paid_here:
            rows.append([Label("plans.button_buy", Press(Act.BUY))])
        if not talk.is_private:
            rows.append([Link("plans.button_private", self._private_url)])
        return rows


def _arrows(page: int, count: int) -> list[list[Label | Link]]:
    arrows: list[Label | Link] = []
    if page > 0:
        arrows.append(Label("plans.button_back", Press(Act.PLANS, how=str(page - 1))))
    if page + 1 < count:
        arrows.append(Label("plans.button_on", Press(Act.PLANS, how=str(page + 1))))
    return [arrows] if arrows else []
