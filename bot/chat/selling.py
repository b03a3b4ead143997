"""An operator sells a plan with a price by `/plan`, once more after a question, and undoes a sale.

Knows nothing of who may do that: whoever calls has checked it. The shop got the money elsewhere, and
it goes on the balance. What a button says is looked up anew: an old question asks again.
"""

from __future__ import annotations

import re
from typing import Any, Final

import structlog

from bot.chat.aside import aside
from bot.chat.by_hand import (
    act_of,
    keep_why,
    mark_of,
    message_of,
    of_whom,
    tell_elsewhere,
    why_of,
)
from bot.chat.talk import Label, Line, Talk, line
from bot.chat.whom import Whom, is_number, with_number
from bot.jobs.buttons import Act, Press
from bot.model import UserId
from bot.money import ledger, terms
from bot.money.corrections import LessIsLeft, foresee_undo, undo_sale
from bot.money.ledger import Entry, EntryKind
from bot.money.plans import Plan, Plans
from bot.money.purchases import Undoing
from bot.money.terms import AnotherPlanRuns, Term
from bot.money.topups import pay_in

_AGAIN: Final = re.compile(
    r"(?P<number>-?[0-9]{1,15})=(?P<term>[0-9]{1,15})=(?P<mark>[0-9a-f]{12})", re.ASCII
)
_SALE: Final = re.compile(
    r"(?P<message>-?[0-9]{1,16}=[0-9]{1,10})=(?P<term>[0-9]{1,12})=(?P<mark>[0-9a-f]{12})", re.ASCII
)
"""The message as `message_of` writes it."""

log = structlog.get_logger(__name__)


async def before(talk: Talk, plans: Plans, wallet_id: UserId, plan: Plan) -> list[Line]:
    """That another plan goes before this one, where it does."""
    term = await terms.term_of(talk.tx, plans, wallet_id, now=talk.now)
    if term is None or term.plan == plan.name:
        return []
    return [
        line(
            "plan.goes_first",
            runs=plans.typed_name(term.plan),
            plan=plans.typed_name(plan.name),
        )
    ]


def until_lines(term: Term | None) -> list[Line]:
    """When it ends, where it does of itself."""
    if term is None or term.ends_at is None:
        return []
    return [line("plan.until", ends_at=term.ends_at)]


class Selling:
    """Made once."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def sell(self, talk: Talk, whom: Whom, plan: Plan, reason: str) -> None:
        """At once, or after a question where ``plan`` runs already."""
        wallet_id = UserId(whom.number)
        runs = await terms.same_running(talk.tx, self._plans, plan, wallet_id, now=talk.now)
        if runs is not None and not await ledger.is_known(talk.tx, _key(talk, plan)):
            if (there := await aside(talk, whom.number)) is not None:
                question = self._question(whom, plan, runs)
                mark = mark_of(question, reason)
                await keep_why(there, mark, reason)
                await there.say(question, buttons=[[_again(whom, plan, runs, mark)]])
            return
        try:
            told, undo = await self._sold(talk, whom, plan, reason)
        except AnotherPlanRuns as other:  # nothing of this one was written
            typed = self._plans.typed_name
            values = {"runs": typed(other.plan), "ends_at": other.ends_at, "plan": typed(plan.name)}
            if (there := await aside(talk, whom.number)) is not None:
                await there.say(of_whom("plan.another_runs", whom, **values))
            return
        await talk.say(*told, buttons=[[undo]])

    async def press_again(self, talk: Talk, press: Press) -> str:
        """Sell once more what the question was about; the catalogue key of what floats by."""
        read = _AGAIN.fullmatch(press.how)
        if read is None or not is_number(read["number"]):
            return "press.nothing"
        whom = await with_number(talk, int(read["number"]))
        term = await terms.find_term(talk.tx, int(read["term"]))
        plan = None if term is None else self._plans.plans.get(term.plan)
        if term is None or plan is None or not plan.price or term.wallet_id != whom.number:
            return "plan.ended_before"
        if await ledger.is_known(talk.tx, _key(talk, plan)):
            return "plan.sold_before"
        # Over or used up and not closed yet: what was asked about is not what would be sold.
        runs = await terms.same_running(talk.tx, self._plans, plan, term.wallet_id, now=talk.now)
        if runs is None or runs.term_id != term.term_id:
            return "plan.ended_before"
        why, question = await why_of(talk, read["mark"]), self._question(whom, plan, term)
        mark = mark_of(question, why)
        if mark != read["mark"]:
            await keep_why(talk, mark, why)
            await talk.turn(question, buttons=[[_again(whom, plan, term, mark)]])
            return "plan.sell_changed"
        told, undo = await self._sold(talk, whom, plan, why)
        await talk.turn(*told, buttons=[[undo]])
        return ""

    def _question(self, whom: Whom, plan: Plan, term: Term) -> Line:
        values = {"plan": self._plans.typed_name(plan.name), "amount_vnd": plan.price or 0}
        then_at = terms.extended_to(term, plan)
        if then_at is None:
            return of_whom("plan.sell_again", whom, **values)
        values |= {"ends_at": term.ends_at or 0, "then_at": then_at}
        return of_whom("plan.sell_again_until", whom, **values)

    async def _sold(
        self, talk: Talk, whom: Whom, plan: Plan, reason: str
    ) -> tuple[list[Line], Label]:
        """Do it; what to say of it, and the button that undoes it. Raises AnotherPlanRuns."""
        wallet_id, price_vnd = UserId(whom.number), plan.price or 0
        act = act_of(talk, _key(talk, plan), reason)
        is_new = await pay_in(
            talk.tx, self._plans, wallet_id, EntryKind.GRANT, price_vnd, act, plan=plan
        )
        log.info("plan_sold", whom=wallet_id, plan=plan.name, by=act.author, is_new=is_new)
        term = await terms.same_running(talk.tx, self._plans, plan, wallet_id, now=talk.now)
        until = until_lines(term)
        if plan.days is None:
            later = line("plan.sold_keeps", number=str(wallet_id))
        else:
            percent = plan.refund_percent
            later = line("plan.sold_refunds", number=str(wallet_id), percent=percent)
        if is_new:
            key = f"given.plan_sold_{whom.kind}"
            given = line(key, plan=plan.shown_name, amount_vnd=price_vnd)
            await tell_elsewhere(talk, whom, given, *until)
        sold = of_whom(
            "plan.sold", whom, plan=self._plans.typed_name(plan.name), amount_vnd=price_vnd
        )
        first = await before(talk, self._plans, wallet_id, plan)
        undo = await self._undo_of(talk, act.key, term)
        button = _undo_button(message_of(talk), term, price_vnd, undo)
        if whom.kind == "person" and not talk.is_private:  # the rest is nobody else's
            kept = line("plan.sold_aside", who=whom.name, plan=self._plans.typed_name(plan.name))
            return [kept], button
        return [sold, *until, *first, *undo, later], button

    async def _undo_of(self, talk: Talk, key: str, term: Term | None) -> list[Line]:
        """What undoing the sale of this key will do; none: it was undone, or spent, already."""
        sale = await ledger.entry_of(talk.tx, key)
        if sale is None or term is None:
            return []
        try:
            foreseen = await foresee_undo(talk.tx, self._plans, sale, term, now=talk.now)
        except LessIsLeft:
            return []
        return [self._consequence(sale, foreseen)]

    async def press_undo(self, talk: Talk, press: Press) -> str:
        """Undo the sale above the button; the catalogue key of what floats by."""
        read = _SALE.fullmatch(press.how)
        if read is None:
            return "press.nothing"
        began = await terms.look_up(talk.tx, int(read["term"]))
        if began is None:
            return "plan.ended_before"
        sale = await ledger.entry_of(talk.tx, f"plan:{began.plan}:{read['message']}")
        if sale is None:
            return "press.nothing"
        # Two groups' plans may have become one since: the entry went along.
        term = await terms.find_term(talk.tx, sale.term_id or began.term_id)
        if term is None:
            return "plan.ended_before"
        if await ledger.is_known(talk.tx, _undone_key(sale)):
            return "plan.undone_before"
        whom = await with_number(talk, sale.wallet_id)
        plan = self._plans.typed_name(began.plan)
        try:
            foreseen = await foresee_undo(talk.tx, self._plans, sale, term, now=talk.now)
        except LessIsLeft:
            key = "plan.undo_late_keeps" if term.ends_at is None else "plan.undo_late"
            if (there := await aside(talk, whom.number)) is not None:
                await there.say(of_whom(key, whom))
            return ""
        consequence = self._consequence(sale, foreseen)
        if mark_of(consequence) != read["mark"]:
            button = _undo_button(read["message"], began, sale.amount_vnd, [consequence])
            if (there := await aside(talk, whom.number)) is not None:
                question = of_whom("plan.undo_question", whom, plan=plan)
                await there.turn(question, consequence, buttons=[[button]])
            return "plan.undo_changed"
        await self._undo(talk, whom, sale, foreseen, began)
        return ""

    async def _undo(
        self, talk: Talk, whom: Whom, sale: Entry, foreseen: Undoing, began: Term
    ) -> None:
        """``foreseen``: what becomes of the plan as it is now; ``began``: as it was when sold."""
        act, how = act_of(talk, _undone_key(sale)), _how(foreseen)
        stays = await undo_sale(talk.tx, self._plans, sale, foreseen.term, act)
        values = {"amount_vnd": sale.amount_vnd, "name": began.plan}
        typed = self._plans.typed_name(began.plan)
        log.info("sale_undone", whom=whom.number, plan=began.plan, by=act.author)
        name = began.plan if stays is None else stays.plan
        told = line(
            f"given.plan_undone_{how}_{whom.kind}",
            plan=self._plans.shown_name(name),
            amount_vnd=sale.amount_vnd,
        )
        await tell_elsewhere(talk, whom, told, *until_lines(stays))
        if whom.kind == "person" and not talk.is_private:
            await talk.turn(of_whom("plan.undone_aside", whom, plan=typed, **values))
            return
        undone = of_whom(f"plan.undone_{how}", whom, plan=self._plans.typed_name(name), **values)
        await talk.turn(undone, *until_lines(stays))

    def _consequence(self, sale: Entry, foreseen: Undoing) -> Line:
        plan = self._plans.typed_name(foreseen.term.plan)
        values: dict[str, Any] = {"plan": plan, "amount_vnd": sale.amount_vnd}
        if foreseen.is_shorter:
            values["then_at"] = foreseen.ends_at
        return line(f"plan.undo_{_how(foreseen)}", **values)


def _again(whom: Whom, plan: Plan, term: Term, mark: str) -> Label:
    how = f"{whom.number}={term.term_id}={mark}"
    return Label("button.plan_sell", Press(Act.PLAN_SELL, how=how), amount_vnd=plan.price)


def _undo_button(message: str, term: Term | None, price_vnd: int, said: list[Line]) -> Label:
    """``said``: what the press will do, as the words beside it say."""
    term_id = 0 if term is None else term.term_id
    press = Press(Act.SALE_UNDO, how=f"{message}={term_id}={mark_of(*said)}")
    return Label("button.sale_undo", press, amount_vnd=price_vnd)


def _how(foreseen: Undoing) -> str:
    """What becomes of the plan, as the ends of the sentences' keys say it."""
    if foreseen.is_over:
        return "ends"
    return "shortens" if foreseen.is_shorter else "stays"


def _undone_key(sale: Entry) -> str:
    return f"correction:of:{sale.key}"


def _key(talk: Talk, plan: Plan) -> str:
    """A sale by what was said or pressed on: read twice, it is one."""
    return f"plan:{plan.name}:{message_of(talk)}"
