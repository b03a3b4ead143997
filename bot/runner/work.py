"""One piece of work on jobs: a submit, a read, a fetch, a lookup; each ends in a fact.

Knows nothing of when it is called. Every way a provider can fail becomes a fact here, so that
nothing but facts moves a job.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Protocol, assert_never

import structlog

from bot.errors import (
    AccountUnusable,
    BadAddress,
    BrokenMedia,
    FileTooBig,
    NotReady,
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
    Saved,
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
from bot.providers.port import Failed, Queued, RemoteAsset, Running, Snapshot, Succeeded
from bot.runner.accounts import Account, Timing, retry_s
from bot.runner.fetching import fetch, fetched
from bot.runner.handing_over import hand_over
from bot.runner.keeping import keep
from bot.runner.pace import Standing
from bot.store.port import Store, Transaction

LOOKUP_EVERY_S = 5.0
FETCH_RETRY_S = 2.0
LAG_TRIES = 5
"""Looks for files that nobody announced, until those that are there are believed to be all."""
ANNOUNCED_TRIES = 30
"""The same of files the provider counted."""
BROKEN_FETCHES = 6
"""Downloads of one result that may come broken before it is given up: it is paid for, and what
stands before the files (a page that says sorry) often gives way."""
LONGEST_RETRY_PAUSE_S = 30.0
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
        self._broken: dict[JobId, int] = {}
        self._missing: dict[JobId, int] = {}
        self._failed_reads: dict[JobId, int] = {}
        self._failed_fetches: dict[JobId, int] = {}

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
            await self._move(job.job_id, SubmitLost(lookup_at=self._in(FETCH_RETRY_S), until=until))
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
        for counted in (self._broken, self._missing, self._failed_reads, self._failed_fetches):
            for job_id in list(counted):
                row = await self._store.one("job_get", job_id=job_id)
                if row is None or row["due_at"] is None:
                    counted.pop(job_id, None)

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
                wait_s = self._longer_s(self._failed_reads, job, error.retry_after_s)
                await self._move(job.job_id, Seen(None, poll_at=self._in(wait_s)))
            return
        except AccountUnusable as error:
            await self._pause(error)
            for job in jobs:
                await self._move(job.job_id, Seen(None, poll_at=self._in(UNUSABLE_PAUSE_S)))
            return
        for task_id, job in tasks.items():
            self._failed_reads.pop(job.job_id, None)
            await self._found(job, account, task_id, snapshots.get(task_id), start_fetch)

    def _longer_s(
        self, failures: dict[JobId, int], job: Job, asked_s: float | None = None
    ) -> float:
        """The wait after one more of ``failures``: longer each time, so that it may recover."""
        times = failures[job.job_id] = failures.get(job.job_id, 0) + 1
        wait_s = min(LONGEST_RETRY_PAUSE_S, self._timing.poll_s * 2.0 ** min(times, 10))
        return max(wait_s, asked_s or 0.0)

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
                tries = LAG_TRIES if not snapshot.is_count_known else ANNOUNCED_TRIES
                remote = _files_of(job, snapshot)
                start_fetch(job.job_id, self._fetch(job, account, task_id, remote, tries))
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

    async def _fetch(
        self,
        job: Job,
        account: Account,
        task_id: TaskId,
        remote: Sequence[RemoteAsset],
        tries: int,
    ) -> None:
        """``tries``: how often a file may be missing until the others are believed to be all."""
        try:
            is_drawn = await book.is_drawn(self._store, job)
            assets = await fetch(
                job, task_id, remote, account.provider, self._data_dir, is_drawn=is_drawn
            )
        except NotReady as error:
            there = await self._believed(job, remote, tries)
            if there:
                log.warning("fewer_files", job=job.job_id, told=len(remote), found=len(there))
                await self._fetch(job, account, task_id, there, tries)
                return
            await self._fetch_again(job, error, FETCH_RETRY_S)
        except Unreachable as error:
            wait_s = self._longer_s(self._failed_fetches, job, error.retry_after_s)
            await self._fetch_again(job, error, wait_s)
        except (AccountUnusable, OSError) as error:
            await self._fetch_again(job, error, self._longer_s(self._failed_fetches, job))
        except (BrokenMedia, FileTooBig, BadAddress, Rejected) as error:
            await self._fetched_broken(job, error)
        else:
            self._broken.pop(job.job_id, None)
            self._missing.pop(job.job_id, None)
            self._failed_fetches.pop(job.job_id, None)
            await self._move(job.job_id, Saved(assets))

    async def _fetch_again(self, job: Job, error: Exception, wait_s: float) -> None:
        log.info("fetch_again", job=job.job_id, error=str(error))
        await self._move(job.job_id, Seen(None, poll_at=self._in(wait_s)))

    async def _believed(
        self, job: Job, remote: Sequence[RemoteAsset], tries: int
    ) -> tuple[RemoteAsset, ...]:
        """The files that are all there will be; none while more may come, or none has."""
        self._missing[job.job_id] = self._missing.get(job.job_id, 0) + 1
        if self._missing[job.job_id] < tries:
            return ()
        return await fetched(job, remote, self._data_dir)

    async def _fetched_broken(
        self, job: Job, error: BrokenMedia | FileTooBig | BadAddress | Rejected
    ) -> None:
        wait_s = self._longer_s(self._broken, job)
        broken = self._broken[job.job_id]
        log.warning("result_broken", job=job.job_id, error=str(error), times=broken)
        if broken >= BROKEN_FETCHES:
            del self._broken[job.job_id]
            detail = str(error) if isinstance(error, FileTooBig) else error.detail
            await self._move(job.job_id, Ended(Reason.BROKEN, detail))
            return
        await self._move(job.job_id, Seen(None, poll_at=self._in(wait_s)))

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


def _files_of(job: Job, result: Succeeded) -> list[RemoteAsset]:
    """What to fetch: as many as the provider tells of, else as many as were asked for."""
    # What was ordered is surer than what an answer lets one guess.
    kind = job.request.operation.output_kind
    if result.is_count_known:
        return [dataclasses.replace(asset, kind=kind) for asset in result.assets]
    return [RemoteAsset(kind, index) for index in range(job.request.count)]
