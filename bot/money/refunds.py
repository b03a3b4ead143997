"""A payment in Stars goes back: out of the balance first, then Telegram is asked, then it is sure.

Knows nothing of Telegram's calls, nor of what is said about it. A payment is `paid`; asked back it is
`refunding` and its money already gone from the balance, so that nobody spends it meanwhile; then it
is `refunded`, or `paid` again with a new entry that puts the money back. What it bought of a plan
goes with it: the money at once, the plan's days only when it is sure.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence

from bot.errors import EaselError
from bot.model import Millis, UserId
from bot.money import ledger, purchases, terms
from bot.money.ledger import Act, EntryKind
from bot.money.outgoing import share_of_term, take_out
from bot.money.plans import Plans
from bot.money.purchases import Undoing
from bot.money.terms import StillHeld, Term
from bot.store.port import Reading, Row, Transaction

TELEGRAM = "telegram"
"""The author of what we did not ask for."""


class NotEnoughLeft(EaselError):
    """Less is left on the balance than was credited for the payment."""

    def __init__(self, missing_vnd: int) -> None:
        super().__init__(f"{missing_vnd} ₫ are missing")
        self.missing_vnd = missing_vnd


class PaymentState(enum.StrEnum):
    """The same words as in the column."""

    PAID = "paid"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


@dataclasses.dataclass(frozen=True, slots=True)
class Payment:
    """One charge of Telegram's, and what was credited for it. Amounts in đồng, or in Stars."""

    payment_id: int
    charge_id: str
    invoice_id: str | None
    user_id: UserId
    """Who paid."""
    wallet_id: UserId
    """Whose balance it filled: theirs, or a group's by the chat's id."""
    stars: int
    amount_vnd: int
    plan: str | None
    term_id: int | None
    is_recurring: bool
    state: PaymentState
    paid_at: Millis
    reversed_vnd: int
    """Taken out of the balance again."""
    refund_by: str | None
    """Who wanted it back, as an entry's author is written."""
    refund_asks: int
    """How often giving it back was begun."""
    attempts: int


@dataclasses.dataclass(frozen=True, slots=True)
class Foreseen:
    """What giving a payment back will do. Amounts in đồng."""

    payment: Payment
    """Its amount leaves the balance."""
    from_term_vnd: int
    """Of it, out of the balance of the plan that lapses."""
    plan: Undoing | None
    """What becomes of the plan it bought; None: it bought none, or that is over."""
    lapse_vnd: int
    """Left of that plan's balance beside it, and gone when the plan ends with it."""
    going: Sequence[int]
    """Other payments for that plan on their way back, reckoned as gone."""


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """What it came to when Telegram would not give a payment back. Amounts in đồng."""

    payment: Payment
    """As it was while on its way."""
    lapsed_vnd: int
    """Of what was put on the balance again, lapsed at once: its plan had run out meanwhile."""


@dataclasses.dataclass(frozen=True, slots=True)
class GivenBack:
    """What it came to when Telegram had given a payment back."""

    payment: Payment
    was_asked: bool
    """By an operator of ours; else by Telegram itself or with another tool."""
    missing_vnd: int
    """Credited, and not there any more when it should have been taken back."""
    held_vnd: int
    """Of it, set aside for jobs under way: not spent yet."""
    plan_over: str | None
    """The plan that ended with it."""


async def find(reading: Reading, payment_id: int) -> Payment | None:
    row = await reading.one("payment_get", payment_id=payment_id)
    return None if row is None else read_payment(row)


async def find_charge(reading: Reading, charge_id: str) -> Payment | None:
    row = await reading.one("payment_of_charge", charge_id=charge_id)
    return None if row is None else read_payment(row)


async def foresee(tx: Transaction, plans: Plans, payment: Payment, *, now: Millis) -> Foreseen:
    """What `ask_back` and then `went_back` would do now; written is only what had lapsed anyway.

    Raises NotEnoughLeft, StillHeld.
    """
    part_vnd = await _may_go_back(tx, payment, now=now)
    lapsing, from_term_vnd = await share_of_term(
        tx, payment.wallet_id, payment.amount_vnd, of_term_vnd=part_vnd, now=now
    )
    term = await _term_of(tx, payment)
    if term is None:
        return Foreseen(payment, from_term_vnd, None, 0, ())
    rows = await tx.all("payments_going_of_term", term_id=term.term_id)
    going = [read_payment(row) for row in rows]
    keys = [_key(each) for each in (*going, payment)]
    plan = await purchases.foresee(tx, plans, term, keys, now=now)
    gone_vnd = sum(each.reversed_vnd for each in going)
    if await terms.is_used_up_without(
        tx, plans, term, payment.amount_vnd, gone_vnd=gone_vnd, now=now
    ):
        plan = dataclasses.replace(plan, is_over=True)
    lapse_vnd = 0
    if plan.is_over and lapsing is not None and lapsing.term_id == term.term_id:
        lapse_vnd = lapsing.left_vnd - from_term_vnd
    numbers = [each.payment_id for each in going]
    return Foreseen(payment, from_term_vnd, plan, lapse_vnd, numbers)


async def ask_back(
    tx: Transaction, payment: Payment, *, author: str, why: str, now: Millis
) -> bool:
    """Take it out of the balance and have Telegram asked; False: that was begun before.

    Raises NotEnoughLeft, StillHeld; then nothing is written but what had lapsed anyway.
    """
    if payment.state is not PaymentState.PAID:
        return False
    part_vnd = await _may_go_back(tx, payment, now=now)
    if not await tx.run(
        "payment_asked_back", payment_id=payment.payment_id, by=author, why=why, now=now
    ):
        return False
    act = Act(_reversed_key(payment, payment.refund_asks + 1), author, why, now)
    await take_out(
        tx, payment.wallet_id, EntryKind.REVERSAL, payment.amount_vnd, act, of_term_vnd=part_vnd
    )
    return True


async def went_back(
    tx: Transaction, plans: Plans, charge_id: str, *, now: Millis
) -> GivenBack | None:
    """Telegram has given it back, asked by us or not; None: that is known, or nothing is credited.

    What we had not asked for is taken out of the balance as far as that reaches, never below zero.
    """
    payment = await find_charge(tx, charge_id)
    if payment is None or payment.state is PaymentState.REFUNDED:
        return None
    was_asked = payment.state is PaymentState.REFUNDING
    if was_asked:
        await tx.run("payment_went_back", payment_id=payment.payment_id, now=now)
    else:
        await _take_what_is_there(tx, payment, now=now)
    payment = await find(tx, payment.payment_id) or payment
    plan_over = await _end_plan(tx, plans, payment, now=now)
    missing_vnd = payment.amount_vnd - payment.reversed_vnd
    wallet = await ledger.read_wallet(tx, payment.wallet_id)
    held_vnd = min(missing_vnd, wallet.held_vnd)
    return GivenBack(payment, was_asked, missing_vnd, held_vnd, plan_over)


async def stays(tx: Transaction, payment_id: int, *, why: str, now: Millis) -> Kept | None:
    """Telegram will not give it back: the money is put on the balance again. None: it did.

    What was a plan's is so again; where that is over by now, it lapses as it would have.
    ``why``: Telegram's words.
    """
    payment = await find(tx, payment_id)
    if payment is None or not await tx.run("payment_stays", payment_id=payment_id):
        return None
    await terms.close_over(tx, payment.wallet_id, now=now)
    number = payment.refund_asks
    act = Act(_restored_key(payment, number), TELEGRAM, why, now)
    taken = await tx.one("entry_known", key=_reversed_key(payment, number))
    to_term_vnd = 0
    if taken is not None and taken["term_id"] is not None:
        to_term_vnd = await terms.put_back(tx, taken["term_id"], taken["amount_vnd"], act)
    if to_term_vnd:
        act = dataclasses.replace(act, key=f"{act.key}:rest")
    if rest_vnd := payment.reversed_vnd - to_term_vnd:
        await ledger.enter(tx, payment.wallet_id, EntryKind.TOPUP, rest_vnd, act)
    lapsed_vnd = await terms.close_over(tx, payment.wallet_id, now=now)
    await tx.run("wallet_filled", wallet_id=payment.wallet_id)
    return Kept(payment, lapsed_vnd)


async def never_credit(
    tx: Transaction, charge_id: str, user_id: UserId, stars: int, *, now: Millis
) -> bool:
    """It went back before we heard of it: should its payment come after all, it buys nothing.

    False: it is known.
    """
    await tx.run("wallet_open", wallet_id=user_id)
    is_new = await tx.run(
        "payment_never_credited", charge_id=charge_id, user_id=user_id, stars=stars, now=now
    )
    return bool(is_new)


async def _may_go_back(tx: Transaction, payment: Payment, *, now: Millis) -> int:
    """How much of it became the balance of a plan that lapses. Raises NotEnoughLeft, StillHeld.

    What is over lapses first, whatever becomes of this.
    """
    await terms.close_over(tx, payment.wallet_id, now=now)
    part = await _part_of_term(tx, payment)
    await _check_enough(tx, payment, part, now=now)
    return part[1]


async def _check_enough(
    tx: Transaction, payment: Payment, part: tuple[Term | None, int], *, now: Millis
) -> None:
    """Raises NotEnoughLeft, StillHeld. A plan's balance pays only for what it was bought with."""
    term, part_vnd = part
    wallet = await ledger.read_wallet(tx, payment.wallet_id)
    from_term_vnd = 0
    if term is not None:
        from_term_vnd = min(part_vnd, await terms.left_of(tx, term))
        held_vnd = await terms.held_of(tx, term)
        if from_term_vnd < part_vnd and held_vnd:
            raise StillHeld(held_vnd)
    lapsing = await terms.lapsing_term(tx, payment.wallet_id, now=now)
    lapsing_vnd = 0 if lapsing is None else await terms.left_of(tx, lapsing)
    free_vnd = wallet.balance_vnd - lapsing_vnd
    missing_vnd = payment.amount_vnd - from_term_vnd - free_vnd
    if missing_vnd <= 0:
        return
    if missing_vnd <= wallet.held_vnd:
        raise StillHeld(wallet.held_vnd)
    raise NotEnoughLeft(missing_vnd)


async def _take_what_is_there(tx: Transaction, payment: Payment, *, now: Millis) -> None:
    await terms.close_over(tx, payment.wallet_id, now=now)
    wallet = await ledger.read_wallet(tx, payment.wallet_id)
    reversed_vnd = min(payment.amount_vnd, wallet.balance_vnd)
    why = "refunded"
    await tx.run(
        "payment_taken_back",
        payment_id=payment.payment_id,
        reversed_vnd=reversed_vnd,
        by=TELEGRAM,
        why=why,
        now=now,
    )
    act = Act(_reversed_key(payment, payment.refund_asks + 1), TELEGRAM, why, now)
    _, part_vnd = await _part_of_term(tx, payment)
    await take_out(
        tx, payment.wallet_id, EntryKind.REVERSAL, reversed_vnd, act, of_term_vnd=part_vnd
    )


async def _part_of_term(reading: Reading, payment: Payment) -> tuple[Term | None, int]:
    """The term whose bought balance it became, and how much of it: that lapses with the term."""
    last = payment.refund_asks
    key = _restored_key(payment, last) if last else _key(payment)
    row = await reading.one("entry_known", key=key)
    if row is None or row["term_id"] is None:
        return None, 0
    term = await terms.find_term(reading, row["term_id"])
    return term, 0 if term is None else row["amount_vnd"]


async def _end_plan(tx: Transaction, plans: Plans, payment: Payment, *, now: Millis) -> str | None:
    """The plan goes on as if this had not bought it; which ended, where nothing else holds it."""
    term = await _term_of(tx, payment)
    if term is None:
        return None
    by = payment.refund_by or TELEGRAM
    act = Act(_key(payment), by, "refunded", now)
    await purchases.undo(tx, plans, term, act)
    await terms.close_used_up(tx, plans, payment.wallet_id, act)
    return None if await terms.find_term(tx, term.term_id) is not None else term.plan


async def _term_of(reading: Reading, payment: Payment) -> Term | None:
    """The plan it bought, where that has not ended."""
    return None if payment.term_id is None else await terms.find_term(reading, payment.term_id)


def _key(payment: Payment) -> str:
    """Of the act that credited it; it names the purchase too."""
    return f"payment:{payment.charge_id}"


def _reversed_key(payment: Payment, number: int) -> str:
    return f"{_key(payment)}:reversed:{number}"


def _restored_key(payment: Payment, number: int) -> str:
    return f"{_key(payment)}:restored:{number}"


def read_payment(row: Row) -> Payment:
    return Payment(
        payment_id=row["payment_id"],
        charge_id=row["charge_id"],
        invoice_id=row["invoice_id"],
        user_id=UserId(row["user_id"]),
        wallet_id=UserId(row["wallet_id"]),
        stars=row["stars"],
        amount_vnd=row["amount_vnd"],
        plan=row["plan"],
        term_id=row["term_id"],
        is_recurring=bool(row["is_recurring"]),
        state=PaymentState(row["state"]),
        paid_at=row["paid_at"],
        reversed_vnd=row["reversed_vnd"],
        refund_by=row["refund_by"],
        refund_asks=row["refund_asks"],
        attempts=row["attempts"],
    )
