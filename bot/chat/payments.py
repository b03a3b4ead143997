"""The operators' page of payments in Stars: the latest of them, a refund, a look at Telegram's list.

Knows nothing of how the page reads. Whoever presses is an operator: that is checked before. Everything
is in the buttons, and what a button names is looked up anew: a refund is done only as its question
said, else it is asked again.
"""

from __future__ import annotations

from typing import Final

from telegram import Message

from bot.chat.payment_pages import (
    ON_A_PAGE,
    Page,
    Question,
    page,
    question,
    refusal,
    single,
    to_payments,
    unknown,
)
from bot.chat.talk import Talk, line
from bot.jobs import reconciling, refunding
from bot.jobs.buttons import Press
from bot.model import Millis, UserId
from bot.money import refunds, subscriptions
from bot.money.plans import Plans
from bot.money.refunds import Foreseen, NotEnoughLeft, Payment, PaymentState
from bot.money.terms import StillHeld
from bot.store.port import Reading, Row, Transaction

NEWEST: Final = 2**53
DIGITS_MAX: Final = 15


class Payments:
    """Made once."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def press(self, talk: Talk, press: Press) -> str:
        """A page, a refund or a check; the catalogue key of what floats by, "" for nothing."""
        if not talk.is_private:
            return "press.nothing"
        name, _, word = press.how.partition("=")
        word, _, mark = word.partition("=")
        number = int(word) if _is_number(word) else None
        match name, number:
            case "", _:
                await talk.say(
                    *(shown := await self._page(talk, NEWEST)).lines, buttons=shown.buttons
                )
            case "page", int(from_id):
                shown = await self._page(talk, from_id)
                await talk.turn(*shown.lines, buttons=shown.buttons)
            case "back", int(payment_id):
                shown = await self._page(talk, await _top_above(talk.tx, payment_id))
                await talk.turn(*shown.lines, buttons=shown.buttons)
            case "check", _:
                await reconciling.ask(talk.tx, talk.place, talk.language, now=talk.now)
                return "payments.checking"
            case "refund" | "yes", int(payment_id):
                return await self._refund(talk, payment_id, mark)
            case _:
                return "press.nothing"
        return ""

    async def find(self, talk: Talk, quoted: str) -> None:
        """`/admin 3`: the one of this number, or of Telegram's code for it."""
        word = quoted.removeprefix("#")
        payment_id = int(word) if _is_number(word) else None
        if payment_id is None and (payment := await refunds.find_charge(talk.tx, quoted)):
            payment_id = payment.payment_id
        row = await talk.tx.one("payment_named", payment_id=payment_id)
        shown = unknown(quoted) if row is None else single(row, self._plans)
        await talk.say(*shown.lines, buttons=shown.buttons)

    async def _refund(self, talk: Talk, payment_id: int, mark: str) -> str:
        """``mark``: of the question that was answered with yes, "" for none."""
        row = await talk.tx.one("payment_named", payment_id=payment_id)
        if row is None:
            return "press.nothing"
        payment = refunds.read_payment(row)
        if payment.state is not PaymentState.PAID:
            await talk.turn(line("payments.on_its_way"), buttons=[to_payments(payment_id)])
            return ""
        asked = await self._question(talk, row)
        if not mark or mark != asked.mark:
            await talk.turn(*asked.lines, buttons=asked.buttons)
            return "payments.changed" if mark else ""
        operator_id, bears_vnd = talk.speaker.user_id, asked.bears_vnd
        await refunding.ask_back(
            talk.tx, payment, operator_id=operator_id, bears_vnd=bears_vnd, now=talk.now
        )
        taken_vnd = payment.amount_vnd - bears_vnd
        key = "payments.asked" if taken_vnd else "payments.asked_uncredited"
        told = line(key, stars=payment.stars, amount_vnd=taken_vnd)
        await talk.turn(told, buttons=[to_payments(payment_id)])
        return ""

    async def _question(self, talk: Talk, row: Row) -> Question:
        payment = refunds.read_payment(row)
        try:
            foreseen = await self._foresee(talk, payment)
        except StillHeld as error:
            return refusal(row, line("payments.still_held", held_vnd=error.held_vnd))
        is_renewed = await subscriptions.is_renewed(talk.tx, payment)
        return question(row, self._plans, foreseen, is_renewed=is_renewed)

    async def _foresee(self, talk: Talk, payment: Payment) -> Foreseen:
        """What the balance lacks is the shop's to bear. Raises StillHeld."""
        tx, plans, now = talk.tx, self._plans, talk.now
        try:
            return await refunds.foresee(tx, plans, payment, now=now)
        except NotEnoughLeft as error:
            return await refunds.foresee(tx, plans, payment, bears_vnd=error.missing_vnd, now=now)

    async def _page(self, talk: Talk, from_id: int) -> Page:
        rows = await talk.tx.all("payments_older", from_id=from_id, most=ON_A_PAGE + 1)
        newer = []
        if rows:
            above_id = rows[0]["payment_id"]
            newer = await talk.tx.all("payments_newer", above_id=above_id, most=ON_A_PAGE)
        newer_id = newer[-1]["payment_id"] if newer else None
        check = await reconciling.last_check(talk.tx)
        return page(rows, self._plans, newer_id=newer_id, check=check)


async def hear_refund(tx: Transaction, plans: Plans, message: Message, *, now: Millis) -> None:
    """Telegram says that a payment went back: as we had asked, by itself, or by another tool."""
    told = message.refunded_payment
    assert told is not None
    charge_id = told.telegram_payment_charge_id
    if not await refunding.went_back(tx, plans, charge_id, now=now):
        payer_id = UserId(message.chat.id)  # it is told in the private chat of who paid
        stars = told.total_amount
        await refunding.unknown_went_back(tx, charge_id, payer_id, stars, now=now)


async def _top_above(reading: Reading, payment_id: int) -> int:
    """Where a page begins that has this payment and is full, if there are as many."""
    newer = await reading.all("payments_newer", above_id=payment_id, most=ON_A_PAGE)
    if len(newer) < ON_A_PAGE:
        return NEWEST
    not_newer = await reading.all("payments_older", from_id=payment_id, most=ON_A_PAGE)
    lacking = ON_A_PAGE - len(not_newer)
    return int(newer[lacking - 1]["payment_id"]) if lacking else payment_id


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= DIGITS_MAX
