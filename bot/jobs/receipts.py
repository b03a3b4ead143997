"""What was held, taken and given back of a wallet, line by line: its jobs, and money that came or went.

Knows no words and no chats. A line is one job, or one act of somebody; what all of them moved adds
up to the balance, and what the older ones moved to the balance after each.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Final

from bot.model import Job, JobId, Millis, UserId
from bot.money.ledger import EntryKind, direction_of
from bot.store.port import Reading, Row
from bot.store.records import read_job

_AFTER_ALL: Final[Millis] = 2**53
"""Later than any moment a clock tells."""


@dataclasses.dataclass(frozen=True, slots=True)
class Edge:
    """Where a line stands: when it began, and which of that moment it is."""

    at: Millis
    entry_id: int
    """0: it is a job."""
    job_id: JobId
    """"": it is none."""


NEWEST: Final = Edge(_AFTER_ALL, 0, JobId(""))


@dataclasses.dataclass(frozen=True, slots=True)
class JobReceipt:
    """What became of the money and the free outputs set aside for one job."""

    job: Job
    asker: str
    """How who asked is called."""
    hold_vnd: int
    """Set aside when it was accepted."""
    hold_free: int

    @property
    def edge(self) -> Edge:
        return Edge(self.job.accepted_at, 0, self.job.job_id)

    @property
    def back_vnd(self) -> int:
        """Given back of it."""
        return self.hold_vnd - self.job.held_vnd - self.job.charged_vnd

    @property
    def back_free(self) -> int:
        return self.hold_free - self.job.held_free - self.job.charged_free

    @property
    def moved_vnd(self) -> int:
        """Đồng by which it has changed the balance."""
        return self.back_vnd - self.hold_vnd


@dataclasses.dataclass(frozen=True, slots=True)
class EntryReceipt:
    """Money that came or went, not for a job."""

    entry_id: int
    at: Millis
    kind: EntryKind
    amount_vnd: int
    gone_vnd: int
    """Of a refund: what went of the plan's balance beside it."""
    author: str
    reason: str
    plan: str | None
    """Bought with it, or whose balance it is; None: nothing was said of a plan."""
    is_early: bool
    """That plan was ended before its time."""
    stars: int | None
    """Paid for it, or given back; None: it was no payment in Stars."""
    payment: int | None
    """The number of that payment."""
    giver: str
    """How whoever put it in, or took it, is called; "": it was no person."""
    is_restored: bool
    """The Stars of a payment were asked back and could not be given back after all."""

    @property
    def edge(self) -> Edge:
        return Edge(self.at, self.entry_id, JobId(""))

    @property
    def moved_vnd(self) -> int:
        """Đồng by which it has changed the balance."""
        return direction_of(self.kind) * (self.amount_vnd + self.gone_vnd)


Receipt = JobReceipt | EntryReceipt


async def older(
    reading: Reading, wallet_id: UserId, edge: Edge = NEWEST, *, most: int
) -> list[Receipt]:
    """Those before ``edge``, newest first."""
    values = dataclasses.asdict(edge)
    rows = await reading.all("receipts_older", wallet_id=wallet_id, most=most, **values)
    return [_read_entry(row) if row["entry_id"] else _read_job(row) for row in rows]


async def newer(reading: Reading, wallet_id: UserId, edge: Edge, *, most: int) -> list[Receipt]:
    """Those after ``edge``, oldest first."""
    values = dataclasses.asdict(edge)
    rows = await reading.all("receipt_edges_newer", wallet_id=wallet_id, most=most + 1, **values)
    edges = [Edge(row["at"], row["entry_id"], row["job_id"]) for row in rows]
    beyond = edges[most] if len(edges) > most else NEWEST
    page = await older(reading, wallet_id, beyond, most=min(most, len(edges)))
    return page[::-1]


async def balance_at(reading: Reading, wallet_id: UserId, edge: Edge, balance_vnd: int) -> int:
    """Đồng after the line at ``edge``, ``balance_vnd`` being there now."""
    values = dataclasses.asdict(edge)
    since = await reading.one("receipts_moved_since", wallet_id=wallet_id, **values)
    assert since is not None
    return balance_vnd - int(since["moved_vnd"])


def balances_after(page: Sequence[Receipt], last_vnd: int) -> list[int]:
    """Đồng after each line, the newest of which left ``last_vnd``.

    A job counts where it was asked for with what it has moved until now, so the lines add up.
    """
    moved = (-each.moved_vnd for each in page)
    return list(itertools.accumulate(moved, initial=last_vnd))[: len(page)]


def _read_job(row: Row) -> JobReceipt:
    return JobReceipt(
        job=read_job(row),
        asker=row["first_name"] or "",
        hold_vnd=row["hold_vnd"] or 0,
        hold_free=row["hold_free"] or 0,
    )


def _read_entry(row: Row) -> EntryReceipt:
    return EntryReceipt(
        entry_id=row["entry_id"],
        at=row["at"],
        kind=EntryKind(row["entry_kind"]),
        amount_vnd=row["amount_vnd"],
        gone_vnd=row["gone_vnd"],
        author=row["author"],
        reason=row["entry_reason"],
        plan=row["plan"],
        is_early=row["ended_why"] == "early",
        stars=row["stars"],
        payment=row["payment_id"],
        giver=row["giver"] or "",
        is_restored=":restored:" in row["key"],
    )
