"""One piece of work on jobs: a submit, a read, a lookup; each ends in a fact.

Knows nothing of when it is called, nor of files (see `collecting`). Every way a provider can fail becomes a fact here, so that
nothing but facts moves a job.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Protocol, assert_never

import structlog

from bot.errors import (
    AccountUnusable,
    BrokenMedia,
    FileTooBig,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    TaskTaken,
    Unreachable,
)
from bot.jobs import accounts, book, queue
from bot.jobs.facts import (
    Ended,
    Fact,
    LookedUp,
    Misnamed,
    Seen,
    SubmitAnswered,
    SubmitBegun,
    SubmitLost,
    SubmitNotSent,
    SubmitRefused,
    Undecided,
)
from bot.jobs.pace import MOST_SHOWN
from bot.model import Clock, Job, JobId, JobState, Millis, Reason, TaskId
from bot.providers.port import Failed, Queued, Running, Snapshot, Succeeded
from bot.runner.accounts import Account, Timing, retry_s
from bot.runner.collecting import Collecting
from bot.runner.failures import Failures, longer_s
from bot.runner.handing_over import hand_over
from bot.runner.keeping import keep
from bot.runner.pace import Standing
from bot.store.port import Store, Transaction

LOOKUP_EVERY_S = 5.0
FIRST_LOOKUP_S = 2.0
UNUSABLE_PAUSE_S = 60.0
"""Until the next read with a key that was refused."""
SUBMIT_CLOCK_SLACK_S = 30.0
"""A provider's clock may be off by this much when a lost submit is looked for."""
CLAIMED_SLACK_MS = 3_600_000
"""Tasks that young may belong to jobs submitted this long before the lost one."""

log = structlog.get_logger(__name__)


class StartFetch(Protocol):
    def __call__(self, job_id: JobId, work: Coroutine[None, None, None], /) -> None: ...


class Work:
    """Made once by the runner; ``move`` lets a fact happen to a job."""

    def __init__(
        self,
        store: Store,
        *,
        data_dir: Path,
        timing: Timing,
        clock: Clock,
        move: Callable[[JobId, Fact], Awaitable[Job | None]],
    ) -> None:
        self._store = store
        self._data_dir = data_dir
        self._timing = timing
        self._clock = clock
        self._move = move
        self._collecting = Collecting(
            store, data_dir=data_dir, timing=timing, clock=clock, move=move
        )
        self._failed_reads = Failures()

    async def submit(self, job: Job, account: Account) -> None:
        """Send the one submit of an admitted job; whatever breaks, it is not sent again."""
        try:
            await self._submit(job, account)
        except Exception:
            log.exception("submit_broken", job=job.job_id)
            until = self._in(self._timing.grace_s)
            left_nothing = await self._is_unsent(job)
            lost = SubmitLost(lookup_at=self._in(0), until=until)
            await self._move(job.job_id, SubmitRefused(Reason.FAILED) if left_nothing else lost)

    async def _is_unsent(self, job: Job) -> bool:
        """Whether it broke while its pictures were brought: then nothing was ordered."""
        row = await self._store.one("job_get", job_id=job.job_id)
        return row is not None and row["submitted_at"] is None

    async def _submit(self, job: Job, account: Account) -> None:
        try:
            handles = await self._upload(job, account)
            if handles is None:
                return
            task_id = await account.provider.submit(account.submission(job, handles))
        except NotSent as error:
            await self._move(job.job_id, SubmitNotSent(await self._put_off(job, account, error)))
        except OutcomeUnknown as error:
            log.warning("submit_outcome_unknown", job=job.job_id, detail=error.detail)
            until = self._in(self._timing.grace_s)
            await self._move(
                job.job_id, SubmitLost(lookup_at=self._in(FIRST_LOOKUP_S), until=until)
            )
        except Rejected as error:
            log.warning("submit_refused", job=job.job_id, detail=error.detail)
            await self._move(job.job_id, SubmitRefused(Reason.REFUSED, error.detail))
        except AccountUnusable as error:
            if await self._pause(error):
                await self._move(job.job_id, SubmitRefused(error.reason, error.detail))
            else:  # it was known to fail, and tried with this one: it keeps its place
                await self._move(job.job_id, SubmitNotSent(retry_at=self._in(0)))
        else:
            await self._answered(job, account, task_id)
            await self._prove_well(account, job)

    async def _upload(self, job: Job, account: Account) -> tuple[str, ...] | None:
        """Its pictures, right before the submit; None: nothing is to be ordered any more.

        Raises what `Provider.upload` raises.
        """
        if not job.request.references:
            return ()
        try:
            handles = await hand_over(job, account, self._data_dir)
        except (BrokenMedia, FileTooBig, OSError) as error:
            log.warning("reference_unusable", job=job.job_id, error=str(error))
            await self._move(job.job_id, SubmitRefused(Reason.FAILED))
            return None
        begun = await self._move(job.job_id, SubmitBegun())
        return handles if begun and begun.state is JobState.SUBMITTING else None

    async def forget_ended(self) -> None:
        """Drop what was counted of jobs that nothing more happens to."""
        await self._failed_reads.forget_ended(self._store)
        await self._collecting.forget_ended()

    async def _put_off(self, job: Job, account: Account, error: NotSent) -> Millis:
        """When to order again; what an account says of itself goes for everybody's orders."""
        if error.is_daily_limit:
            await self._pause(error)
            return self._in(retry_s(job.attempts, None))
        now, retry_at = self._clock(), self._in(retry_s(job.attempts, error.retry_after_s))
        if error.status == 429 or error.retry_after_s is not None:
            await keep(
                self._store,
                lambda tx: accounts.leave_alone(tx, account.name, until=retry_at, now=now),
            )
        return retry_at

    async def _pause(self, error: AccountUnusable | NotSent) -> bool:
        """Whether it is this error that paused the account."""
        why = accounts.DAILY_LIMIT
        if isinstance(error, AccountUnusable):
            why = error.reason.value
        return await keep(
            self._store,
            lambda tx: accounts.pause(
                tx, error.provider, why, detail=error.detail, now=self._clock()
            ),
        )

    async def look_up(self, job: Job, account: Account) -> None:
        """Try to learn what became of a lost submit."""
        if job.task_id is not None:  # somebody has named it
            await self._answered(job, account, job.task_id)
            return
        may_be_told = account.provider.capabilities.can_find_submitted or account.webhook
        if not may_be_told:
            lane_s = self._timing.deadline_s(job.request.operation)
            await self._move(job.job_id, Undecided(lane_until=self._in(lane_s)))
            return
        task_id = await self._find(job, account)
        if task_id is not None:
            await self._answered(job, account, task_id)
        else:  # until the grace time is over, which the loop watches
            await self._move(job.job_id, LookedUp(again_at=self._in(LOOKUP_EVERY_S)))

    async def _find(self, job: Job, account: Account) -> TaskId | None:
        since = (job.submitted_at or job.accepted_at) - int(SUBMIT_CLOCK_SLACK_S * 1000)
        rows = await self._store.all(
            "claimed_tasks", provider=job.provider, since=since - CLAIMED_SLACK_MS
        )
        try:
            return await account.provider.find_submitted(
                account.submission(job),
                since=since,
                claimed=frozenset(row["task_id"] for row in rows),
            )
        except ProviderError as error:
            log.warning("lookup_failed", job=job.job_id, detail=error.detail)
            return None

    async def _answered(self, job: Job, account: Account, task_id: TaskId) -> None:
        operation = job.request.operation
        typical_s = await self._typical_s(job, account)
        poll_s = account.read_pause_s(Standing(0.0, typical_s), self._timing.poll_s)
        answered = SubmitAnswered(
            task_id=task_id,
            poll_at=self._in(poll_s),
            deadline_at=self._in(self._timing.deadline_s(operation)),
        )
        try:
            await self._move(job.job_id, answered)
        except TaskTaken as error:
            log.warning("task_of_another", job=job.job_id, error=str(error))
            again_at, until = self._in(LOOKUP_EVERY_S), self._in(self._timing.grace_s)
            await self._move(job.job_id, Misnamed(again_at, until))
            return

    async def _prove_well(self, account: Account, job: Job) -> None:
        """An order answered shows its account is well, if it left after the account was paused."""

        async def work(tx: Transaction) -> None:
            row = await tx.one("account_get", provider=account.name)
            paused_at = row["paused_at"] if row else None
            ordered = await book.find_job(tx, job.job_id)
            begun_at = ordered.submitted_at if ordered else None
            if paused_at is not None and begun_at is not None and begun_at > paused_at:
                await accounts.found_well(tx, account.name, now=self._clock())

        await keep(self._store, work)

    async def read(self, jobs: Sequence[Job], account: Account, start_fetch: StartFetch) -> None:
        """Ask how a batch of tasks stands, and let what is found happen."""
        tasks = {job.task_id: job for job in jobs if job.task_id is not None}
        try:
            snapshots = await account.provider.poll(list(tasks))
        except Unreachable as error:
            for job in jobs:
                times = self._failed_reads.add(job.job_id)
                wait_s = longer_s(times, self._timing.poll_s, error.retry_after_s)
                await self._move(job.job_id, Seen(None, poll_at=self._in(wait_s)))
            return
        except AccountUnusable as error:
            await self._pause(error)
            for job in jobs:
                await self._move(job.job_id, Seen(None, poll_at=self._in(UNUSABLE_PAUSE_S)))
            return
        for task_id, job in tasks.items():
            self._failed_reads.clear(job.job_id)
            await self._found(job, account, task_id, snapshots.get(task_id), start_fetch)

    async def _found(
        self,
        job: Job,
        account: Account,
        task_id: TaskId,
        snapshot: Snapshot | None,
        start_fetch: StartFetch,
    ) -> None:
        match snapshot:
            case None | Queued():
                await self._seen(job, account, None)
            case Running():
                await self._seen(job, account, snapshot.progress)
            case Failed():
                log.warning("task_failed", job=job.job_id, detail=snapshot.detail)
                await self._move(job.job_id, Ended(Reason.FAILED, snapshot.detail))
            case Succeeded():
                start_fetch(job.job_id, self._collecting.collect(job, account, task_id, snapshot))
            case _:
                assert_never(snapshot)

    async def _seen(self, job: Job, account: Account, progress: int | None) -> None:
        typical_s = await self._typical_s(job, account)
        now = self._clock()
        started_at = job.started_at or now
        has_grown = (progress or 0) > (job.progress or 0)
        standing = Standing(
            elapsed_s=(now - started_at) / 1000,
            typical_s=typical_s,
            progress=min(progress or 0, MOST_SHOWN),
            still_s=0.0 if has_grown else (now - (job.progress_at or started_at)) / 1000,
        )
        wait_s = account.read_pause_s(standing, self._timing.poll_s)
        seen = Seen(progress, poll_at=self._in(wait_s), was_due_at=job.due_at)
        await self._move(job.job_id, seen)

    async def _typical_s(self, job: Job, account: Account) -> float:
        operation = job.request.operation
        return await queue.typical_duration(
            self._store,
            account.name,
            operation,
            otherwise_s=account.spec(operation).typical_s,
        )

    def _in(self, seconds: float) -> Millis:
        return self._clock() + int(seconds * 1000)
