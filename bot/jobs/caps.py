"""How many outputs a day there may be: of one payer's plan, in one group, of the whole bot.

Knows nothing of money. Counted from the jobs of the operator's day in the transaction that takes
the next one on, so no crash can lose one and no crowd overrun it; what came to nothing counts for
none. A result that comes after its job had failed counts again, beyond the cap if need be: others may
have taken its place. It has cost what it costs, so to keep it from who asked would protect nobody.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Final

from bot.jobs import book
from bot.jobs.purses import Purse, Purses
from bot.jobs.rules import Payer
from bot.model import AssetKind, ChatId, Clock, Job, JobState, Millis, Request, UserId
from bot.money.plans import Plan, Plans, price_key
from bot.store.port import Reading, Transaction

_UNCOUNTED: Final = frozenset({JobState.FAILED, JobState.CANCELLED, JobState.NEEDS_REVIEW})
"""As in the statements that count."""


class Scope(enum.StrEnum):
    """Whose cap it is."""

    PLAN = "plan"
    """Of the payer's plan: everything that payer has made, free or not."""
    GROUP = "group"
    """Of the group it is asked in, whoever pays."""
    BOT = "bot"
    """Of everybody together."""


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """What a cap leaves of one kind of outputs today."""

    scope: Scope
    most: int
    left: int
    resets_at: Millis

    def without(self, outputs: int) -> Room:
        """Once so many more are taken on."""
        return dataclasses.replace(self, left=self.left - outputs)


@dataclasses.dataclass(frozen=True, slots=True)
class OverCap:
    """Today there may not be so many any more."""

    kind: AssetKind
    outputs: int
    """Asked for."""
    room: Room
    payer: Payer = Payer.MEMBER
    """Whose plan it is."""


def outputs_of(request: Request) -> int:
    """How many outputs it counts for: none where it is made here."""
    return 0 if price_key(request) is None else request.count


class Caps:
    """By the plan file and the operator's calendar."""

    def __init__(self, plans: Plans, purses: Purses, clock: Clock) -> None:
        self._limits = plans.limits
        self._purses = purses
        self._clock = clock

    async def room(
        self,
        reading: Reading,
        purse: Purse,
        user_id: UserId,
        chat_id: ChatId,
        kind: AssetKind,
        *,
        freed: Job | None = None,
    ) -> Room | None:
        """What the tightest cap leaves whom ``purse`` is for in that chat; None: none caps it.

        ``freed``: a job that would be cancelled first.
        """
        now = self._clock()
        payer_id = UserId(chat_id) if purse.payer is Payer.GROUP else user_id
        whose = _Whose(kind, self._purses.today(now), payer_id, chat_id)
        rooms = []
        for scope in Scope:
            most = self._most(scope, purse.plan, whose)
            if most is None:
                continue
            made = await _made(reading, scope, whose) - _given_back(freed, scope, whose)
            rooms.append(Room(scope, most, max(0, most - made), self._purses.day_ends_at(now)))
        return min(rooms, key=lambda room: room.left, default=None)

    def _most(self, scope: Scope, plan: Plan, whose: _Whose) -> int | None:
        is_video = whose.kind is AssetKind.VIDEO
        limits = self._limits
        match scope:
            case Scope.PLAN:
                return None if is_video else plan.max_images_per_day
            case Scope.GROUP if whose.chat_id > 0:
                return None
            case Scope.GROUP:
                return limits.group_videos_per_day if is_video else limits.group_images_per_day
            case Scope.BOT:
                return limits.videos_per_day if is_video else limits.images_per_day


@dataclasses.dataclass(frozen=True, slots=True)
class _Whose:
    """Which outputs count."""

    kind: AssetKind
    day: str
    payer_id: UserId
    chat_id: ChatId


async def _made(reading: Reading, scope: Scope, whose: _Whose) -> int:
    of_day = {"day": whose.day, "kind": whose.kind.value}
    match scope:
        case Scope.PLAN:
            row = await reading.one("outputs_of_payer", payer_id=whose.payer_id, **of_day)
        case Scope.GROUP:
            row = await reading.one("outputs_in_chat", chat_id=whose.chat_id, **of_day)
        case Scope.BOT:
            row = await reading.one("outputs_of_day", **of_day)
    assert row is not None
    return int(row["outputs"])


def _given_back(freed: Job | None, scope: Scope, whose: _Whose) -> int:
    if freed is None or freed.state in _UNCOUNTED or freed.allowance_day != whose.day:
        return 0
    if freed.request.operation.output_kind is not whose.kind:
        return 0
    match scope:
        case Scope.PLAN:
            is_its = freed.payer_id == whose.payer_id
        case Scope.GROUP:
            is_its = freed.chat_id == whose.chat_id
        case Scope.BOT:
            is_its = True
    return freed.outputs if is_its else 0


async def tell_full(tx: Transaction, over: OverCap, *, now: Millis) -> None:
    """Somebody was refused by the whole bot's cap: the operator reads so once a day."""
    if over.room.scope is not Scope.BOT:
        return
    await book.tell_operator(
        tx,
        f"operator.day_full_{over.kind}",
        now=now,
        once=f"day_full:{over.kind}:{over.room.resets_at}",
        most=over.room.most,
        left=over.room.left,
        reset_at=over.room.resets_at,
    )
