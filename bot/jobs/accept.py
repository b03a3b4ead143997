"""Taking a request on: its price, its hold and its job, in the caller's transaction.

Knows nothing of how it was typed and nothing of how it is made. "Accepted" means durable: the
money is set aside, the job waits in the queue and its status message waits in the outbox.
"""

from __future__ import annotations

import dataclasses
import datetime
import secrets
import zoneinfo
from collections.abc import Mapping

from bot.errors import Dearer
from bot.jobs import board
from bot.jobs.codes import free_code
from bot.jobs.privacy import prefers_private
from bot.jobs.rules import GroupRules, Payer, needs_admin, payer_of, rules_of
from bot.jobs.saying import say
from bot.model import (
    AssetKind,
    ChatId,
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
from bot.money import ledger
from bot.money.plans import Plan, Plans, price_key, price_of
from bot.store.port import Reading, Topic, Transaction
from bot.store.records import job_values

UNLIMITED = 2**31
"""An unlimited allowance as a count: more than anybody makes in a day."""


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


Outcome = Accepted | NotEnough | NotPriced | NeedsAdmin


@dataclasses.dataclass(frozen=True, slots=True)
class Quote:
    """What a request would take from whom asks: the free outputs first, then money."""

    free: int
    paid: int
    price_each_vnd: int

    @property
    def cost_vnd(self) -> int:
        return self.paid * self.price_each_vnd


@dataclasses.dataclass(frozen=True, slots=True)
class Purse:
    """What somebody could spend now where they ask."""

    plan: Plan
    """Whose prices count: the payer's."""
    free_left: Mapping[AssetKind, int]
    """Of today's allowance; a group's wallet comes without one."""
    free_each_day: Mapping[AssetKind, int]
    balance_vnd: int
    payer: Payer = Payer.MEMBER
    is_capped: bool = False
    """The group's wallet has more than its cap leaves this member today."""

    def without(self, quote: Quote, kind: AssetKind) -> Purse:
        """What is left once ``quote`` is taken."""
        free_left = {**self.free_left, kind: self.free_left[kind] - quote.free}
        balance_vnd = self.balance_vnd - quote.cost_vnd
        return dataclasses.replace(self, free_left=free_left, balance_vnd=balance_vnd)


class Desk:
    """Where requests are taken on, by the plans and the operator's calendar."""

    def __init__(self, plans: Plans, timezone: zoneinfo.ZoneInfo, clock: Clock) -> None:
        self.plans = plans
        self.timezone = timezone
        self.clock = clock

    def today(self, now: Millis) -> str:
        """The operator's local date, `YYYY-MM-DD`: what a day's allowance belongs to."""
        return datetime.datetime.fromtimestamp(now / 1000, self.timezone).date().isoformat()

    async def plan_of(self, reading: Reading, user_id: UserId) -> Plan:
        row = await reading.one("user_get", user_id=user_id)
        name = row["plan"] if row else "free"
        # A plan taken out of the file leaves its people with the free one.
        return self.plans.plans.get(name) or self.plans.plans["free"]

    async def allowance(
        self, reading: Reading, user_id: UserId, kind: AssetKind, *, now: Millis
    ) -> ledger.Allowance:
        """The free outputs of one kind on the day of ``now``."""
        plan = await self.plan_of(reading, user_id)
        is_video = kind is AssetKind.VIDEO
        given = plan.free_videos_per_day if is_video else plan.free_images_per_day
        return await ledger.read_allowance(
            reading,
            user_id,
            self.today(now),
            kind.value,
            given=UNLIMITED if given is None else given,
        )

    def price_each(self, plan: Plan, request: Request) -> int | None:
        """Đồng per output; 0 for what is made here, None when the operator has set no price."""
        key = price_key(request)
        return 0 if key is None else price_of(self.plans, plan, key)

    async def purse(
        self, reading: Reading, user_id: UserId, chat_id: ChatId, *, freed: Job | None = None
    ) -> Purse:
        """What ``user_id`` could spend in that chat: their own quota, or the group's wallet.

        ``freed``: a job whose hold would be given back first.
        """
        rules = await rules_of(reading, chat_id)
        if rules.payer is Payer.GROUP:
            return await self._purse_of_group(reading, user_id, chat_id, rules, freed=freed)
        now = self.clock()
        wallet = await ledger.read_wallet(reading, user_id)
        allowances = {
            kind: await self.allowance(reading, user_id, kind, now=now) for kind in AssetKind
        }
        free_left = {kind: allowance.left for kind, allowance in allowances.items()}
        free_each_day = {kind: allowance.given for kind, allowance in allowances.items()}
        balance_vnd = wallet.balance_vnd
        if freed is not None and freed.payer_id == user_id:
            balance_vnd += freed.held_vnd
            if freed.allowance_day == self.today(now):
                free_left[freed.request.operation.output_kind] += freed.held_free
        plan = await self.plan_of(reading, user_id)
        return Purse(plan, free_left, free_each_day, balance_vnd)

    async def _purse_of_group(
        self,
        reading: Reading,
        user_id: UserId,
        chat_id: ChatId,
        rules: GroupRules,
        *,
        freed: Job | None,
    ) -> Purse:
        payer_id = UserId(chat_id)
        given_back_vnd = freed.held_vnd if freed and freed.payer_id == payer_id else 0
        wallet = await ledger.read_wallet(reading, payer_id)
        balance_vnd = wallet.balance_vnd + given_back_vnd
        left_vnd = balance_vnd
        if rules.cap_vnd is not None:
            spent_vnd = await self.spent_of_group(reading, user_id, chat_id)
            today = self.today(self.clock())
            # What waits since yesterday is no part of it.
            if freed and freed.user_id == user_id and freed.allowance_day == today:
                spent_vnd -= given_back_vnd
            left_vnd = min(balance_vnd, max(0, rules.cap_vnd - spent_vnd))
        nothing = dict.fromkeys(AssetKind, 0)
        plan = await self.plan_of(reading, payer_id)
        return Purse(plan, nothing, nothing, left_vnd, Payer.GROUP, left_vnd < balance_vnd)

    async def spent_of_group(self, reading: Reading, user_id: UserId, chat_id: ChatId) -> int:
        """Đồng of the group's wallet that a member has taken or set aside today."""
        row = await reading.one(
            "spent_of_group", payer_id=chat_id, user_id=user_id, day=self.today(self.clock())
        )
        return int(row["spent_vnd"]) if row else 0

    def reckon(self, purse: Purse, request: Request) -> Quote | None:
        """What ``request`` takes of ``purse``, which may not hold as much; None: it has no price."""
        price = self.price_each(purse.plan, request)
        # What costs nothing anyhow does not use up the day's allowance.
        left = 0 if price_key(request) is None else purse.free_left[request.operation.output_kind]
        free = min(request.count, left)
        if price is None and free < request.count:
            return None
        return Quote(free, request.count - free, price or 0)

    async def quote(
        self, reading: Reading, order: Order, *, freed: Job | None = None
    ) -> Quote | NotEnough | NotPriced:
        """What ``order`` would take now, or what is lacking.

        ``freed``: a job whose hold would be given back first.
        """
        purse = await self.purse(reading, order.user_id, order.place.chat_id, freed=freed)
        kind, outputs = order.request.operation.output_kind, order.request.count
        quote = self.reckon(purse, order.request)
        if quote is None:
            return NotPriced(
                kind,
                outputs,
                purse.free_left[kind],
                purse.free_each_day[kind],
                self.plans.contact,
                purse.payer,
            )
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
        plan = await self.plan_of(tx, order.user_id)
        kind = order.request.operation.output_kind
        allowance = await self.allowance(tx, order.user_id, kind, now=now)

        is_one_of_many = order.bulk_id is not None
        is_apart = is_one_of_many or order.has_own_status
        board_id = None if is_apart else await board.seat(tx, order.place, now=now)
        new = await self._new_job(tx, order, quote, plan, now)
        job = dataclasses.replace(new, board_id=board_id)
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
        if board_id is not None:
            await board.joined(tx, board_id, order.place, now=now)
        elif not is_one_of_many:
            await say(
                tx,
                Say.STATUS,
                order.place,
                urgency=Urgency.ANSWER,
                now=now,
                job_id=job.job_id,
                key=f"status:{job.job_id}",
            )
        tx.wake(Topic.RUNNER)
        return Accepted(job)

    async def _new_job(
        self, tx: Transaction, order: Order, quote: Quote, plan: Plan, now: Millis
    ) -> Job:
        to_private = await prefers_private(tx, order.user_id, order.place.chat_id)
        if order.replaces is not None:
            to_private = order.replaces.to_private
        return Job(
            job_id=await free_code(tx),
            version=1,
            state=JobState.QUEUED,
            user_id=order.user_id,
            payer_id=await payer_of(tx, order.user_id, order.place.chat_id),
            chat_id=order.place.chat_id,
            thread_id=order.place.thread_id,
            request_message_id=order.place.reply_to,
            status_message_id=None,
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
            charged_free=0,
            charged_vnd=0,
            allowance_day=self.today(now),
            priority=plan.priority,
            user_lanes=plan.threads,
            reference=secrets.token_hex(16),
            task_id=None,
            holds_lane=False,
            is_muted=False,
            progress=None,
            progress_at=None,
            bar=None,
            reason=None,
            detail="",
            attempts=0,
            accepted_at=now,
            submitted_at=None,
            started_at=None,
            made_at=None,
            deadline_at=None,
            ended_at=None,
            due_at=now,
            bulk_id=order.bulk_id,
            bulk_number=order.bulk_number,
            to_private=to_private,
        )


def check_price(quote: Quote, at_most_vnd: int | None) -> None:
    """Raises Dearer when it costs more than was agreed to; None: any price was."""
    if at_most_vnd is not None and quote.cost_vnd > at_most_vnd:
        raise Dearer(quote.cost_vnd, at_most_vnd)
