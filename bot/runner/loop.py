"""The runner: one loop that wakes for the next due row and starts what is due.

Knows nothing of chats and words. Nothing waits in memory: what is not under way this instant is
a row with a `due_at`, so a process killed anywhere is picked up by the next.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from pathlib import Path

import structlog

from bot.jobs import book, queue
from bot.jobs.advance import lane_until
from bot.jobs.facts import (
    DeadlinePassed,
    Ended,
    Fact,
    LaneOver,
    SubmitLost,
    SubmitNotSent,
    Undecided,
)
from bot.model import Clock, Job, JobId, JobState, Millis, Reason
from bot.runner.accounts import Account, Timing
from bot.runner.keeping import keep
from bot.runner.overview import show_overviews
from bot.runner.probing import probe
from bot.runner.sweeping import EVERY_MS, sweep
from bot.runner.work import Work
from bot.store.port import Store, Topic, Transaction
from bot.store.records import read_job
from bot.store.rounds import live

DUE_AT_ONCE = 500
BROKEN_WORK_PAUSE_S = 30.0
"""After a bug in our own work on a job, this long until it is tried again."""

log = structlog.get_logger(__name__)


class Runner:
    """See the module. ``run`` goes on until it is cancelled."""

    def __init__(
        self,
        store: Store,
        accounts: Mapping[str, Account],
        *,
        data_dir: Path,
        timing: Timing,
        clock: Clock,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._timing = timing
        self._clock = clock
        self._work = Work(store, data_dir=data_dir, timing=timing, clock=clock, move=self.move)
        self._busy: Counter[JobId] = Counter()
        """Jobs under work this instant; a read hands one to its fetch, so they overlap."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._probing: set[str] = set()
        """Accounts being looked at this instant."""
        self._is_looking = False
        """The operator's overview is being put together."""
        self._data_dir = data_dir
        self._sweep_at: Millis = 0
        self._ears = store.wakeups(Topic.RUNNER)

    async def run(self) -> None:
        await self._recover()
        await live("runner", self._look, self._ears, self._tasks)

    async def _look(self) -> float:
        """Start what may start; seconds until more may."""
        # One moment for the whole round: what falls due meanwhile is waited for.
        now = self._clock()
        await self._admit()
        await self._probe_paused(now)
        await self._answer_looks()
        self._sweep_hourly(now)
        await self._start_due(now)
        return await self._seconds_to_next(now)

    async def move(self, job_id: JobId, fact: Fact) -> Job | None:
        """Let ``fact`` happen to the job as it stands now; the job afterwards."""

        async def work(tx: Transaction) -> Job | None:
            job = await book.find_job(tx, job_id)
            if job is None:
                return None
            return await book.move(tx, job, fact, now=self._clock(), who="runner")

        return await keep(self._store, work)

    async def _recover(self) -> None:
        """What was being submitted when the last process ended may or may not have arrived.

        It is looked for from now on, however long nobody was there to look.
        """
        # In this order: what becomes unknown here has its time to be looked for already.
        for state in (JobState.UNKNOWN, JobState.SUBMITTING):
            for row in await self._store.all("jobs_in_state", state=state.value):
                job = read_job(row)
                now = self._clock()
                if job.submitted_at is None:  # only its pictures were on their way
                    await self.move(job.job_id, SubmitNotSent(retry_at=now))
                    continue
                until = now + int(self._timing.grace_s * 1000)
                await self.move(job.job_id, SubmitLost(lookup_at=now, until=until))
                log.info("submit_lost_by_restart", job=job.job_id, provider=job.provider)
        for row in await self._store.all("jobs_in_state", state=JobState.QUEUED.value):
            job = read_job(row)
            if job.provider not in self._accounts:  # its key was taken out of the settings
                await self.move(job.job_id, Ended(Reason.KEY))

    async def _admit(self) -> None:
        for account in self._accounts.values():
            while job := await self._admit_one(account):
                self._start(job.job_id, self._work.submit(job, account))

    async def _admit_one(self, account: Account) -> Job | None:
        now = self._clock()

        async def work(tx: Transaction) -> Job | None:
            return await queue.admit(tx, account.name, lanes=account.lanes, now=now)

        return await self._store.write(work)

    async def _probe_paused(self, now: Millis) -> None:
        for row in await self._store.all("accounts_to_probe", now=now):
            account = self._accounts.get(row["provider"])
            if account is not None and account.name not in self._probing:
                self._probing.add(account.name)
                self._start_for(set(), self._probe(account))

    async def _answer_looks(self) -> None:
        if not self._is_looking and await self._store.all("account_looks"):
            self._is_looking = True
            self._start_for(set(), self._show_overviews())

    async def _show_overviews(self) -> None:
        try:
            await show_overviews(self._accounts, self._store, self._clock)
        finally:
            self._is_looking = False

    def _sweep_hourly(self, now: Millis) -> None:
        if now >= self._sweep_at:
            self._sweep_at = now + EVERY_MS
            self._start_for(set(), self._sweep(now))

    async def _sweep(self, now: Millis) -> None:
        await self._work.forget_ended()
        await sweep(self._store, self._data_dir, now)

    async def _probe(self, account: Account) -> None:
        try:
            await probe(account, self._store, self._clock)
        finally:
            self._probing.discard(account.name)

    async def _start_due(self, now: Millis) -> None:
        rows = await self._store.all("jobs_due", now=now, most=DUE_AT_ONCE)
        to_read: set[str] = set()
        for job in map(read_job, rows):
            account = self._accounts.get(job.provider)
            fact = self._overdue(job)
            is_busy = self._busy[job.job_id] > 0
            # A download that hangs keeps nobody waiting; what it brings after all is taken, so
            # the lane stays until then.
            if fact is not None and not (is_busy and isinstance(fact, LaneOver)):
                await self.move(job.job_id, fact)
            elif is_busy:
                continue
            elif account is None:
                continue  # nobody to ask, its key was taken out: time will end it
            elif job.state in {JobState.UNKNOWN, JobState.NEEDS_REVIEW}:
                self._start(job.job_id, self._work.look_up(job, account))
            elif job.task_id is not None:
                to_read.add(job.provider)
        for provider in to_read:
            await self._start_reads(self._accounts[provider])

    async def _start_reads(self, account: Account) -> None:
        """Those due, and those due so soon that they may share the call."""
        size = account.provider.capabilities.poll_batch
        soon = self._clock() + (int(self._timing.poll_s * 500) if size > 1 else 0)
        rows = await self._store.all(
            "jobs_due_soon", provider=account.name, until=soon, most=DUE_AT_ONCE
        )
        jobs = [job for row in rows if not self._busy[(job := read_job(row)).job_id]]
        for first in range(0, len(jobs), size):
            batch = jobs[first : first + size]
            ids = {job.job_id for job in batch}
            self._start_for(ids, self._work.read(batch, account, self._start))

    def _overdue(self, job: Job) -> Fact | None:
        """The fact that time alone makes, if it is time."""
        now = self._clock()
        is_named = job.task_id is not None and job.provider in self._accounts
        if job.state in {JobState.UNKNOWN, JobState.NEEDS_REVIEW} and is_named:
            return None  # it is found
        if job.state is JobState.NEEDS_REVIEW:
            return LaneOver()
        if job.deadline_at is None or now < job.deadline_at:
            return None
        if job.state is JobState.UNKNOWN:
            lane_s = self._timing.deadline_s(job.request.operation)
            return Undecided(lane_until=now + int(lane_s * 1000))
        if job.state is JobState.RUNNING:
            return DeadlinePassed(poll_at=now + int(self._timing.poll_s * 1000))
        return LaneOver() if now >= (lane_until(job) or now) else None

    async def _seconds_to_next(self, since: Millis) -> float:
        """Until something falls due that was not yet due at ``since``."""
        row = await self._store.one("next_due", now=since)
        due_at = self._sweep_at
        if row is not None and row["due_at"] is not None:
            due_at = min(due_at, row["due_at"])
        return max(0.0, float(due_at - self._clock()) / 1000)

    def _start(self, job_id: JobId, work: Coroutine[None, None, None]) -> None:
        self._start_for({job_id}, work)

    def _start_for(self, job_ids: set[JobId], work: Coroutine[None, None, None]) -> None:
        self._busy.update(job_ids)
        task = asyncio.create_task(self._watch(job_ids, work))
        self._tasks.add(task)  # asyncio itself holds tasks only weakly
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, job_ids: set[JobId], work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("work_broken", jobs=sorted(job_ids))
            await asyncio.sleep(BROKEN_WORK_PAUSE_S)
        finally:
            self._busy -= Counter(job_ids)
            self._ears.ring()
