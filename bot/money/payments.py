"""Payments in Stars: what was offered, whether it may be paid for, and the money credited once.

Knows nothing of Telegram's calls or of words. An invoice's id proves nothing by itself: whoever
pays is checked before, and what was paid is credited whatever became of the offer meanwhile.
"""

from __future__ import annotations

import dataclasses
import enum
import secrets
from typing import Final

from bot.model import DAY_MS, ChatId, Millis, UserId
from bot.money import terms
from bot.money.ledger import Act, EntryKind
from bot.money.plans import Plan, Plans
from bot.money.stars import Offer, still_stands
from bot.money.terms import Term
from bot.money.topups import pay_in
from bot.store.port import Reading, Row, Transaction

CURRENCY: Final = "XTR"
"""Stars, as Telegram calls them in payments."""
HOLDS_MS: Final = DAY_MS
"""How long an offer may be paid for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Invoice:
    """What somebody asked to pay for."""

    invoice_id: str
    """The payload that Telegram gives back: 128 random bits."""
    user_id: UserId
    wallet_id: UserId
    """Whose balance it fills: the asker's, or the group's by its chat's id."""
    chat_id: ChatId
    offer: Offer
    created_at: Millis

    @property
    def is_of_group(self) -> bool:
        return self.wallet_id < 0


@dataclasses.dataclass(frozen=True, slots=True)
class Query:
    """Somebody is about to pay, as Telegram asks whether they may."""

    user_id: UserId
    payload: str
    currency: str
    stars: int


class Refusal(enum.StrEnum):
    """Why something may not be paid for; also the catalogue key of the sentence."""

    UNKNOWN = "checkout.unknown"
    NOT_YOURS = "checkout.not_yours"
    CHANGED = "checkout.changed"
    PAID = "checkout.paid"
    OLD = "checkout.old"
    PLAN_RUNS = "checkout.plan_runs"


@dataclasses.dataclass(frozen=True, slots=True)
class Paid:
    """A payment that has been made."""

    charge_id: str
    user_id: UserId
    payload: str
    stars: int
    is_recurring: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Credit:
    """What became of a payment."""

    wallet_id: UserId
    amount_vnd: int
    plan: str | None
    """Begun or gone on with."""
    term: Term | None
    runs: Term | None
    """The other plan that kept the bought one from beginning: the balance alone was filled."""
    is_known: bool
    """It was for an offer of ours."""
    gone: str | None
    """The plan it was for, which the plan file has no more: the balance alone was filled."""


async def make_invoice(
    tx: Transaction,
    user_id: UserId,
    wallet_id: UserId,
    chat_id: ChatId,
    offer: Offer,
    *,
    now: Millis,
) -> str:
    """Write down what is offered; its payload."""
    invoice_id = secrets.token_hex(16)
    await tx.run(
        "invoice_add",
        invoice_id=invoice_id,
        user_id=user_id,
        wallet_id=wallet_id,
        chat_id=chat_id,
        plan=offer.plan,
        stars=offer.stars,
        vnd_per_star=offer.vnd_per_star,
        is_subscription=int(offer.is_subscription),
        now=now,
    )
    return invoice_id


async def find_invoice(reading: Reading, payload: str) -> Invoice | None:
    row = await reading.one("invoice_get", invoice_id=payload)
    return None if row is None else _read(row)


async def refusal_of(
    reading: Reading, plans: Plans, invoice: Invoice | None, query: Query, *, now: Millis
) -> Refusal | None:
    """Why ``query`` may not be paid, ``invoice`` being what its payload names; None: it may."""
    if invoice is None:
        return Refusal.UNKNOWN
    if not invoice.is_of_group and invoice.wallet_id != query.user_id:
        return Refusal.NOT_YOURS
    offer = invoice.offer
    if query.currency != CURRENCY or query.stars != offer.stars:
        return Refusal.CHANGED
    if not offer.is_subscription and await _is_paid(reading, invoice):
        return Refusal.PAID
    if now - invoice.created_at >= HOLDS_MS:
        return Refusal.OLD
    if not still_stands(plans, offer):
        return Refusal.CHANGED
    if await in_the_way(reading, plans, offer, invoice.wallet_id, now=now) is not None:
        return Refusal.PLAN_RUNS
    return None


async def in_the_way(
    reading: Reading, plans: Plans, offer: Offer, wallet_id: UserId, *, now: Millis
) -> Term | None:
    """The plan that has to end before ``offer`` can be bought; None: there is none.

    Another whose balance lapses; of a subscription also itself: it would be paid for twice a month.
    """
    term = await _other_running(reading, plans.plans.get(offer.plan or ""), wallet_id, now=now)
    if term is None and offer.is_subscription:
        return await terms.lapsing_term(reading, wallet_id, now=now)
    return term


async def credit(tx: Transaction, plans: Plans, paid: Paid, *, now: Millis) -> Credit | None:
    """Put what was paid on the balance, once for its charge; None: that was done before.

    What no offer of ours is known for (a restored backup) fills the payer's own balance at
    today's rate; without a rate it is written down and credits nothing.
    """
    invoice = await find_invoice(tx, paid.payload)
    wallet_id = paid.user_id if invoice is None else invoice.wallet_id
    rate = plans.stars.vnd_per_star if plans.stars is not None else 0
    rate = rate if invoice is None else invoice.offer.vnd_per_star
    wanted = None if invoice is None else invoice.offer.plan
    plan = plans.plans.get(wanted or "")
    gone = wanted if plan is None else None
    runs = await _other_running(tx, plan, wallet_id, now=now)
    plan = None if runs is not None else plan
    amount_vnd = paid.stars * rate
    await tx.run("wallet_open", wallet_id=wallet_id)
    is_new = await tx.run(
        "payment_add",
        charge_id=paid.charge_id,
        invoice_id=None if invoice is None else invoice.invoice_id,
        user_id=paid.user_id,
        wallet_id=wallet_id,
        stars=paid.stars,
        vnd_per_star=rate,
        amount_vnd=amount_vnd,
        plan=None if plan is None else plan.name,
        is_recurring=int(paid.is_recurring),
        now=now,
    )
    if not is_new:
        return None
    term = None
    if amount_vnd:
        act = Act(f"payment:{paid.charge_id}", f"user {paid.user_id}", "stars", now)
        await pay_in(tx, plans, wallet_id, EntryKind.TOPUP, amount_vnd, act, plan=plan)
        term = await _term_of(tx, plan, wallet_id, now=now)
    if term is not None:
        await tx.run("payment_of_term", charge_id=paid.charge_id, term_id=term.term_id)
    name = None if plan is None else plan.name
    is_known = invoice is not None
    return Credit(wallet_id, amount_vnd, name, term, runs, is_known=is_known, gone=gone)


async def last_charges(reading: Reading, user_id: UserId, *, most: int) -> list[Row]:
    """Somebody's own payments, the latest first: what they quote when something is wrong."""
    return await reading.all("payments_of_user", user_id=user_id, most=most)


async def _is_paid(reading: Reading, invoice: Invoice) -> bool:
    return await reading.one("invoice_paid", invoice_id=invoice.invoice_id) is not None


async def _other_running(
    reading: Reading, plan: Plan | None, wallet_id: UserId, *, now: Millis
) -> Term | None:
    """The plan whose balance lapses that ``plan``, which does as well, cannot run beside."""
    if plan is None or plan.days is None:
        return None
    term = await terms.lapsing_term(reading, wallet_id, now=now)
    return term if term is not None and term.plan != plan.name else None


async def _term_of(
    reading: Reading, plan: Plan | None, wallet_id: UserId, *, now: Millis
) -> Term | None:
    """The term that a payment for ``plan`` has just begun or gone on with."""
    if plan is None:
        return None
    running = await terms.running(reading, wallet_id, now=now)
    # The plan file may have changed since another of this name began.
    is_endless = plan.days is None
    same = (each for each in running if each.plan == plan.name)
    return next((each for each in same if (each.ends_at is None) == is_endless), None)


def _read(row: Row) -> Invoice:
    return Invoice(
        invoice_id=row["invoice_id"],
        user_id=UserId(row["user_id"]),
        wallet_id=UserId(row["wallet_id"]),
        chat_id=ChatId(row["chat_id"]),
        offer=Offer(row["stars"], row["vnd_per_star"], row["plan"], bool(row["is_subscription"])),
        created_at=row["created_at"],
    )
