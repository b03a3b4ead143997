"""A request that an admin of the group has to agree to: asked about once, then decided by a tap.

Knows nothing of how it was typed. Who may decide is checked with every tap, and what is agreed to
is taken on at most at the price the message says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.chat.drafts import draft_number
from bot.chat.lacking import lacking_lines
from bot.chat.talk import Label, Line, Talk, counted, line
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
)
from bot.jobs.buttons import Act, Press
from bot.jobs.offers import Market
from bot.jobs.rules import Payer
from bot.model import Request, UserId

PROMPT_SHOWN: Final = 200
"""Characters of what is asked for."""


async def ask_admin(talk: Talk, order: Order, cost_vnd: int) -> None:
    """Ask the group's admins for their yes to ``cost_vnd``. Nothing is held."""
    asked = await add_approval(talk.tx, order, cost_vnd, language=talk.language, now=talk.now)
    lines = [*await _wish_lines(talk, asked), line("approve.cost", cost_vnd=cost_vnd)]
    await talk.say(*lines, buttons=_buttons(asked))


class Approving:
    """Made once. ``why_not``: why a provider does not make a request any more, if so."""

    def __init__(
        self, desk: Desk, market: Market, why_not: Callable[[str, Request], Line | None]
    ) -> None:
        self._desk = desk
        self._market = market
        self._why_not = why_not

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
                await self._show_end(talk, asked.approval_id)
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
            await self._ask_again(talk, asked, dearer.cost_vnd)
            return "press.dearer"
        match outcome:
            case Accepted():
                await self._show_end(talk, asked.approval_id)
                return "press.accepted"
            case NotEnough() | NotPriced():
                await talk.say(*lacking_lines(outcome, contact=self._desk.plans.contact))
                return "press.refused"
            case NeedsAdmin():
                return "approve.not_admin"
            case None:  # what it was to replace goes on by itself, or is over
                return await self._refuse(talk, asked, "approve.too_late")

    async def _refuse(self, talk: Talk, asked: Approval, answer: str) -> str:
        await decide(talk.tx, asked, ApprovalState.REFUSED, by=talk.speaker.user_id)
        await self._show_end(talk, asked.approval_id)
        return answer

    async def _ask_again(self, talk: Talk, asked: Approval, cost_vnd: int) -> None:
        """The same message, at what it costs now."""
        dearer = await say_dearer(talk.tx, asked, cost_vnd)
        lines = [*await _wish_lines(talk, dearer), line("approve.cost", cost_vnd=cost_vnd)]
        await talk.in_language(asked.language).turn(*lines, buttons=_buttons(dearer))

    async def _show_end(self, talk: Talk, approval_id: int) -> None:
        """Who decided stands where the buttons were."""
        decided = await find_approval(talk.tx, approval_id)
        assert decided is not None
        assert decided.decided_by is not None
        name = await _name_of(talk, decided.decided_by)
        if decided.state is ApprovalState.AGREED:
            end = line("approve.agreed", name=name, cost_vnd=decided.cost_vnd)
        elif decided.decided_by == decided.user_id:
            end = line("approve.withdrawn")
        else:
            end = line("approve.refused", name=name)
        lines = [*await _wish_lines(talk, decided), end]
        await talk.in_language(decided.language).turn(*lines)


async def _wish_lines(talk: Talk, asked: Approval) -> list[Line]:
    """Who wants what."""
    request = asked.request
    wish = counted(
        f"approve.wish_{request.operation.output_kind}",
        request.count,
        name=await _name_of(talk, asked.user_id),
        prompt=_cut(request.prompt or request.flags),
    )
    if asked.parent_id is None:
        return [wish]
    step = line(f"derived.{request.operation}", code=asked.parent_id, tile=request.tile or 1)
    return [wish, step]


async def _name_of(talk: Talk, user_id: UserId) -> str:
    row = await talk.tx.one("user_get", user_id=user_id)
    return str(row["first_name"]) if row else ""


def _buttons(asked: Approval) -> list[list[Label]]:
    yes, no = (
        Press(Act.APPROVE, how=f"{asked.approval_id}-{choice}", said_vnd=said_vnd)
        for choice, said_vnd in (("yes", asked.cost_vnd), ("no", None))
    )
    return [[Label("approve.button_yes", yes, is_priced=True), Label("approve.button_no", no)]]


def _cut(words: str) -> str:
    return words if len(words) <= PROMPT_SHOWN else f"{words[: PROMPT_SHOWN - 1]}…"
