"""The queue: whose turn it is, how many wait before a job, when it should be ready.

Knows nothing of how a job is submitted. Lanes are counted from rows in the transaction that
admits, so no crash can lose or double one.
"""

from __future__ import annotations

import dataclasses
import statistics

from bot.jobs import accounts, book
from bot.jobs.facts import Admitted
from bot.jobs.pace import carried_progress, left_s
from bot.model import Job, JobState, Millis, Operation
from bot.store.port import Reading, Transaction
from bot.store.records import read_job


async def admit(tx: Transaction, provider: str, *, lanes: int, now: Millis) -> Job | None:
    """Give the next job of ``provider`` a lane, if one is free and somebody may have it.

    The job comes back in the state submitting: its submit is sent next, once.
    """
    if await accounts.why_paused(tx, provider) is None:
        return await _admit(tx, provider, lanes=lanes, now=now)
    if not await accounts.is_on_trial(tx, provider):
        return None
    tried = await _admit(tx, provider, lanes=lanes, now=now)
    if tried is not None:  # the only one until the next look
        await accounts.put_off_probe(tx, provider, now=now)
    return tried


async def _admit(tx: Transaction, provider: str, *, lanes: int, now: Millis) -> Job | None:
    taken = await tx.one("lanes_taken", provider=provider)
    assert taken is not None
    if taken["taken"] >= lanes:
        return None
    row = await tx.one("next_admitted", provider=provider, now=now)
    if row is None:
        return None
    return await book.move(tx, read_job(row), Admitted(), now=now, who="runner")


@dataclasses.dataclass(frozen=True, slots=True)
class Outlook:
    """What can be promised to somebody who waits."""

    ahead: int
    """Jobs that come before it: those waiting at its provider, or the person's own."""
    left_s: float
    """Until it should be ready: from its own pace once that shows, else from the latest ones."""
    progress: int | None = None
    """Per cent, carried forward to this moment; None while nothing is known."""


async def outlook(
    reading: Reading, job: Job, *, lanes: int, typical_s: float, now: Millis
) -> Outlook:
    """``typical_s``: see :func:`typical_duration`."""
    if job.state is JobState.QUEUED:
        return await _queue_outlook(reading, job, max(1, lanes), typical_s)
    since = job.started_at or job.submitted_at or now
    progress = carried_progress(job, now=now)
    return Outlook(0, left_s((now - since) / 1000, typical_s, progress or 0), progress)


async def _queue_outlook(reading: Reading, job: Job, lanes: int, typical_s: float) -> Outlook:
    """People take turns, so of others' jobs only as many come before as there are turns."""
    own = await reading.one(
        "own_jobs_ahead", user_id=job.user_id, job_id=job.job_id, accepted_at=job.accepted_at
    )
    assert own is not None
    others = await reading.one(
        "jobs_ahead",
        provider=job.provider,
        user_id=job.user_id,
        priority=int(job.priority),
        accepted_at=job.accepted_at,
        turns=own["waiting"] + 1,
    )
    assert others is not None
    ahead = int(others["ahead"]) + int(own["waiting"])
    rounds = ahead / lanes
    if job.user_lanes is not None:
        own_lanes = max(1, job.user_lanes)
        held_up_by = max(0, own["running"] + own["waiting"] - own_lanes + 1)
        ahead, rounds = max(ahead, held_up_by), max(rounds, held_up_by / own_lanes)
    return Outlook(ahead, typical_s * (1 + rounds))


async def typical_duration(
    reading: Reading, provider: str, operation: Operation, *, otherwise_s: float
) -> float:
    """The median of the latest twenty, in seconds; ``otherwise_s`` while there are none."""
    rows = await reading.all("typical_durations", provider=provider, operation=operation.value)
    if not rows:
        return otherwise_s
    return float(statistics.median(row["took_ms"] for row in rows)) / 1000
