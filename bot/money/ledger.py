"""The append-only book: what comes in, holds, captures, releases, what goes out again.

Knows nothing of prices or plans. Money comes in through `money/topups.py` alone, which knows what
that means for a plan.

Every act has a key of its own, so that doing it twice is doing it once; the sums beside the
entries (wallet, allowance_day) carry checks that make an overdraft impossible in SQL.
Amounts are integer đồng, allowances counts of outputs.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Final

from bot.errors import EaselError
from bot.model import Job, JobId, Millis, UserId
from bot.store.port import Reading, Transaction


class LedgerRefused(EaselError):
    """An act that would break the book; nothing of its transaction is written."""


@dataclasses.dataclass(frozen=True, slots=True)
class Wallet:
    """What somebody has."""

    balance_vnd: int
    held_vnd: int


@dataclasses.dataclass(frozen=True, slots=True)
class Allowance:
    """A day's free outputs of one kind."""

    given: int
    used: int

    @property
    def left(self) -> int:
        return max(0, self.given - self.used)


async def read_wallet(reading: Reading, user_id: UserId) -> Wallet:
    """Of a person, or of a group by the chat's id."""
    row = await reading.one("wallet_get", wallet_id=user_id)
    return Wallet(row["balance_vnd"], row["held_vnd"]) if row else Wallet(0, 0)


async def read_allowance(
    reading: Reading, user_id: UserId, day: str, kind: str, *, given: int
) -> Allowance:
    """``given``: what the person's plan gives on that day."""
    row = await reading.one("allowance_get", user_id=user_id, day=day, kind=kind)
    return Allowance(given, row["used"] if row else 0)


async def hold(tx: Transaction, job: Job, *, allowance_given: int, now: Millis) -> None:
    """Set aside what ``job`` may cost: its ``held_free`` outputs and ``held_vnd``."""
    if job.held_free:
        kind = job.request.operation.output_kind.value
        await tx.run(
            "allowance_open",
            user_id=job.user_id,
            day=job.allowance_day,
            kind=kind,
            given=allowance_given,
        )
        await _use_allowance(tx, job, job.held_free, "hold", now)
    await tx.run("wallet_open", wallet_id=job.payer_id)
    if job.held_vnd:
        await _enter(tx, job, EntryKind.HOLD, job.held_vnd, now)
    if job.term_vnd:
        await tx.run("term_spends", term_id=job.term_id, amount_vnd=job.term_vnd)


async def capture(tx: Transaction, job: Job, amount_vnd: int, *, now: Millis) -> None:
    """Take for outputs that exist. Free outputs count as used from the hold on: they stay so."""
    if amount_vnd:
        await _enter(tx, job, EntryKind.CAPTURE, amount_vnd, now)


async def release(
    tx: Transaction, job: Job, *, outputs_free: int, amount_vnd: int, now: Millis
) -> None:
    """Give back what is not needed: ``job`` holds it no more. A plan's part goes back last."""
    if outputs_free:
        await _use_allowance(tx, job, -outputs_free, "release", now)
    if not amount_vnd:
        return
    await _enter(tx, job, EntryKind.RELEASE, amount_vnd, now)
    kept_vnd = job.held_vnd + job.charged_vnd
    to_term_vnd = min(job.term_vnd, kept_vnd + amount_vnd) - min(job.term_vnd, kept_vnd)
    if to_term_vnd:
        await tx.run("term_spends", term_id=job.term_id, amount_vnd=-to_term_vnd)


class EntryKind(enum.StrEnum):
    """What an entry of one wallet means; the same words as in the column."""

    GRANT = "grant"
    """Given by hand."""
    CORRECTION = "correction"
    """Taken back by hand."""
    TOPUP = "topup"
    """Paid in Stars."""
    VOUCHER = "voucher"
    BORNE = "borne"
    """What the shop adds to a balance that lacks it, so that a payment can go back."""
    REVERSAL = "reversal"
    """A payment that Telegram gave back."""
    REFUND = "refund"
    """What the shop pays back for a plan ended early."""
    LAPSE = "lapse"
    """What the end of a plan leaves behind."""
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"


_MOVES: Final[Mapping[EntryKind, tuple[int, int]]] = {
    EntryKind.GRANT: (1, 0),
    EntryKind.TOPUP: (1, 0),
    EntryKind.VOUCHER: (1, 0),
    EntryKind.BORNE: (1, 0),
    EntryKind.CORRECTION: (-1, 0),
    EntryKind.REVERSAL: (-1, 0),
    EntryKind.REFUND: (-1, 0),
    EntryKind.LAPSE: (-1, 0),
    EntryKind.HOLD: (-1, 1),
    EntryKind.CAPTURE: (0, -1),
    EntryKind.RELEASE: (1, -1),
}
"""What an entry of one đồng does to the balance and to what is held."""


BY_HAND: Final = "by hand"
"""The reason, where an operator gave none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Act:
    """Who does something to a wallet, and why; ``key``: the same act twice is one act."""

    key: str
    author: str
    """`user 7`, `bot grant`, `telegram`, `easel`."""
    reason: str
    now: Millis


async def enter(
    tx: Transaction,
    wallet_id: UserId,
    kind: EntryKind,
    amount_vnd: int,
    act: Act,
    *,
    job_id: JobId | None = None,
    term_id: int | None = None,
) -> bool:
    """Write an entry and move the wallet by it; False when this act was written before.

    Raises the database's refusal when a balance would fall below nothing: whoever takes something
    out looks first.
    """
    await tx.run("wallet_open", wallet_id=wallet_id)
    is_new = await tx.run(
        "entry_add",
        wallet_id=wallet_id,
        kind=kind.value,
        amount_vnd=amount_vnd,
        job_id=job_id,
        term_id=term_id,
        key=act.key,
        author=act.author,
        reason=act.reason,
        now=act.now,
    )
    if not is_new:
        return False
    balance, held = _MOVES[kind]
    await tx.run(
        "wallet_move",
        wallet_id=wallet_id,
        balance_delta=balance * amount_vnd,
        held_delta=held * amount_vnd,
    )
    return True


async def is_known(reading: Reading, key: str) -> bool:
    """Whether this very act was written before."""
    return await reading.one("entry_known", key=key) is not None


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A line of the book."""

    wallet_id: UserId
    kind: EntryKind
    amount_vnd: int
    term_id: int | None
    key: str
    created_at: Millis


async def entry_of(reading: Reading, key: str) -> Entry | None:
    """What was written under this key; the wallet is where it is now."""
    row = await reading.one("entry_known", key=key)
    if row is None:
        return None
    kind, term_id = EntryKind(row["kind"]), row["term_id"]
    return Entry(
        UserId(row["wallet_id"]), kind, row["amount_vnd"], term_id, row["key"], row["created_at"]
    )


async def _enter(tx: Transaction, job: Job, kind: EntryKind, amount_vnd: int, now: Millis) -> None:
    act = Act(_key(job.job_id, kind.value), "easel", job.request.operation.value, now)
    if not await enter(tx, job.payer_id, kind, amount_vnd, act, job_id=job.job_id):
        raise LedgerRefused(f"job {job.job_id}: a second {kind}")


async def _use_allowance(tx: Transaction, job: Job, delta: int, act: str, now: Millis) -> None:
    kind = job.request.operation.output_kind.value
    is_new = await tx.run(
        "allowance_use_add",
        user_id=job.user_id,
        day=job.allowance_day,
        kind=kind,
        delta=delta,
        job_id=job.job_id,
        key=_key(job.job_id, act),
        now=now,
    )
    if not is_new:
        raise LedgerRefused(f"job {job.job_id}: a second {act} of its allowance")
    await tx.run(
        "allowance_move", user_id=job.user_id, day=job.allowance_day, kind=kind, delta=delta
    )


def _key(job_id: JobId, act: str) -> str:
    return f"job:{job_id}:{act}"


def direction_of(kind: EntryKind) -> int:
    """What an entry of one đồng does to the balance: 1, -1, or 0 for what was held before."""
    return _MOVES[kind][0]
