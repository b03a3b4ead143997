"""Collecting a finished task's files, which may be late, fewer or broken; it ends in a fact.

Knows nothing of how a job came to be finished, nor of what is done with its files.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog

from bot.errors import (
    AccountUnusable,
    BadAddress,
    BrokenMedia,
    FileTooBig,
    NotReady,
    Rejected,
    Unreachable,
)
from bot.jobs import book
from bot.jobs.facts import Ended, Fact, Saved, Seen
from bot.model import Clock, Job, JobId, Reason, TaskId
from bot.providers.port import RemoteAsset, Succeeded
from bot.runner.accounts import Account, Timing
from bot.runner.failures import Failures, longer_s
from bot.runner.fetching import fetch, fetched
from bot.store.port import Store

FETCH_RETRY_S = 2.0
LAG_TRIES = 5
"""Looks for files that nobody announced, until those that are there are believed to be all."""
ANNOUNCED_TRIES = 30
"""The same of files the provider counted."""
BROKEN_FETCHES = 6
"""Downloads of one result that may come broken before it is given up: it is paid for, and what
stands before the files (a page that says sorry) often gives way."""

log = structlog.get_logger(__name__)


class Collecting:
    """Made once; ``move`` lets a fact happen to a job."""

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
        self._broken = Failures()
        self._missing = Failures()
        self._failed = Failures()

    async def collect(self, job: Job, account: Account, task_id: TaskId, result: Succeeded) -> None:
        """Try once to have all files of ``result`` on our disk."""
        tries = ANNOUNCED_TRIES if result.is_count_known else LAG_TRIES
        await self._fetch(job, account, task_id, _files_of(job, result), tries)

    async def forget_ended(self) -> None:
        """Drop what was counted of jobs that nothing more happens to."""
        for failures in (self._broken, self._missing, self._failed):
            await failures.forget_ended(self._store)

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
            times = self._failed.add(job.job_id)
            wait_s = longer_s(times, self._timing.poll_s, error.retry_after_s)
            await self._fetch_again(job, error, wait_s)
        except (AccountUnusable, OSError) as error:
            times = self._failed.add(job.job_id)
            await self._fetch_again(job, error, longer_s(times, self._timing.poll_s))
        except (BrokenMedia, FileTooBig, BadAddress, Rejected) as error:
            await self._fetched_broken(job, error)
        else:
            for failures in (self._broken, self._missing, self._failed):
                failures.clear(job.job_id)
            await self._move(job.job_id, Saved(assets))

    async def _fetch_again(self, job: Job, error: Exception, wait_s: float) -> None:
        log.info("fetch_again", job=job.job_id, error=str(error))
        await self._look_again(job, wait_s)

    async def _believed(
        self, job: Job, remote: Sequence[RemoteAsset], tries: int
    ) -> tuple[RemoteAsset, ...]:
        """The files that are all there will be; none while more may come, or none has."""
        if self._missing.add(job.job_id) < tries:
            return ()
        return await fetched(job, remote, self._data_dir)

    async def _fetched_broken(
        self, job: Job, error: BrokenMedia | FileTooBig | BadAddress | Rejected
    ) -> None:
        broken = self._broken.add(job.job_id)
        log.warning("result_broken", job=job.job_id, error=str(error), times=broken)
        if broken >= BROKEN_FETCHES:
            self._broken.clear(job.job_id)
            detail = str(error) if isinstance(error, FileTooBig) else error.detail
            await self._move(job.job_id, Ended(Reason.BROKEN, detail))
            return
        await self._look_again(job, longer_s(broken, self._timing.poll_s))

    async def _look_again(self, job: Job, wait_s: float) -> None:
        poll_at = self._clock() + int(wait_s * 1000)
        await self._move(job.job_id, Seen(None, poll_at=poll_at))


def _files_of(job: Job, result: Succeeded) -> list[RemoteAsset]:
    """What to fetch: as many as the provider tells of, else as many as were asked for."""
    # What was ordered is surer than what an answer lets one guess.
    kind = job.request.operation.output_kind
    if result.is_count_known:
        return [dataclasses.replace(asset, kind=kind) for asset in result.assets]
    return [RemoteAsset(kind, index) for index in range(job.request.count)]
