"""Taking a request on: its price, its hold and its job, in the caller's transaction.

Knows nothing of how it was typed and nothing of how it is made. "Accepted" means durable: the
money is set aside, the job waits in the queue and its status message waits in the outbox.
"""

from __future__ import annotations

import dataclasses
import secrets
import zoneinfo

from bot.errors import Dearer
from bot.jobs import board
from bot.jobs.caps import Caps, OverCap, outputs_of
from bot.jobs.codes import free_code
from bot.jobs.low_balance import tell_low
from bot.jobs.privacy import prefers_private
from bot.jobs.purses import Purses, Quote
from bot.jobs.rules import Payer, needs_admin, payer_of
from bot.jobs.saying import say
from bot.model import (
    AssetKind,
    Clock,
    Job,
    JobState,
    Millis,
    Place,
    Request,
    Say,
    Urgency,
    UserId,
)
from bot.money import ledger, terms
from bot.money.plans import Plans, price_key
from bot.store.port import Reading, Topic, Transaction
from bot.store.records import job_values


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """Everything that makes a job of a request."""

    user_id: UserId
    place: Place
    request: Request
    provider: str
    parent: Job | None = None
    bulk_id: int | None = None
    bulk_number: int | None = None
    """Its place among the requests of one message, which share their status message."""
    agreed_by: UserId | None = None
    """The admin of the group who agreed to its price; None: who asks answers for it."""
    has_own_status: bool = False
    """It shares no board, however busy its group is: a message stands there to become its status."""
    replaces: Job | None = None
    """The job that is cancelled for it, as it was before: what was agreed to there is so here."""


@dataclasses.dataclass(frozen=True, slots=True)
class Accepted:
    """The job is taken on."""

    job: Job


@dataclasses.dataclass(frozen=True, slots=True)
class NotEnough:
    """Neither today's allowance nor the balance covers it. Amounts in đồng, counts of outputs."""

    kind: AssetKind
    outputs: int
    free_left: int
    free_each_day: int
    """Comes back tomorrow."""
    price_each_vnd: int
    balance_vnd: int
    payer: Payer = Payer.MEMBER
    """Whose balance it is."""
    is_capped: bool = False
    """It is what the group's cap leaves this member today; its wallet has more."""

    @property
    def cost_vnd(self) -> int:
        """Of what is not free."""
        return (self.outputs - self.free_left) * self.price_each_vnd


@dataclasses.dataclass(frozen=True, slots=True)
class NotPriced:
    """Beyond the free allowance this has no price: the shop's contact sells it."""

    kind: AssetKind
    outputs: int
    free_left: int
    free_each_day: int
    contact: str
    payer: Payer = Payer.MEMBER


@dataclasses.dataclass(frozen=True, slots=True)
class NeedsAdmin:
    """The group's wallet covers it, and an admin of the group has to agree first."""

    cost_vnd: int


Lacking = NotEnough | NotPriced | OverCap
Outcome = Accepted | Lacking | NeedsAdmin


class Desk:
    """Where requests are taken on, by the plans and the operator's calendar."""

    def __init__(self, plans: Plans, timezone: zoneinfo.ZoneInfo, clock: Clock) -> None:
        self.plans = plans
        self.timezone = timezone
        self.clock = clock
        self.purses = Purses(plans, timezone, clock)
        self.caps = Caps(plans, self.purses, clock)

    async def quote(
        self, reading: Reading, order: Order, *, freed: Job | None = None
    ) -> Quote | Lacking:
        """What ``order`` would take now, or what is lacking. Money that would help today is spoken
        of only where the day's caps leave room.

        ``freed``: a job whose hold would be given back first.
        """
        purse = await self.purses.of(reading, order.user_id, order.place.chat_id, freed=freed)
        kind, outputs = order.request.operation.output_kind, order.request.count
        quote = self.purses.reckon(purse, order.request)
        if quote is None:
            return NotPriced(
                kind,
                outputs,
                purse.free_left[kind],
                purse.free_each_day[kind],
                self.plans.contact,
                purse.payer,
            )
        room = await self.caps.room(
            reading, purse, order.user_id, order.place.chat_id, kind, freed=freed
        )
        if room is not None and outputs_of(order.request) > room.left:
            return OverCap(kind, outputs, room, purse.payer)
        if quote.cost_vnd > purse.balance_vnd:
            return NotEnough(
                kind,
                outputs,
                quote.free,
                purse.free_each_day[kind],
                quote.price_each_vnd,
                purse.balance_vnd,
                purse.payer,
                purse.is_capped,
            )
        return quote

    async def needs_admin(self, reading: Reading, order: Order, quote: Quote) -> bool:
        """Whether an admin of the group has to agree to the price, and none has."""
        chat_id, before = order.place.chat_id, order.replaces
        if before and before.payer_id == UserId(chat_id) and quote.cost_vnd <= before.held_vnd:
            return False
        who = order.agreed_by or order.user_id
        return await needs_admin(reading, who, chat_id, quote.cost_vnd)

    async def accept(
        self, tx: Transaction, order: Order, *, at_most_vnd: int | None = None
    ) -> Outcome:
        """Hold what ``order`` may cost and put it into the queue, or say why not.

        ``at_most_vnd``: what was agreed to. Raises Dearer, with nothing written, when it is more.
        """
        quote = await self.quote(tx, order)
        if not isinstance(quote, Quote):
            return quote
        check_price(quote, at_most_vnd)
        if await self.needs_admin(tx, order, quote):
            return NeedsAdmin(quote.cost_vnd)
        now = self.clock()
        job = await self._new_job(tx, order, quote, now)
        await self._write(tx, order, job, now)
        await _show(tx, order, job, now)
        await tell_low(tx, self.plans, self.purses, job, now=now)
        tx.wake(Topic.RUNNER)
        return Accepted(job)

    async def _write(self, tx: Transaction, order: Order, job: Job, now: Millis) -> None:
        """The job, what it is made from, and its hold."""
        kind = order.request.operation.output_kind
        allowance = await self.purses.allowance(tx, order.user_id, kind, now=now)
        await tx.run("job_insert", **job_values(job))
        for path in job.request.references:
            await tx.run("reference_add", job_id=job.job_id, path=path)
        await ledger.hold(tx, job, allowance_given=allowance.given, now=now)
        await tx.run(
            "event_add",
            job_id=job.job_id,
            at=now,
            from_state=None,
            to_state=job.state.value,
            who=f"user {order.user_id}",
            why=f"agreed_by={order.agreed_by}" if order.agreed_by else "accepted",
        )

    async def _new_job(self, tx: Transaction, order: Order, quote: Quote, now: Millis) -> Job:
        to_private = await prefers_private(tx, order.user_id, order.place.chat_id)
        if order.replaces is not None:
            to_private = order.replaces.to_private
        payer_id = await payer_of(tx, order.user_id, order.place.chat_id)
        plan = await self.purses.plan_of(tx, payer_id)
        term = await terms.lapsing_term(tx, payer_id, now=now)
        shares_board = order.bulk_id is None and not order.has_own_status
        return Job(
            job_id=await free_code(tx),
            version=1,
            state=JobState.QUEUED,
            user_id=order.user_id,
            payer_id=payer_id,
            chat_id=order.place.chat_id,
            thread_id=order.place.thread_id,
            request_message_id=order.place.reply_to,
            provider=order.provider,
            request=order.request,
            parent_id=order.parent.job_id if order.parent else None,
            # Who was handed the picture itself knows nothing of the task it came from.
            parent_task_id=None
            if order.parent is None or order.request.references
            else order.parent.task_id,
            price_each_vnd=quote.price_each_vnd,
            held_free=quote.free,
            held_vnd=quote.cost_vnd,
            allowance_day=self.purses.today(now),
            priority=plan.priority,
            user_lanes=plan.threads,
            reference=secrets.token_hex(16),
            accepted_at=now,
            due_at=now,
            bulk_id=order.bulk_id,
            bulk_number=order.bulk_number,
            term_id=None if term is None else term.term_id,
            term_vnd=0 if term is None else min(quote.cost_vnd, term.left_vnd),
            price_key=price_key(order.request),
            outputs=outputs_of(order.request),
            to_private=to_private,
            board_id=await board.seat(tx, order.place, now=now) if shares_board else None,
        )


async def _show(tx: Transaction, order: Order, job: Job, now: Millis) -> None:
    """On its board, by a status message of its own, or with the others of its message."""
    if job.board_id is not None:
        await board.joined(tx, job.board_id, order.place, now=now)
    elif job.bulk_id is None:
        await say(
            tx,
            Say.STATUS,
            order.place,
            urgency=Urgency.ANSWER,
            now=now,
            job_id=job.job_id,
            key=f"status:{job.job_id}",
        )


def check_price(quote: Quote, at_most_vnd: int | None) -> None:
    """Raises Dearer when it costs more than was agreed to; None: any price was."""
    if at_most_vnd is not None and quote.cost_vnd > at_most_vnd:
        raise Dearer(quote.cost_vnd, at_most_vnd)
