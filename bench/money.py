"""Hold and capture with full durability: Easel's writer beside one await for each statement.

Both arms are the ledger itself (`ledger.hold`, `ledger.capture`) with the same statements on a
database of the same kind in the same folder, asked by the same number of clients at once. The plain
one does what a handler written straight down does: BEGIN, each statement, COMMIT, each awaited after
the one before, on one connection that it has to itself meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import aiosqlite

from bench.lines import at_least, columns
from bot.model import (
    ChatId,
    Job,
    JobId,
    JobState,
    MessageId,
    Millis,
    Operation,
    Request,
    UserId,
)
from bot.money import ledger
from bot.money.auditing import verify
from bot.store.connecting import load_statements
from bot.store.port import Row, Topic, Transaction
from bot.store.records import job_values
from bot.store.sqlite import SqliteStore, open_store

TITLE = "Money: pairs of hold and capture with full durability, many people at once"
LEAST = 3.0
PRICE_VND = 100
NOW = Millis(1_790_053_200_000)


@dataclasses.dataclass(frozen=True)
class Load:
    """How many people ask at once, how much each, and how often the arms take turns."""

    clients: int = 64
    jobs_each: int = 30
    rounds: int = 3

    @property
    def pairs(self) -> int:
        return self.clients * self.jobs_each


@dataclasses.dataclass(frozen=True)
class Pace:
    """What an arm came to; ``findings``: what `bot ledger --verify` has to say afterwards."""

    pairs: int
    took_s: float
    findings: Sequence[str]

    @property
    def pairs_each_s(self) -> float:
        return self.pairs / self.took_s


Work = Callable[[Transaction], Awaitable[None]]


class _Door(Protocol):
    """Where a client brings a change; it is durable when this is answered."""

    async def __call__(self, work: Work, /) -> None: ...


class _PlainTransaction:
    """One await for each statement."""

    def __init__(self, connection: aiosqlite.Connection, statements: Mapping[str, str]) -> None:
        self._connection = connection
        self._statements = statements

    async def all(self, statement: str, /, **values: Any) -> list[Row]:
        rows = await self._connection.execute_fetchall(self._statements[statement], values)
        return [dict(row) for row in rows]

    async def one(self, statement: str, /, **values: Any) -> Row | None:
        rows = await self.all(statement, **values)
        return rows[0] if rows else None

    async def run(self, statement: str, /, **values: Any) -> int:
        return (await self._connection.execute(self._statements[statement], values)).rowcount

    def wake(self, topic: Topic) -> None:
        """Nobody listens here."""


@contextlib.asynccontextmanager
async def plain(path: Path, _store: SqliteStore) -> AsyncIterator[_Door]:
    """BEGIN, the statements, COMMIT, awaited one after the other."""
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        connection.row_factory = aiosqlite.Row
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "busy_timeout = 10000"):
            await connection.execute(f"PRAGMA {pragma}")
        transaction, its_turn = _PlainTransaction(connection, load_statements()), asyncio.Lock()

        async def write(work: Work) -> None:
            async with its_turn:  # tasks that share a connection would share a transaction
                await connection.execute("BEGIN IMMEDIATE")
                await work(transaction)
                await connection.execute("COMMIT")

        yield write


@contextlib.asynccontextmanager
async def easel(_path: Path, store: SqliteStore) -> AsyncIterator[_Door]:
    """The store as the bot uses it."""
    yield store.write


Arm = Callable[[Path, SqliteStore], contextlib.AbstractAsyncContextManager[_Door]]


def measure() -> list[str]:
    """The lines to print."""
    return asyncio.run(_measure(Load()))


async def _measure(load: Load) -> list[str]:
    """The arms take turns, on the disk we stand on: where a temporary folder lies in memory, to wait
    for it costs nothing.
    """
    with tempfile.TemporaryDirectory(prefix="easel-bench-", dir=Path.cwd()) as folder:
        rounds = [
            [await pace(arm, load, Path(folder) / f"{arm.__name__}-{at}") for arm in (plain, easel)]
            for at in range(load.rounds)
        ]
    plainly, ours = (max(arm, key=_pairs_each_s) for arm in zip(*rounds, strict=True))
    return report(plainly, ours)


def _pairs_each_s(pace: Pace) -> float:
    return pace.pairs_each_s


def report(plainly: Pace, ours: Pace) -> list[str]:
    """The figures beside each other, and their ratio beside what it has to be."""
    table = columns(
        [
            ("", "pairs per second", "the book is right"),
            *(
                (name, f"{each.pairs_each_s:.0f}", "no" if each.findings else "yes")
                for name, each in (("one await per statement", plainly), ("Easel", ours))
            ),
        ]
    )
    return [
        *table,
        "",
        "Easel to one await per statement: "
        + at_least(ours.pairs_each_s / plainly.pairs_each_s, LEAST),
    ]


async def pace(arm: Arm, load: Load, folder: Path) -> Pace:
    """Each client holds and captures for its jobs in turn, all of them side by side."""
    path = folder / "bot.db"
    async with open_store(path) as store, arm(path, store) as write:
        clients = [await _prepare(store, number, load.jobs_each) for number in range(load.clients)]
        began = time.monotonic()
        await asyncio.gather(*(_spend(write, jobs) for jobs in clients))
        took_s = time.monotonic() - began
        return Pace(load.pairs, took_s, await verify(store))


async def _spend(write: _Door, jobs: Sequence[Job]) -> None:
    for job in jobs:
        await write(lambda tx, job=job: ledger.hold(tx, job, allowance_given=0, now=NOW))  # type: ignore[misc]
        await write(lambda tx, job=job: ledger.capture(tx, job, PRICE_VND, now=NOW))  # type: ignore[misc]


async def _prepare(store: SqliteStore, number: int, count: int) -> list[Job]:
    """A person with money, and their jobs as they stand in the end."""
    person = UserId(number + 1)
    jobs = [_job(person, f"{number:03}{at:03}") for at in range(count)]

    async def work(tx: Transaction) -> None:
        await tx.run(
            "user_seen",
            user_id=person,
            first_name="Lan",
            username=None,
            language_code="vi",
            now=NOW,
        )
        act = ledger.Act(f"bench:{person}", "bench", "to be spent", NOW)
        await ledger.enter(tx, person, ledger.EntryKind.GRANT, count * PRICE_VND, act)
        for job in jobs:
            done = dataclasses.replace(job, held_vnd=0, charged_vnd=PRICE_VND)
            await tx.run("job_insert", **job_values(done))

    await store.write(work)
    return jobs


def _job(person: UserId, name: str) -> Job:
    return Job(
        job_id=JobId(name),
        version=1,
        state=JobState.DONE,
        user_id=person,
        payer_id=person,
        chat_id=ChatId(person),
        thread_id=None,
        request_message_id=MessageId(1),
        status_message_id=None,
        provider="flow",
        request=Request(Operation.IMAGE, "a lake"),
        parent_id=None,
        parent_task_id=None,
        price_each_vnd=PRICE_VND,
        held_free=0,
        held_vnd=PRICE_VND,
        charged_free=0,
        charged_vnd=0,
        allowance_day="2026-09-22",
        priority=False,
        user_lanes=1,
        reference=name,
        task_id=None,
        holds_lane=False,
        is_muted=False,
        progress=None,
        progress_at=None,
        bar=None,
        reason=None,
        detail="",
        attempts=0,
        accepted_at=NOW,
        submitted_at=None,
        started_at=None,
        made_at=None,
        deadline_at=None,
        ended_at=NOW,
        due_at=NOW,
    )
