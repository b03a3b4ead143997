"""The append-only book: holds, captures, releases, grants. Knows nothing of prices or plans.

Every act has a key of its own, so that doing it twice is doing it once; the sums beside the
entries (wallet, allowance_day) carry checks that make an overdraft impossible in SQL.
Amounts are integer đồng, allowances counts of outputs.
"""

from __future__ import annotations

import dataclasses

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
        await _enter(tx, job, "hold", job.held_vnd, now)


async def capture(tx: Transaction, job: Job, amount_vnd: int, *, now: Millis) -> None:
    """Take for outputs that exist. Free outputs count as used from the hold on: they stay so."""
    if amount_vnd:
        await _enter(tx, job, "capture", amount_vnd, now)


async def release(
    tx: Transaction, job: Job, *, outputs_free: int, amount_vnd: int, now: Millis
) -> None:
    """Give back what is not needed."""
    if outputs_free:
        await _use_allowance(tx, job, -outputs_free, "release", now)
    if amount_vnd:
        await _enter(tx, job, "release", amount_vnd, now)


async def grant(
    tx: Transaction,
    user_id: UserId,
    amount_vnd: int,
    *,
    key: str,
    author: str,
    reason: str,
    now: Millis,
) -> bool:
    """Add to (or, negative, take from) a balance by hand; False when this act was done before.

    Raises the database's refusal when the balance would fall below nothing.
    """
    await tx.run("wallet_open", wallet_id=user_id)
    is_new = await tx.run(
        "entry_add",
        wallet_id=user_id,
        kind="grant",
        amount_vnd=amount_vnd,
        job_id=None,
        key=key,
        author=author,
        reason=reason,
        now=now,
    )
    if is_new:
        await tx.run("wallet_move", wallet_id=user_id, balance_delta=amount_vnd, held_delta=0)
    return bool(is_new)


_MOVES = {"hold": (-1, 1), "capture": (0, -1), "release": (1, -1)}
"""What an entry of one đồng does to the balance and to what is held."""


async def _enter(tx: Transaction, job: Job, kind: str, amount_vnd: int, now: Millis) -> None:
    is_new = await tx.run(
        "entry_add",
        wallet_id=job.payer_id,
        kind=kind,
        amount_vnd=amount_vnd,
        job_id=job.job_id,
        key=_key(job.job_id, kind),
        author="easel",
        reason=job.request.operation.value,
        now=now,
    )
    if not is_new:
        raise LedgerRefused(f"job {job.job_id}: a second {kind}")
    balance, held = _MOVES[kind]
    await tx.run(
        "wallet_move",
        wallet_id=job.payer_id,
        balance_delta=balance * amount_vnd,
        held_delta=held * amount_vnd,
    )


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


async def verify(reading: Reading) -> list[str]:
    """Recompute every balance, hold and allowance from the entries; a line per difference."""
    findings: list[str] = []
    for statement, sentence in (
        (
            "verify_wallets",
            (
                "wallet {wallet_id}: balance {balance_vnd} ₫, held {held_vnd} ₫; "
                "its entries say {entries_balance_vnd} ₫ and {entries_held_vnd} ₫"
            ),
        ),
        (
            "verify_jobs",
            (
                "job {job_id}: held {held_vnd} ₫, charged {charged_vnd} ₫; "
                "its entries say {entries_held_vnd} ₫ and {entries_charged_vnd} ₫"
            ),
        ),
        (
            "verify_allowances",
            "allowance of {user_id} on {day} ({kind}): {used} used; its uses say {entries_used}",
        ),
        (
            "verify_job_allowances",
            "job {job_id}: {free} free outputs; its uses say {entries_free}",
        ),
        (
            "verify_payers",
            "job {job_id} is paid by {payer_id}; an entry of it is of {wallet_id}",
        ),
        (
            "verify_allowance_owners",
            "job {job_id} is paid by {payer_id}; an allowance of {user_id} was used for it",
        ),
        (
            "verify_settled",
            "job {job_id} is {state} and still holds {held_vnd} ₫ and {held_free} free outputs",
        ),
    ):
        findings += [sentence.format(**row) for row in await reading.all(statement)]
    return findings
