"""`/receipts`: every charge and refund of a wallet, a page at a time, turned in place.

One's own in the private chat alone; in a group those of its wallet, for its admins. Knows nothing
of what a line says. A page is found again by its first and last line, so that it turns rightly
however much has come since.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Final

from bot.chat.links import deep_link
from bot.chat.receipt_lines import receipt_lines
from bot.chat.talk import Label, Line, Link, Talk, line
from bot.jobs import receipts
from bot.jobs.accept import Desk
from bot.jobs.buttons import Act, Press
from bot.jobs.receipts import Edge, Receipt
from bot.model import JobId, UserId
from bot.money import ledger, terms

ON_A_PAGE: Final = 6
_TURN = re.compile(r"(?P<way>[on])\.(?P<at>[0-9]{1,15})\.(?P<entry>[0-9]{1,15})")


@dataclasses.dataclass(frozen=True, slots=True)
class _Page:
    """Newest first."""

    receipts: Sequence[Receipt]
    has_newer: bool
    has_older: bool


class Receipts:
    """Made once. ``username``: the bot's."""

    def __init__(self, desk: Desk, username: str) -> None:
        self._desk = desk
        self._username = username

    async def open(self, talk: Talk) -> None:
        """`/receipts`: the newest page, as a message of its own, or the way to one's own."""
        if not _may_see(talk):
            await talk.say(line("receipts.elsewhere"), buttons=[[self._own()]])
            return
        await _let_lapse(talk)
        lines, buttons = await self._told(talk, await _newest(talk))
        await talk.say(*lines, buttons=buttons)

    async def press(self, talk: Talk, press: Press) -> str:
        """An arrow, or the way in under another answer; the catalogue key of what floats by."""
        if not press.how:
            await self.open(talk)
            return ""
        turn = _TURN.fullmatch(press.how)
        if turn is None or not _may_see(talk):
            return "press.not_yours"
        await _let_lapse(talk)
        edge = Edge(int(turn["at"]), int(turn["entry"]), press.job_id or JobId(""))
        page = await (_older if turn["way"] == "o" else _newer)(talk, edge)
        if not page.receipts:
            page = await _newest(talk)
        lines, buttons = await self._told(talk, page)
        await talk.turn(*lines, buttons=buttons)
        return ""

    async def _told(self, talk: Talk, page: _Page) -> tuple[list[Line], list[list[Label | Link]]]:
        """A page's words and buttons; in a group with the way to one's own."""
        whose = "own" if talk.is_private else "group"
        own: list[list[Label | Link]] = [] if talk.is_private else [[self._own()]]
        if not page.receipts:
            return [line(f"receipts.none_{whose}")], own
        wallet = await ledger.read_wallet(talk.tx, _wallet_id(talk))
        key = "receipts.balance_held" if wallet.held_vnd else "receipts.balance"
        lines = [
            line(f"receipts.title_{whose}"),
            line(key, balance_vnd=wallet.balance_vnd, held_vnd=wallet.held_vnd),
        ]
        for receipt, after_vnd in await _with_balances(talk, page, wallet.balance_vnd):
            lines += receipt_lines(receipt, self._desk.plans, names_asker=not talk.is_private)
            if receipt.moved_vnd:
                lines.append(line("receipts.after", balance_vnd=after_vnd))
        return lines, [*_arrows(page), *own]

    def _own(self) -> Link:
        return Link("button.receipts_own", deep_link(self._username, "receipts"))


def _may_see(talk: Talk) -> bool:
    """Where it is answered, everybody reads along."""
    return talk.is_private or talk.is_group_admin


async def _let_lapse(talk: Talk) -> None:
    """What is over goes before it is looked at: the lines come to the balance that is shown."""
    await terms.close_over(talk.tx, _wallet_id(talk), now=talk.now)


def _wallet_id(talk: Talk) -> UserId:
    return talk.speaker.user_id if talk.is_private else UserId(talk.place.chat_id)


async def _with_balances(talk: Talk, page: _Page, balance_vnd: int) -> list[tuple[Receipt, int]]:
    """With the balance after each."""
    shown, last_vnd = page.receipts, balance_vnd
    if page.has_newer:
        last_vnd = await receipts.balance_at(talk.tx, _wallet_id(talk), shown[0].edge, balance_vnd)
    return list(zip(shown, receipts.balances_after(shown, last_vnd), strict=True))


async def _newest(talk: Talk) -> _Page:
    return dataclasses.replace(await _older(talk, receipts.NEWEST), has_newer=False)


async def _older(talk: Talk, edge: Edge) -> _Page:
    found = await receipts.older(talk.tx, _wallet_id(talk), edge, most=ON_A_PAGE + 1)
    return _Page(found[:ON_A_PAGE], has_newer=True, has_older=len(found) > ON_A_PAGE)


async def _newer(talk: Talk, edge: Edge) -> _Page:
    found = await receipts.newer(talk.tx, _wallet_id(talk), edge, most=ON_A_PAGE + 1)
    if len(found) <= ON_A_PAGE:  # the first page is always a full one
        return await _newest(talk)
    return _Page(found[:ON_A_PAGE][::-1], has_newer=True, has_older=True)


def _arrows(page: _Page) -> list[list[Label | Link]]:
    arrows: list[Label | Link] = []
    if page.has_newer:
        arrows.append(Label("button.newer", _turn("n", page.receipts[0].edge)))
    if page.has_older:
        arrows.append(Label("button.older", _turn("o", page.receipts[-1].edge)))
    return [arrows] if arrows else []


def _turn(way: str, edge: Edge) -> Press:
    return Press(Act.RECEIPTS, edge.job_id or None, how=f"{way}.{edge.at}.{edge.entry_id}")
