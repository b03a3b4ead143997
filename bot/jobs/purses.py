"""What somebody could spend where they ask, and what a request would take of it. Writes nothing.

Knows nothing of jobs that are made, of how a request was typed, or of the words for what is lacking.
"""

from __future__ import annotations

import dataclasses
import datetime
import zoneinfo
from collections.abc import Mapping

from bot.jobs.rules import GroupRules, Payer, rules_of
from bot.model import AssetKind, ChatId, Clock, Job, Millis, Request, UserId
from bot.money import ledger, terms
from bot.money.plans import Plan, Plans, price_key, price_of
from bot.store.port import Reading

UNLIMITED = 2**31
"""An unlimited allowance as a count: more than anybody makes in a day."""


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


class Purses:
    """By the plans and the operator's calendar."""

    def __init__(self, plans: Plans, timezone: zoneinfo.ZoneInfo, clock: Clock) -> None:
        self._plans = plans
        self._timezone = timezone
        self._clock = clock

    def today(self, now: Millis) -> str:
        """The operator's local date, `YYYY-MM-DD`: what a day's allowance belongs to."""
        return datetime.datetime.fromtimestamp(now / 1000, self._timezone).date().isoformat()

    def day_ends_at(self, now: Millis) -> Millis:
        """The operator's next midnight: allowances and caps begin anew."""
        today = datetime.datetime.fromtimestamp(now / 1000, self._timezone).date()
        tomorrow = today + datetime.timedelta(days=1)
        midnight = datetime.datetime.combine(tomorrow, datetime.time(), self._timezone)
        return int(midnight.timestamp() * 1000)

    async def plan_of(self, reading: Reading, user_id: UserId) -> Plan:
        """Of a person, or of a group by the chat's id."""
        return await terms.plan_of(reading, self._plans, user_id, now=self._clock())

    async def balance_of(self, reading: Reading, wallet_id: UserId) -> int:
        """Đồng that may be spent: without what a plan that is over leaves behind."""
        wallet = await ledger.read_wallet(reading, wallet_id)
        overdue_vnd = await terms.overdue_of(reading, wallet_id, now=self._clock())
        return max(0, wallet.balance_vnd - overdue_vnd)

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
        return 0 if key is None else price_of(self._plans, plan, key)

    async def of(
        self, reading: Reading, user_id: UserId, chat_id: ChatId, *, freed: Job | None = None
    ) -> Purse:
        """What ``user_id`` could spend in that chat: their own quota, or the group's wallet.

        ``freed``: a job whose hold would be given back first.
        """
        rules = await rules_of(reading, chat_id)
        if rules.payer is Payer.GROUP:
            return await self._purse_of_group(reading, user_id, chat_id, rules, freed=freed)
        now = self._clock()
        allowances = {
            kind: await self.allowance(reading, user_id, kind, now=now) for kind in AssetKind
        }
        free_left = {kind: allowance.left for kind, allowance in allowances.items()}
        free_each_day = {kind: allowance.given for kind, allowance in allowances.items()}
        balance_vnd = await self.balance_of(reading, user_id)
        if freed is not None and freed.payer_id == user_id:
            balance_vnd += await terms.given_back_of(reading, freed, now=now)
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
        balance_vnd = await self.balance_of(reading, payer_id)
        if freed is not None and freed.payer_id == payer_id:
            balance_vnd += await terms.given_back_of(reading, freed, now=self._clock())
        left_vnd = balance_vnd
        if rules.cap_vnd is not None:
            spent_vnd = await self.spent_of_group(reading, user_id, chat_id)
            today = self.today(self._clock())
            # What waits since yesterday is no part of it.
            whose = (payer_id, user_id, today)
            if freed and (freed.payer_id, freed.user_id, freed.allowance_day) == whose:
                spent_vnd -= freed.held_vnd
            left_vnd = min(balance_vnd, max(0, rules.cap_vnd - spent_vnd))
        nothing = dict.fromkeys(AssetKind, 0)
        plan = await self.plan_of(reading, payer_id)
        return Purse(plan, nothing, nothing, left_vnd, Payer.GROUP, left_vnd < balance_vnd)

    async def spent_of_group(self, reading: Reading, user_id: UserId, chat_id: ChatId) -> int:
        """Đồng of the group's wallet that a member has taken or set aside today."""
        row = await reading.one(
            "spent_of_group", payer_id=chat_id, user_id=user_id, day=self.today(self._clock())
        )
        return int(row["spent_vnd"]) if row else 0

    def reckon(self, purse: Purse, request: Request) -> Quote | None:
        """What ``request`` takes of ``purse``, which may hold less; None: it has no price."""
        price = self.price_each(purse.plan, request)
        # What costs nothing anyhow does not use up the day's allowance.
        left = 0 if price_key(request) is None else purse.free_left[request.operation.output_kind]
        free = min(request.count, left)
        if price is None and free < request.count:
            return None
        return Quote(free, request.count - free, price or 0)
