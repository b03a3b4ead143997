"""The operators' page of payments in Stars: the latest of them, a refund, a look at Telegram's list.

Knows nothing of how the page reads. Whoever presses is an operator: that is checked before. Everything
is in the buttons, and what a button names is looked up anew.
"""

from __future__ import annotations

from typing import Final

from telegram import Message

from bot.chat.payment_pages import ON_A_PAGE, Page, confirm, page, to_payments
from bot.chat.talk import Line, Talk, line
from bot.jobs import reconciling, refunding
from bot.jobs.buttons import Press
from bot.model import Millis, UserId
from bot.money import refunds
from bot.money.plans import Plans
from bot.money.refunds import NotEnoughLeft, Payment, PaymentState
from bot.money.terms import StillHeld
from bot.store.port import Transaction

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
        number = int(word) if _is_number(word) else None
        match name, number:
            case "", _:
                await talk.say(
                    *(shown := await self._page(talk, NEWEST)).lines, buttons=shown.buttons
                )
            case "page", int(from_id):
                shown = await self._page(talk, from_id)
                await talk.turn(*shown.lines, buttons=shown.buttons)
            case "check", _:
                await reconciling.ask(talk.tx, talk.place, talk.language, now=talk.now)
                return "payments.checking"
            case "refund" | "yes", int(payment_id):
                return await self._refund(talk, payment_id, is_sure=name == "yes")
            case _:
                return "press.nothing"
        return ""

    async def _refund(self, talk: Talk, payment_id: int, *, is_sure: bool) -> str:
        row = await talk.tx.one("payment_named", payment_id=payment_id)
        if row is None:
            return "press.nothing"
        payment = refunds.read_payment(row)
        if is_sure:
            await talk.turn(await _asked(talk, payment), buttons=[to_payments(payment_id)])
        elif payment.state is not PaymentState.PAID:
            await talk.turn(line("payments.on_its_way"), buttons=[to_payments(payment_id)])
        else:
            shown = confirm(row, self._plans)
            await talk.turn(*shown.lines, buttons=shown.buttons)
        return ""

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


async def _asked(talk: Talk, payment: Payment) -> Line:
    """Have it given back; what to say of it."""
    try:
        is_new = await refunding.ask_back(
            talk.tx, payment, operator_id=talk.speaker.user_id, now=talk.now
        )
    except StillHeld as error:
        return line("payments.still_held", held_vnd=error.held_vnd)
    except NotEnoughLeft as error:
        missing_vnd = error.missing_vnd
        command = f"/grant {payment.wallet_id} {missing_vnd}"
        return line("payments.not_enough", missing_vnd=missing_vnd, command=command)
    if not is_new:
        return line("payments.on_its_way")
    return line("payments.asked", stars=payment.stars, amount_vnd=payment.amount_vnd)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= DIGITS_MAX
