"""An operator looks at somebody's plan, gives one, and ends one, by `/plan`.

Knows nothing of who may do that: whoever calls has checked it; nor how one with a price is sold
(`chat/selling.py`). Ending a plan whose balance lapses is asked about first, and the button holds to
what the question said.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Final

import structlog

from bot.chat.aside import aside
from bot.chat.by_hand import (
    act_of,
    is_placed,
    keep_why,
    known,
    mark_of,
    of_whom,
    tell_elsewhere,
    why_of,
)
from bot.chat.hints import plain_letters
from bot.chat.selling import Selling, before, until_lines
from bot.chat.talk import Label, Line, Talk, line
from bot.chat.whom import Whom, is_number, names_one, with_number
from bot.i18n import LANGUAGES, Named, listed
from bot.jobs.buttons import Act, Press
from bot.model import UserId
from bot.money import ledger, subscriptions, terms
from bot.money.plans import FREE, Plan, Plans
from bot.money.terms import Ending, StillHeld, Term
from bot.money.titles import FREE_TITLES

_TERM: Final = re.compile(r"[0-9]{1,15}", re.ASCII)

log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class _Question:
    """Before a plan is ended early."""

    lines: Sequence[Line]
    button: Label
    mark: str


class Planning:
    """Made once."""

    def __init__(self, plans: Plans, selling: Selling) -> None:
        self._plans = plans
        self._selling = selling

    async def plan(self, talk: Talk, text: str) -> None:
        """`/plan ID|@name [NAME [reason]]`; in reply to a person, or of the group it is said in,
        `/plan [NAME [reason]]`.
        """
        words = text.split()
        named = words.pop(0) if words and names_one(words[0]) else None
        if named is None and not is_placed(talk):
            example = next((each for each in self._plans.plans if each != FREE), FREE)
            await talk.say(line("plan.how", plan=example, names=self._names()))
            return
        name, reason = words[0].lower() if words else "", " ".join(words[1:])
        if name and name not in self._plans.plans:
            await talk.say(self._unknown(named, words))
            return
        whom = await known(talk, named)
        if whom is None:
            return
        if name and name != FREE:
            await self._begin(talk, whom, self._plans.plans[name], reason)
            return
        there = await aside(talk, whom.number)
        if there is not None and name:
            await self._end(there, whom, reason)
        elif there is not None:
            await self._show(there, whom)

    def _names(self) -> str:
        return ", ".join(self._plans.plans)

    def _unknown(self, named: str | None, words: Sequence[str]) -> Line:
        """Refused; where it is the title of a plan, with the line to send instead."""
        read_as = {
            plain_letters(title): name
            for name, plan in self._plans.plans.items()
            for title in (FREE_TITLES if name == FREE else map(plan.shown_in, LANGUAGES))
        }
        for count in range(len(words), 0, -1):
            title = " ".join(words[:count])
            if (meant := read_as.get(plain_letters(title))) is not None:
                typed = " ".join([*([named] if named else []), meant, *words[count:]])
                return line("plan.meant", title=title, plan=meant, typed=typed)
        return line("plan.unknown", plan=words[0], names=self._names())

    # --- looking ----------------------------------------------------------------------------

    async def _show(self, talk: Talk, whom: Whom) -> None:
        """Which plan, since when, until when, by whom; what is there and what is left of it."""
        wallet_id = UserId(whom.number)
        term = await terms.term_of(talk.tx, self._plans, wallet_id, now=talk.now)
        lines = [of_whom("plan.is_free" if term is None else "plan.has", whom, **self._of(term))]
        if term is not None:
            by = await _named_author(talk, term.author)
            lines.append(line("plan.since", began_at=term.began_at, who=by))
            if term.ends_at is not None:
                lines.append(line("plan.until", ends_at=term.ends_at))
        wallet = await ledger.read_wallet(talk.tx, wallet_id)
        values = {"balance_vnd": wallet.balance_vnd, "held_vnd": wallet.held_vnd}
        lines.append(
            line("receipts.balance_held" if wallet.held_vnd else "receipts.balance", **values)
        )
        if term is not None and term.ends_at is not None:
            left_vnd = await terms.left_of(talk.tx, term)
            lines.append(line("plan.left", left_vnd=left_vnd))
        await talk.say(*lines)

    # --- giving -----------------------------------------------------------------------------

    async def _begin(self, talk: Talk, whom: Whom, plan: Plan, reason: str) -> None:
        if plan.price:
            await self._selling.sell(talk, whom, plan, reason)
        else:
            await self._name(talk, whom, plan, act_of(talk, "", reason))

    async def _name(self, talk: Talk, whom: Whom, plan: Plan, act: ledger.Act) -> None:
        """Without money."""
        wallet_id, number = UserId(whom.number), str(whom.number)
        ruling = await terms.term_of(talk.tx, self._plans, wallet_id, now=talk.now)
        is_new = ruling is None or ruling.plan != plan.name
        if is_new:
            await terms.close_used_up(talk.tx, self._plans, wallet_id, act)
            await terms.enter(talk.tx, plan, wallet_id, act)
            log.info("plan_given", whom=wallet_id, plan=plan.name, by=act.author)
            told = line(f"given.plan_{whom.kind}", plan=plan.shown_name)
            await tell_elsewhere(talk, whom, told)
        key = "plan.given" if is_new else "plan.has_already"
        lines = [of_whom(key, whom, plan=self._typed(plan.name))]
        if plan.min_topup:
            least = {"amount": str(plan.min_topup), "amount_vnd": plan.min_topup}
            lines.append(line("plan.money_by_grant", number=number, **least))
        lines += await before(talk, self._plans, wallet_id, plan)
        await talk.say(*lines, line("plan.undo_keeps", number=number))

    # --- ending -----------------------------------------------------------------------------

    async def _end(self, talk: Talk, whom: Whom, reason: str) -> None:
        """What has no end ends at once and leaves the balance; what lapses is asked about."""
        wallet_id = UserId(whom.number)
        try:
            ending = await terms.ending_of(talk.tx, self._plans, wallet_id, now=talk.now)
        except StillHeld as still:
            await talk.say(of_whom("plan.still_held", whom, held_vnd=still.held_vnd))
            return
        if ending is not None:
            question = await self._question(talk, whom, ending, reason)
            await keep_why(talk, question.mark, reason)
            await talk.say(*question.lines, buttons=[[question.button]])
            return
        act = act_of(talk, "", reason)
        ended = await terms.end_open(talk.tx, wallet_id, act)
        if not ended:
            await talk.say(of_whom("plan.is_free", whom))
            return
        log.info("plan_ended", whom=wallet_id, by=act.author)
        names = listed(self._typed(term.plan) for term in ended)
        shown = listed(self._plans.shown_name(term.plan) for term in ended)
        await tell_elsewhere(talk, whom, line("given.plan_over", plan=shown))
        await talk.say(of_whom("plan.over", whom, plan=names))

    async def _question(self, talk: Talk, whom: Whom, ending: Ending, why: str) -> _Question:
        term = ending.term
        plan = self._plans.plans.get(term.plan)
        percent = plan.refund_percent if plan is not None else 0
        lines = [
            of_whom("plan.end_question", whom, **self._of(term)),
            *until_lines(term),
            line("plan.left", left_vnd=ending.left_vnd),
            line("plan.paid_back", refund_vnd=ending.refund_vnd, percent=percent),
            line("plan.lapses", lapse_vnd=ending.lapse_vnd),
            line("plan.then", plan=self._typed(ending.then)),
        ]
        if await subscriptions.is_term_renewed(talk.tx, term.term_id):
            lines.append(line("payments.confirm_renewal"))
        mark = mark_of(*lines, why)
        press = Press(Act.PLAN_END, how=f"{whom.number}={term.term_id}={mark}")
        button = Label("button.plan_end", press, amount_vnd=ending.refund_vnd)
        return _Question(lines, button, mark)

    async def press(self, talk: Talk, press: Press) -> str:
        """End the plan that the question was about; the catalogue key of what floats by."""
        number, term_id, mark = (*press.how.split("="), "", "")[:3]
        if not is_number(number) or not _TERM.fullmatch(term_id):
            return "press.nothing"
        whom = await with_number(talk, int(number))
        wallet_id = UserId(whom.number)
        try:
            ending = await terms.ending_of(talk.tx, self._plans, wallet_id, now=talk.now)
        except StillHeld as still:
            await talk.say(of_whom("plan.still_held", whom, held_vnd=still.held_vnd))
            return ""
        if ending is None:
            return "plan.ended_before"
        why = await why_of(talk, mark)
        question = await self._question(talk, whom, ending, why)
        if (str(ending.term.term_id), question.mark) != (term_id, mark):
            await keep_why(talk, question.mark, why)
            await talk.turn(*question.lines, buttons=[[question.button]])
            return "plan.end_changed"
        await self._end_early(talk, whom, ending, why)
        return ""

    async def _end_early(self, talk: Talk, whom: Whom, ending: Ending, why: str) -> None:
        wallet_id, act = UserId(whom.number), act_of(talk, "", why)
        await terms.end_early(talk.tx, self._plans, wallet_id, act)
        await subscriptions.stop_of_term(talk.tx, ending.term.term_id, now=talk.now)
        log.info("plan_ended_early", whom=wallet_id, refund_vnd=ending.refund_vnd, by=act.author)
        back, name = "refunded" if ending.refund_vnd else "unrefunded", ending.term.plan
        values = {"refund_vnd": ending.refund_vnd}
        told = line(f"given.plan_{back}_{whom.kind}", plan=self._plans.shown_name(name), **values)
        ruling = await terms.term_of(talk.tx, self._plans, wallet_id, now=talk.now)
        told_now, behind = [], []
        if ruling is not None:  # it had stood behind
            shown = self._plans.shown_name(ruling.plan)
            told_now = [line(f"given.plan_now_{whom.kind}", plan=shown)]
            behind = [of_whom("plan.rules_now", whom, plan=self._typed(ruling.plan))]
        await tell_elsewhere(talk, whom, told, *told_now)
        ended = of_whom(f"plan.ended_{back}", whom, plan=self._typed(name), **values)
        await talk.turn(ended, *behind)

    def _typed(self, name: str) -> Named:
        return self._plans.typed_name(name)

    def _of(self, term: Term | None) -> dict[str, object]:
        return {} if term is None else {"plan": self._typed(term.plan)}


async def _named_author(talk: Talk, author: str) -> str:
    """A person by their name, else as the ledger says it."""
    _, _, number = author.partition("user ")
    return (await with_number(talk, int(number))).name if is_number(number) else author
