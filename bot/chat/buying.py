"""`/buy`: what can be had for Stars here, and the invoice of what was chosen.

In private for oneself; in a group for its wallet, by anybody. Knows nothing of how an invoice is
sent or paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.chat.links import deep_link
from bot.chat.plan_lines import free_each_day, less_free_lines
from bot.chat.talk import Label, Line, Link, Talk, apart, counted, line
from bot.i18n import I18n
from bot.jobs.accept import Desk
from bot.jobs.buttons import Act, Press
from bot.jobs.rules import Payer
from bot.jobs.saying import say
from bot.model import Say, Urgency, UserId
from bot.money import terms
from bot.money.payments import in_the_way, make_invoice
from bot.money.plans import FREE, Plan, gives_free, gives_less_free
from bot.money.stars import Offer, packs_for, plan_offer
from bot.money.terms import Term

PACK: Final = "pack"
PLAN: Final = "plan"
NO_PLAN: Final = ""


class Buying:
    """Made once. ``username``: the bot's."""

    def __init__(self, desk: Desk, i18n: I18n, username: str) -> None:
        self._desk = desk
        self._plans = desk.plans
        self._i18n = i18n
        self._username = username

    async def buy(self, talk: Talk) -> None:
        """What is sold for Stars here, each with a button."""
        wallet_id = _wallet_of(talk)
        plan = await self._desk.purses.plan_of(talk.tx, wallet_id)
        balance_vnd = await self._desk.purses.balance_of(talk.tx, wallet_id)
        packs = packs_for(self._plans, plan)
        lines = [
            *self._what_one_has(talk, plan, balance_vnd),
            *self._lost(talk, plan, packs),
            *await self._entered(talk, wallet_id, plan, packs),
        ]
        buttons: list[list[Label | Link]] = [
            [self._pack_label(talk, each, packs)] for each in packs
        ]
        if talk.is_private:
            about, offered = await self._of_plans(talk, wallet_id, plan, packs)
            lines += about
            lines.append(apart(line("buy.voucher")))
            buttons += [[self._plan_label(talk, each)] for each in offered]
        else:
            link = Link("buy.own", deep_link(self._username, "buy"))
            buttons.append([link])
        lines.append(apart(line("buy.by_hand", contact=self._plans.contact)))
        if packs:  # what stands right above the buttons
            key = "buy.choose" if talk.is_private else "buy.choose_for_group"
            lines.append(apart(line(key)))
        await talk.say(*lines, buttons=buttons)

    async def press(self, talk: Talk, press: Press) -> str:
        """An invoice of what was pressed, if it is still sold here; what floats by."""
        offer = await self._offer_of(talk, press.how)
        if offer is None:
            return "buy.not_now"
        wallet_id = _wallet_of(talk)
        if await in_the_way(talk.tx, self._plans, offer, wallet_id, now=talk.now) is not None:
            return "buy.plan_runs"
        await self._send_invoice(talk, wallet_id, offer)
        return "buy.coming"

    # --- what is shown ----------------------------------------------------------------------

    def _what_one_has(self, talk: Talk, plan: Plan, balance_vnd: int) -> list[Line]:
        if talk.is_private:
            is_free = plan.name == FREE  # it has a name in each language
            key = "buy.own_balance_free" if is_free else "buy.own_balance"
            return [line(key, balance_vnd=balance_vnd, plan=plan.shown_name)]
        lines = [line("buy.group_balance", balance_vnd=balance_vnd)]
        if talk.rules.payer is not Payer.GROUP:
            return [*lines, line("buy.group_not_used")]
        if talk.rules.cap_vnd is not None:
            return [*lines, line("buy.group_used_up_to", cap_vnd=talk.rules.cap_vnd)]
        return [*lines, line("buy.group_used")]

    def _lost(self, talk: Talk, ruling: Plan, packs: Sequence[Offer]) -> list[Line]:
        """That the plans below end what ``ruling`` gives for nothing each day, where one does."""
        if not talk.is_private:  # a group's wallet comes without free ones anyhow
            return []
        others = self._others(ruling, packs)
        if not any(gives_less_free(each, ruling) for each in others):
            return []
        key = "buy.free_changes" if any(map(gives_free, others)) else "buy.free_lost"
        return [line(key, what=free_each_day(ruling, self._i18n.tongue(talk.language)))]

    def _others(self, ruling: Plan, packs: Sequence[Offer]) -> list[Plan]:
        """The plans that /buy tells of, without the one somebody has."""
        if self._plans.stars is None:
            return []
        entered = _plans_in(packs)
        plans = self._plans.plans.values()
        told = [each for each in plans if each.price or each.name in entered]
        return [each for each in told if each.name != ruling.name]

    async def _entered(
        self, talk: Talk, wallet_id: UserId, plan: Plan, packs: Sequence[Offer]
    ) -> list[Line]:
        """What paying in changes for whom ``plan`` rules."""
        if self._plans.stars is None:
            return [apart(line("buy.no_stars"))]
        lines: list[Line] = []
        for name in _plans_in(packs):
            if name in {NO_PLAN, plan.name} or await self._runs(talk, wallet_id, name) is not None:
                continue
            values = {"plan": self._plans.shown_name(name), "runs": plan.shown_name}
            lines.append(line("buy.enters" if plan.days is None else "buy.enters_after", **values))
            lines += self._less_free(talk, self._plans.plans[name], plan, packs)
        return [apart(lines[0]), *lines[1:]] if lines else []

    async def _runs(self, talk: Talk, wallet_id: UserId, name: str) -> Term | None:
        """What buying the plan of this name would go on with."""
        plan = self._plans.plans[name]
        return await terms.same_running(talk.tx, self._plans, plan, wallet_id, now=talk.now)

    def _less_free(self, talk: Talk, plan: Plan, than: Plan, packs: Sequence[Offer]) -> list[Line]:
        """What it gives in their place, where the plans differ in that."""
        if not talk.is_private or not any(map(gives_free, self._others(than, packs))):
            return []
        return less_free_lines(plan, than, self._i18n.tongue(talk.language))

    async def _of_plans(
        self, talk: Talk, wallet_id: UserId, ruling: Plan, packs: Sequence[Offer]
    ) -> tuple[list[Line], list[Offer]]:
        """What is told of the plans with a price, and those that can be had for Stars now.

        ``ruling``: the plan of who asks.
        """
        about: list[Line] = []
        offered: list[Offer] = []
        for plan in self._plans.plans.values():
            if not plan.price or self._plans.stars is None:
                continue
            sells = {"plan": plan.shown_name, "price_vnd": plan.price}
            if plan.days is None:
                about.append(apart(line("buy.plan_until_used_up", **sells)))
            else:
                about.append(apart(counted("buy.plan_for_days", plan.days, **sells)))
            if plan.max_images_per_day is not None:
                about.append(counted("buy.cap", plan.max_images_per_day))
            about += self._less_free(talk, plan, ruling, packs)
            offer = plan_offer(self._plans, plan)
            if offer is None:
                about.append(line("buy.plan_too_dear"))
            elif term := await in_the_way(talk.tx, self._plans, offer, wallet_id, now=talk.now):
                about.append(self._after(term))
            else:
                about += self._again(await self._runs(talk, wallet_id, plan.name), plan)
                offered.append(offer)
        return about, offered

    def _again(self, runs: Term | None, plan: Plan) -> list[Line]:
        """That they have it, and what buying it once more adds."""
        if runs is None:
            return []
        then_at = terms.extended_to(runs, plan)
        if then_at is None:
            return [line("buy.again")]
        return [line("buy.again_until", ends_at=runs.ends_at, then_at=then_at)]

    def _pack_label(self, talk: Talk, offer: Offer, packs: Sequence[Offer]) -> Label:
        how = f"{PACK}={offer.stars}={offer.plan or NO_PLAN}"
        word = self._stars(talk, offer)
        if len(_plans_in(packs)) > 1:
            word = f"{self._shown_name(talk, offer)} · {word}"
        return Label("buy.offer", Press(Act.BUY, how=how), word, amount_vnd=offer.amount_vnd)

    def _plan_label(self, talk: Talk, offer: Offer) -> Label:
        key = "buy.offer_monthly" if offer.is_subscription else "buy.offer"
        word = f"{self._shown_name(talk, offer)} · {self._stars(talk, offer)}"
        press = Press(Act.BUY, how=f"{PLAN}={offer.plan}")
        return Label(key, press, word, amount_vnd=offer.amount_vnd)

    def _after(self, term: Term) -> Line:
        other = self._plans.shown_name(term.plan)
        return line("buy.plan_after", other=other, ends_at=term.ends_at)

    def _shown_name(self, talk: Talk, offer: Offer) -> str:
        name = self._plans.shown_name(offer.plan or NO_PLAN)
        return self._i18n.tongue(talk.language).own(name)

    def _stars(self, talk: Talk, offer: Offer) -> str:
        return f"⭐ {self._i18n.tongue(talk.language).number(offer.stars)}"

    # --- what is chosen ---------------------------------------------------------------------

    async def _offer_of(self, talk: Talk, how: str) -> Offer | None:
        """What a button means, if it is sold here now: anybody can make one up."""
        kind, _, which = how.partition("=")
        if kind == PLAN and talk.is_private:
            plan = self._plans.plans.get(which)
            return None if plan is None else plan_offer(self._plans, plan)
        if kind != PACK:
            return None
        ruling = await self._desk.purses.plan_of(talk.tx, _wallet_of(talk))
        packs = packs_for(self._plans, ruling)
        return next((p for p in packs if which == f"{p.stars}={p.plan or NO_PLAN}"), None)

    async def _send_invoice(self, talk: Talk, wallet_id: UserId, offer: Offer) -> None:
        place, now = talk.place, talk.now
        invoice_id = await make_invoice(
            talk.tx, talk.speaker.user_id, wallet_id, place.chat_id, offer, now=now
        )
        plan = self._plans.plans.get(offer.plan or NO_PLAN)
        chat = None if talk.is_private else await talk.tx.one("chat_get", chat_id=place.chat_id)
        ruling = await self._desk.purses.plan_of(talk.tx, wallet_id)
        payload = {
            "language": talk.language,
            "invoice_id": invoice_id,
            "stars": offer.stars,
            "amount_vnd": offer.amount_vnd,
            "plan": None if plan is None else plan.shown_name,
            "days": None if plan is None else plan.days,
            "price_vnd": None if plan is None else plan.price,
            "cap": None if plan is None else plan.max_images_per_day,
            "less_free": self._on_invoice(talk, plan, ruling),
            "is_bought": plan is not None and plan.price is not None,
            "is_subscription": offer.is_subscription,
            "group": None if chat is None else chat["title"],
        }
        await say(talk.tx, Say.INVOICE, place, urgency=Urgency.ANSWER, now=now, payload=payload)

    def _on_invoice(self, talk: Talk, plan: Plan | None, ruling: Plan) -> list[Line]:
        """That it gives less each day than what the payer has; of a group nothing is lost."""
        if plan is None or not talk.is_private:
            return []
        return less_free_lines(plan, ruling, self._i18n.tongue(talk.language))


def _wallet_of(talk: Talk) -> UserId:
    """Whose balance is filled here."""
    return talk.speaker.user_id if talk.is_private else UserId(talk.place.chat_id)


def _plans_in(packs: Sequence[Offer]) -> list[str]:
    return list(dict.fromkeys(each.plan or NO_PLAN for each in packs))
