"""An operator sells a plan with a price by `/plan`, once more after a question, and undoes a sale.

Knows nothing of who may do that: whoever calls has checked it. The shop got the money elsewhere, and
it goes on the balance. What a button says is looked up anew: an old question asks again.
"""

from __future__ import annotations

import re
from typing import Final

import structlog

from bot.chat.aside import aside
from bot.chat.by_hand import act_of, message_of, of_whom, tell_elsewhere
from bot.chat.talk import Label, Line, Talk, line
from bot.chat.whom import Whom, is_number, with_number
from bot.jobs.buttons import Act, Press
from bot.model import UserId
from bot.money import ledger, terms
from bot.money.corrections import LessIsLeft, undo_sale
from bot.money.ledger import EntryKind
from bot.money.plans import Plan, Plans
from bot.money.terms import AnotherPlanRuns, Term
from bot.money.topups import pay_in

_AGAIN: Final = re.compile(
    r"(?P<number>-?[0-9]{1,15})=(?P<term>[0-9]{1,15})=(?P<until>[0-9]{1,11})", re.ASCII
)
_SALE: Final = re.compile(r"(?P<message>-?[0-9]{1,16}=[0-9]{1,10})=(?P<term>[0-9]{1,12})", re.ASCII)
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
            await talk.tx.run("setting_set", scope=0, name=_why(runs), value=reason)
            if (there := await aside(talk, whom.number)) is not None:
                question = self._question(whom, plan, runs)
                await there.say(question, buttons=[[_again(whom, plan, runs)]])
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
        if (str(_until_s(term)), plan.price) != (read["until"], press.said_vnd):
            await talk.turn(self._question(whom, plan, term), buttons=[[_again(whom, plan, term)]])
            return "plan.sell_changed"
        why = await talk.tx.one("setting_get", scope=0, name=_why(term))
        try:
            told, undo = await self._sold(talk, whom, plan, why["value"] if why else "")
        except AnotherPlanRuns:
            return "plan.ended_before"
        await talk.turn(*told, buttons=[[undo]])
        return ""

    def _question(self, whom: Whom, plan: Plan, term: Term) -> Line:
        values = {"plan": self._plans.typed_name(plan.name), "amount_vnd": plan.price or 0}
        if term.ends_at is None:
            return of_whom("plan.sell_again", whom, **values)
        return of_whom("plan.sell_again_until", whom, ends_at=term.ends_at, **values)

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
            undo = line("plan.sold_keeps", number=str(wallet_id))
        else:
            percent = plan.refund_percent
            undo = line("plan.sold_refunds", number=str(wallet_id), percent=percent)
        if is_new:
            key = f"given.plan_sold_{whom.kind}"
            given = line(key, plan=plan.shown_name, amount_vnd=price_vnd)
            await tell_elsewhere(talk, whom, given, *until)
        sold = of_whom(
            "plan.sold", whom, plan=self._plans.typed_name(plan.name), amount_vnd=price_vnd
        )
        first = await before(talk, self._plans, wallet_id, plan)
        term_id = 0 if term is None else term.term_id
        sale = f"{message_of(talk)}={term_id}"
        button = Label("button.sale_undo", Press(Act.SALE_UNDO, how=sale), amount_vnd=price_vnd)
        if whom.kind == "person" and not talk.is_private:  # the rest is nobody else's
            kept = line("plan.sold_aside", who=whom.name, plan=self._plans.typed_name(plan.name))
            return [kept], button
        return [sold, *until, *first, undo], button

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
        whom = await with_number(talk, sale.wallet_id)
        typed = self._plans.typed_name(began.plan)
        values = {"plan": typed, "name": began.plan, "amount_vnd": sale.amount_vnd}
        act = act_of(talk, f"correction:of:{sale.key}")
        if await ledger.is_known(talk.tx, act.key):
            return "plan.undone_before"
        try:
            stays = await undo_sale(talk.tx, self._plans, sale, term, act)
        except LessIsLeft:
            key = "plan.undo_late_keeps" if term.ends_at is None else "plan.undo_late"
            if (there := await aside(talk, whom.number)) is not None:
                await there.say(of_whom(key, whom, **values))
            return ""
        log.info("sale_undone", whom=whom.number, plan=began.plan, by=act.author)
        told = line(
            f"given.plan_undone_{whom.kind}",
            plan=self._plans.shown_name(began.plan),
            amount_vnd=sale.amount_vnd,
        )
        await tell_elsewhere(talk, whom, told, *until_lines(stays))
        if whom.kind == "person" and not talk.is_private:
            await talk.turn(of_whom("plan.undone_aside", whom, **values))
            return ""
        key = "plan.undone_ended"
        if stays is not None:
            key, values["plan"] = "plan.undone_stays", self._plans.typed_name(stays.plan)
        await talk.turn(of_whom(key, whom, **values), *until_lines(stays))
        return ""


def _again(whom: Whom, plan: Plan, term: Term) -> Label:
    how = f"{whom.number}={term.term_id}={_until_s(term)}"
    press = Press(Act.PLAN_SELL, how=how, said_vnd=plan.price)
    return Label("button.plan_sell", press, amount_vnd=plan.price)


def _key(talk: Talk, plan: Plan) -> str:
    """A sale by what was said or pressed on: read twice, it is one."""
    return f"plan:{plan.name}:{message_of(talk)}"


def _until_s(term: Term) -> int:
    """Sold again meanwhile, it ends at another moment; 0: it has no end."""
    return (term.ends_at or 0) // 1000


def _why(term: Term) -> str:
    """Where the operator's words wait for the tap: a button has no room for them."""
    return f"plan_sell:{term.term_id}"
