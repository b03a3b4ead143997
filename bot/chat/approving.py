"""A request that an admin of the group has to agree to: asked about once, then decided by a tap.

Knows nothing of how it was typed, nor of how it reads. Who may decide is checked with every tap, and what is agreed to
is taken on at most at the price the message says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.chat.access import Doorkeeper
from bot.chat.drafts import draft_number
from bot.chat.refusing import say_lacking
from bot.chat.talk import Line, Talk
from bot.errors import Dearer
from bot.jobs.accept import Accepted, Desk, NeedsAdmin, NotEnough, NotPriced, Order
from bot.jobs.approvals import (
    Approval,
    ApprovalState,
    add_approval,
    agree,
    decide,
    find_approval,
    say_dearer,
    show_approval,
)
from bot.jobs.buttons import Press
from bot.jobs.caps import OverCap
from bot.jobs.offers import Market
from bot.jobs.rules import Payer
from bot.model import MessageId, Request


async def ask_admin(talk: Talk, order: Order, cost_vnd: int) -> None:
    """Ask the group's admins for their yes to ``cost_vnd``. Nothing is held."""
    asked = await add_approval(talk.tx, order, cost_vnd, language=talk.language, now=talk.now)
    await show_approval(talk.tx, talk.place, asked.approval_id, edits=None, now=talk.now)


class Approving:
    """Made once. ``username``: the bot's; ``why_not``: why a provider does not make a request any
    more, if so.
    """

    def __init__(
        self,
        desk: Desk,
        market: Market,
        username: str,
        why_not: Callable[[str, Request], Line | None],
        door: Doorkeeper,
    ) -> None:
        self._desk = desk
        self._market = market
        self._username = username
        self._why_not = why_not
        self._door = door

    async def press(self, talk: Talk, press: Press) -> str:
        """Yes or no; the catalogue key of what floats by."""
        number, _, choice = press.how.partition("-")
        approval_id = draft_number(number)
        asked = None if approval_id is None else await find_approval(talk.tx, approval_id)
        if asked is None:
            return "approve.expired"
        if asked.place.chat_id != talk.place.chat_id or choice not in {"yes", "no"}:
            return "press.not_yours"
        if asked.state is not ApprovalState.ASKED:
            if talk.is_shown:  # the message may have missed the end
                await _show(talk, asked)
            return "approve.over"
        is_own_no = choice == "no" and talk.is_own(asked.user_id)
        if not talk.is_group_admin and not is_own_no:
            return "approve.not_admin"
        if choice == "no":
            return await self._refuse(talk, asked, "approve.declined")
        return await self._agree(talk, asked, press.said_vnd or 0)

    async def _agree(self, talk: Talk, asked: Approval, said_vnd: int) -> str:
        if talk.rules.payer is not Payer.GROUP:
            return await self._refuse(talk, asked, "approve.members_pay")
        if not await self._door.may(talk.tx, asked.user_id, asked.place.chat_id):
            return "press.asker_banned"  # once they may again, it still waits
        if asked.replaces_id is None:
            reason = self._why_not(asked.provider, asked.request)
            if reason is not None:
                await talk.say(reason)
                return "press.refused"
        try:
            outcome = await agree(
                talk.tx,
                self._desk,
                self._market,
                asked,
                admin_id=talk.speaker.user_id,
                at_most_vnd=min(asked.cost_vnd, said_vnd),
            )
        except Dearer as dearer:
            await say_dearer(talk.tx, asked, dearer.cost_vnd)
            await _show(talk, asked)
            return "press.dearer"
        match outcome:
            case Accepted():
                await _show(talk, asked)
                return "press.accepted"
            case NotEnough() | NotPriced() | OverCap():  # it still waits
                await say_lacking(talk, outcome, self._desk.plans, username=self._username)
                return "press.refused"
            case NeedsAdmin():
                return "approve.not_admin"
            case None:  # what it was to replace goes on by itself, or is over
                return await self._refuse(talk, asked, "approve.too_late")

    async def _refuse(self, talk: Talk, asked: Approval, answer: str) -> str:
        await decide(talk.tx, asked, ApprovalState.REFUSED, by=talk.speaker.user_id)
        await _show(talk, asked)
        return answer


async def _show(talk: Talk, asked: Approval) -> None:
    """How it stands now, wherever it is asked about: after a kill, that may be in two messages."""
    shown = {number for number in (talk.page_id, asked.shown_id) if number is not None}
    pages: Sequence[MessageId | None] = sorted(shown) or [None]
    for edits in pages:
        await show_approval(talk.tx, talk.place, asked.approval_id, edits=edits, now=talk.now)
