"""A shop with a real store and no provider: people ask, lanes run, what happens a test decides."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.jobs import book, queue
from bot.jobs.accept import Accepted, Desk, Order, Outcome
from bot.jobs.facts import Admitted, Fact, Saved, SubmitAnswered
from bot.jobs.rules import GroupRules, set_rules
from bot.model import (
    Asset,
    AssetKind,
    ChatId,
    Job,
    JobId,
    JobState,
    MessageId,
    Millis,
    Operation,
    Place,
    Request,
    TaskId,
    UserId,
)
from bot.money import ledger
from bot.money.auditing import verify
from bot.money.ledger import Act, EntryKind
from bot.money.plan_file import load_plans
from bot.money.topups import pay_in
from bot.store.port import Row, Transaction
from bot.store.sqlite import SqliteStore, open_store

NOON = 1_790_053_200_000
"""2026-09-22 12:00 in Hồ Chí Minh City."""
HOUR = 3_600_000
GRID = Request(Operation.IMAGE, "a cat at the window", count=4)
CLIP = Request(Operation.VIDEO, "waves", length_s=8)
SINGLE = Request(Operation.IMAGE, "a cat at the window")
FEW_PLANS = """
[prices]
image = 100
[plans.free]
[plans.prepaid]
min_topup = 500
threads = 3
[plans.monthly]
price = 5_000
days = 30
refund = 0.70
threads = 4
[plans.weekly]
price = 900
days = 7
[plans.bulk]
price = 2_000
threads = 5
"""
"""Where nothing is free: one plan that is paid in, two that end, one until it is used up."""

_JOB = Job(
    job_id=JobId("K7QD4X"),
    version=1,
    state=JobState.QUEUED,
    user_id=UserId(7),
    payer_id=UserId(7),
    chat_id=ChatId(7),
    thread_id=None,
    request_message_id=MessageId(70),
    status_message_id=None,
    provider="apiframe",
    request=GRID,
    parent_id=None,
    parent_task_id=None,
    price_each_vnd=100,
    held_free=1,
    held_vnd=300,
    charged_free=0,
    charged_vnd=0,
    allowance_day="2026-09-22",
    priority=False,
    user_lanes=1,
    reference="ab" * 16,
    task_id=None,
    holds_lane=False,
    is_muted=False,
    progress=None,
    progress_at=None,
    bar=None,
    reason=None,
    detail="",
    attempts=0,
    accepted_at=NOON,
    submitted_at=None,
    started_at=None,
    made_at=None,
    deadline_at=None,
    ended_at=None,
    due_at=NOON,
)


def a_job(**changes: object) -> Job:
    """A grid of four just accepted, one output of it free and three at 100 ₫."""
    changes = {"payer_id": changes.get("user_id", _JOB.user_id), **changes}
    return dataclasses.replace(_JOB, **changes)  # type: ignore[arg-type]


def outputs(job: Job, count: int) -> tuple[Asset, ...]:
    """The files of a finished job, with a grid when there are several pictures."""
    kind = job.request.operation.output_kind
    numbers = range(0 if count > 1 and kind is AssetKind.IMAGE else 1, count + 1)
    return tuple(
        Asset(
            job.job_id, tile, kind, f"media/{job.job_id}/{tile}.png", "image/png", 64, 64, 9, None
        )
        for tile in numbers
    )


@dataclasses.dataclass
class Now:
    """A clock that a test turns."""

    at: Millis = NOON
    step: int = 0
    """How far it goes on each time somebody looks: then no two things happen at once."""

    def __call__(self) -> Millis:
        self.at += self.step
        return self.at


@dataclasses.dataclass
class Shop:
    """See the module. Each request is a transaction of its own, as in the bot."""

    store: SqliteStore
    desk: Desk
    now: Now
    folder: Path
    known: set[int] = dataclasses.field(default_factory=set)
    numbers: itertools.count[int] = dataclasses.field(default_factory=lambda: itertools.count(1))

    async def ask(
        self,
        user: int,
        request: Request = GRID,
        *,
        provider: str = "apiframe",
        chat: int | None = None,
        agreed_by: int | None = None,
    ) -> Outcome:
        """``chat``: the group it is asked in; None: the private chat."""

        async def work(tx: Transaction) -> Outcome:
            await tx.run(
                "user_seen",
                user_id=user,
                first_name="An",
                username=None,
                language_code="vi",
                now=self.now(),
            )
            place = Place(ChatId(chat or user), None, MessageId(next(self.numbers)))
            admin_id = None if agreed_by is None else UserId(agreed_by)
            order = Order(UserId(user), place, request, provider, agreed_by=admin_id)
            return await self.desk.accept(tx, order)

        return await self.store.write(work)

    async def order(
        self,
        user: int,
        request: Request = GRID,
        *,
        provider: str = "apiframe",
        chat: int | None = None,
    ) -> Job:
        """Ask for something that is surely accepted."""
        outcome = await self.ask(user, request, provider=provider, chat=chat)
        assert isinstance(outcome, Accepted), outcome
        return outcome.job

    async def set_rules(self, chat: int, rules: GroupRules) -> None:
        await self.store.write(lambda tx: set_rules(tx, ChatId(chat), rules))

    async def add_admin(self, chat: int, user: int) -> None:
        """Telegram called them an admin of the group."""
        await self.store.write(lambda tx: tx.run("chat_admin_add", chat_id=chat, user_id=user))

    async def grant(self, user: int, amount_vnd: int, *, key: str | None = None) -> bool:
        """The bare entry; with what it means for a plan: ``pay_in``."""
        return await self._enter(user, EntryKind.GRANT, amount_vnd, key)

    async def correct(self, user: int, amount_vnd: int) -> bool:
        """Take back by hand."""
        return await self._enter(user, EntryKind.CORRECTION, amount_vnd, None)

    async def _enter(self, user: int, kind: EntryKind, amount_vnd: int, key: str | None) -> bool:
        act = self.act(key or f"{kind}:{next(self.numbers)}")
        return await self.store.write(
            lambda tx: ledger.enter(tx, UserId(user), kind, amount_vnd, act)
        )

    def act(self, key: str) -> Act:
        return Act(key, "test", "by hand", self.now())

    async def pay_in(self, user: int, amount_vnd: int, *, plan: str | None = None) -> bool:
        """As when an operator sells a plan, or money alone."""
        plans, act = self.desk.plans, self.act(f"paid:{next(self.numbers)}")
        bought = None if plan is None else plans.plans[plan]
        return await self.store.write(
            lambda tx: pay_in(
                tx, plans, UserId(user), EntryKind.GRANT, amount_vnd, act, plan=bought
            )
        )

    async def admit(self, *, provider: str = "apiframe", lanes: int = 3) -> Job | None:
        return await self.store.write(
            lambda tx: queue.admit(tx, provider, lanes=lanes, now=self.now())
        )

    async def happens(self, job: Job, *facts: Fact) -> Job:
        """Let facts happen to the job as it stands now."""
        for fact in facts:
            job = await self._happens(job.job_id, fact)
        return job

    async def _happens(self, job_id: JobId, fact: Fact) -> Job:
        async def work(tx: Transaction) -> Job:
            job = await book.find_job(tx, job_id)
            assert job is not None
            return await book.move(tx, job, fact, now=self.now(), who="test")

        return await self.store.write(work)

    async def wallet(self, user: int) -> ledger.Wallet:
        return await ledger.read_wallet(self.store, UserId(user))

    async def free_left(self, user: int, kind: AssetKind = AssetKind.IMAGE) -> int:
        allowance = await self.desk.purses.allowance(self.store, UserId(user), kind, now=self.now())
        return allowance.left

    async def entries(self, job: Job) -> list[tuple[str, int]]:
        """What the book says of a job's money."""
        sql = "SELECT kind, amount_vnd FROM ledger_entry WHERE job_id = ? ORDER BY entry_id"
        rows = await self.store._reader.execute_fetchall(sql, (job.job_id,))
        return [(row["kind"], row["amount_vnd"]) for row in rows]

    async def tamper(self, sql: str) -> None:
        """What no statement of ours would do."""
        await self.store._writer.execute(sql)

    async def rewrite(self, sql: str) -> None:
        """What the database itself would refuse, had nobody taken its rules away."""
        names = await self.store._reader.execute_fetchall(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )
        for row in names:
            await self.tamper(f"DROP TRIGGER {row['name']}")
        await self.tamper("PRAGMA foreign_keys = OFF")  # as in the database's own shell
        await self.tamper("PRAGMA ignore_check_constraints = ON")
        await self.tamper(sql)

    async def rows(self, sql: str) -> list[Row]:
        """What the database says."""
        return [dict(row) for row in await self.store._reader.execute_fetchall(sql)]

    async def findings(self) -> list[str]:
        return await verify(self.store)


@asynccontextmanager
async def opened_shop(folder: Path, plans: str | None = None) -> AsyncIterator[Shop]:
    """With the shipped plans, or with ``plans``, a plan file's text."""
    now, file = Now(), None
    if plans is not None:
        file = folder / "plans.toml"
        await asyncio.to_thread(file.write_text, plans, encoding="utf-8")
    async with open_store(folder / "bot.db") as store:
        desk = Desk(load_plans(file), ZoneInfo("Asia/Ho_Chi_Minh"), now)
        yield Shop(store, desk, now, folder)


@asynccontextmanager
async def audited_shop(folder: Path, plans: str | None = None) -> AsyncIterator[Shop]:
    """The same; when a story is over its book adds up."""
    async with opened_shop(folder, plans) as shop:
        yield shop
        assert [] == await shop.findings()


async def made(shop: Shop, job: Job) -> None:
    """All four pictures of it are there."""
    task = TaskId(f"t-{job.job_id}")
    answered = SubmitAnswered(task, poll_at=NOON, deadline_at=NOON + HOUR)
    await shop.happens(job, Admitted(), answered, Saved(outputs(job, 4)))
