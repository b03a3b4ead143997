"""Somebody has paid: the balance is filled, once, and they are thanked with what they have now.

Whoever paid is credited, also who may not use the bot any more. Knows nothing of how updates come.
"""

from __future__ import annotations

from typing import Any

from telegram import SuccessfulPayment

from bot.chat.talk import Line, Talk, line
from bot.jobs import book
from bot.jobs.accept import Desk
from bot.jobs.bought import bought_lines
from bot.jobs.renewing import lines_if_gone
from bot.money.payments import CURRENCY, Credit, Paid, credit


class Paying:
    """Made once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def paid(self, talk: Talk, payment: SuccessfulPayment) -> None:
        """Credit it and say so; a charge that was credited before is passed over in silence."""
        paid = Paid(
            payment.telegram_payment_charge_id,
            talk.speaker.user_id,
            payment.invoice_payload,
            payment.total_amount,
            is_recurring=bool(payment.is_recurring),
        )
        if payment.currency != CURRENCY or paid.stars <= 0:
            await self._tell(talk, "operator.payment_strange", paid, currency=payment.currency)
            return
        done = await credit(talk.tx, self._desk.plans, paid, now=talk.now)
        if done is None:
            return
        if not done.is_known:
            await self._tell(talk, "operator.payment_unknown", paid, amount_vnd=done.amount_vnd)
        plans = self._desk.plans
        gone = await lines_if_gone(talk.tx, plans, paid.charge_id, done, now=talk.now)
        if not done.amount_vnd:
            await talk.say(line("paid.kept", contact=plans.contact), *gone)
            return
        await talk.say(*await self._thanks(talk, done), *gone)

    async def _thanks(self, talk: Talk, done: Credit) -> list[Line]:
        values = {
            "amount_vnd": done.amount_vnd,
            "balance_vnd": await self._desk.purses.balance_of(talk.tx, done.wallet_id),
        }
        name = talk.speaker.first_name
        if done.wallet_id < 0:
            lines = [line("paid.for_group", name=name, **values)]
        elif not talk.is_private:
            return [line("paid.for_oneself_aside", name=name)]
        else:
            lines = [line("paid.for_oneself", **values)]
        return [*lines, *bought_lines(self._desk.plans, done)]

    async def _tell(self, talk: Talk, key: str, paid: Paid, **values: Any) -> None:
        await book.tell_operator(
            talk.tx,
            key,
            now=talk.now,
            once=f"{key}:{paid.charge_id}",
            who=talk.speaker.first_name,
            number=str(paid.user_id),
            charge=paid.charge_id,
            stars=paid.stars,
            **values,
        )
