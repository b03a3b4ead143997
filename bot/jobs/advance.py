"""The one function that moves a job, pure: a job and a fact in, a job and its effects out.

Knows no database, clock or network. The picture of the states is in docs/architecture.md.
A fact that does not fit the job's state changes nothing: facts arrive late, twice and out of
order, and that is normal.
"""

from __future__ import annotations

import dataclasses
from typing import assert_never

from bot.jobs.facts import (
    Admitted,
    CancelAsked,
    Capture,
    DeadlinePassed,
    Delivered,
    DeliveryBegun,
    Effect,
    Ended,
    Fact,
    Hinted,
    Keep,
    LaneOver,
    LookedUp,
    Misnamed,
    PrivacyChosen,
    Release,
    Resolved,
    Saved,
    Seen,
    Settled,
    ShowResult,
    ShowStatus,
    SubmitAnswered,
    SubmitBegun,
    SubmitLost,
    SubmitNotSent,
    SubmitRefused,
    TaskNamed,
    TellOperator,
    Undecided,
)
from bot.jobs.pace import MOST_SHOWN, carried_progress
from bot.model import FINAL_STATES, Job, JobState, Millis, Reason, Urgency

Step = tuple[Job, tuple[Effect, ...]]


def advance(job: Job, fact: Fact, *, now: Millis) -> Step:
    """What becomes of ``job`` when ``fact`` happens at ``now``, and what must follow.

    The effects belong to the same transaction as the new job.
    """
    match fact:
        case Admitted() | SubmitBegun() | SubmitNotSent() | SubmitAnswered() | SubmitLost():
            return _submit(job, fact, now)
        case TaskNamed() | Hinted():
            return _hear(job, fact, now)
        case LookedUp() | Misnamed() | Undecided() | Resolved():
            return _look_up(job, fact, now)
        case Seen():
            return _see(job, fact, now)
        case Saved():
            return _save(job, fact, now)
        case SubmitRefused() | Ended() | DeadlinePassed() | LaneOver() | Settled():
            return _end(job, fact, now)
        case CancelAsked():
            return _cancel(job, now)
        case PrivacyChosen():
            return _choose_privacy(job, fact)
        case DeliveryBegun() | Delivered():
            return _deliver(job, fact, now)
        case _:
            assert_never(fact)


def _unchanged(job: Job) -> Step:
    return job, ()


def _submit(
    job: Job,
    fact: Admitted | SubmitBegun | SubmitNotSent | SubmitAnswered | SubmitLost,
    now: Millis,
) -> Step:
    match fact, job.state:
        case Admitted(), JobState.QUEUED:
            return dataclasses.replace(
                job,
                state=JobState.SUBMITTING,
                holds_lane=True,
                # While its pictures are on their way nothing is ordered yet.
                submitted_at=None if job.request.references else now,
                due_at=None,
            ), (ShowStatus(Urgency.PROGRESS),)
        case SubmitBegun(), JobState.SUBMITTING:
            return dataclasses.replace(job, submitted_at=now), ()
        case SubmitNotSent(), JobState.SUBMITTING if job.task_id is not None:
            return _found(job, now), ()  # it arrived all the same: never a second time
        case SubmitNotSent(), JobState.SUBMITTING:
            back = dataclasses.replace(
                job,
                state=JobState.QUEUED,
                holds_lane=False,
                submitted_at=None,
                attempts=job.attempts + 1,
                due_at=fact.retry_at,
            )
            # Nothing was ordered, so a Cancel pressed meanwhile is a cancel after all.
            if job.is_muted:
                return _cancel(back, now)
            return back, (ShowStatus(Urgency.PROGRESS),)
        case SubmitAnswered(), JobState.SUBMITTING | JobState.UNKNOWN | JobState.NEEDS_REVIEW:
            running = dataclasses.replace(
                job,
                state=JobState.RUNNING,
                holds_lane=True,
                task_id=fact.task_id,
                started_at=now,
                deadline_at=fact.deadline_at,
                ended_at=None,
                reason=None,
                # A webhook spoke of it already: there may be something to read.
                due_at=fact.poll_at if job.task_id is None else now,
                attempts=0,
            )
            return running, (ShowStatus(Urgency.PROGRESS),)
        case SubmitLost(), JobState.SUBMITTING | JobState.UNKNOWN:
            lost = dataclasses.replace(
                job,
                state=JobState.UNKNOWN,
                due_at=fact.lookup_at,
                deadline_at=fact.until,
                attempts=0,
            )
            return lost, (ShowStatus(Urgency.PROGRESS),)
        case _:
            return _unchanged(job)


def _look_up(job: Job, fact: LookedUp | Misnamed | Undecided | Resolved, now: Millis) -> Step:
    match fact, job.state:
        case LookedUp(), JobState.UNKNOWN:
            return dataclasses.replace(job, due_at=fact.again_at, attempts=job.attempts + 1), ()
        case Misnamed(), JobState.SUBMITTING | JobState.UNKNOWN:
            is_known = job.state is JobState.UNKNOWN and job.deadline_at is not None
            missed = dataclasses.replace(
                job,
                state=JobState.UNKNOWN,
                due_at=fact.again_at,
                deadline_at=job.deadline_at if is_known else fact.until,
            )
            return missed, (ShowStatus(Urgency.PROGRESS), TellOperator("operator.task_taken"))
        case Undecided(), JobState.UNKNOWN:
            review, given_back = _give_back(
                dataclasses.replace(
                    job,
                    state=JobState.NEEDS_REVIEW,
                    reason=Reason.LOST,
                    ended_at=now,
                    deadline_at=fact.lane_until,
                    due_at=fact.lane_until,
                )
            )
            return review, (
                *given_back,
                ShowStatus(Urgency.ANSWER),
                TellOperator("operator.needs_review"),
            )
        case Resolved(), JobState.NEEDS_REVIEW:
            return dataclasses.replace(
                job, state=JobState.FAILED, holds_lane=False, due_at=None
            ), ()
        case _:
            return _unchanged(job)


def _found(job: Job, now: Millis) -> Job:
    """Its task is known and nobody has answered for it yet: it is looked at now."""
    is_review = job.state is JobState.NEEDS_REVIEW
    return dataclasses.replace(
        job,
        state=job.state if is_review else JobState.UNKNOWN,
        holds_lane=True,
        submitted_at=job.submitted_at or now,
        due_at=now,
    )


def _hear(job: Job, fact: TaskNamed | Hinted, now: Millis) -> Step:
    """Early, late, twice or out of order: a hint makes us look, and changes nothing else."""
    match fact, job.state:
        case TaskNamed(), JobState.SUBMITTING if job.task_id is None:
            return dataclasses.replace(job, task_id=fact.task_id), ()
        case TaskNamed(), JobState.QUEUED if job.attempts:
            # It was turned away and taken all the same: never a second time.
            return _found(dataclasses.replace(job, task_id=fact.task_id), now), (
                ShowStatus(Urgency.PROGRESS),
            )
        case TaskNamed(), JobState.UNKNOWN | JobState.NEEDS_REVIEW if job.task_id is None:
            return _found(dataclasses.replace(job, task_id=fact.task_id), now), ()
        case Hinted(), JobState.RUNNING:
            return dataclasses.replace(job, due_at=now), ()
        case Hinted(), JobState.FAILED if job.holds_lane:
            return dataclasses.replace(job, due_at=now), ()
        case _:
            return _unchanged(job)


def _see(job: Job, fact: Seen, now: Millis) -> Step:
    is_kept = fact.was_due_at in {None, job.due_at}
    poll_at = min(fact.poll_at, _given_up_at(job) or fact.poll_at)
    seen = dataclasses.replace(job, due_at=poll_at if is_kept else job.due_at)
    if job.state is JobState.FAILED and job.holds_lane:
        return seen, ()
    if job.state is not JobState.RUNNING:
        return _unchanged(job)
    progress = min(fact.progress or 0, MOST_SHOWN)
    if progress <= (job.progress or 0):
        return seen, ()
    is_first_bar = not job.progress
    shown = carried_progress(job, now=now)
    moved = dataclasses.replace(seen, progress=progress, progress_at=now, bar=shown)
    return moved, (ShowStatus(Urgency.PROGRESS, is_first_bar=is_first_bar),)


def _given_up_at(job: Job) -> Millis | None:
    """No appointment is made beyond it, however long a provider wants to be left alone."""
    return lane_until(job) if job.state is JobState.FAILED else job.deadline_at


def lane_until(job: Job) -> Millis | None:
    """When the lane of one that ended by its deadline is given up: after the same time again."""
    if job.deadline_at is None:
        return None
    return job.deadline_at + (job.deadline_at - (job.started_at or job.deadline_at))


def _save(job: Job, fact: Saved, now: Millis) -> Step:
    is_late = job.state is JobState.FAILED and job.holds_lane
    if job.state is not JobState.RUNNING and not is_late:
        return _unchanged(job)
    outputs = sum(1 for asset in fact.assets if asset.tile > 0)
    taken = capture_for(job, outputs)
    saved = dataclasses.replace(
        job,
        state=JobState.READY,
        holds_lane=False,
        reason=None,
        detail="",
        progress=100,
        made_at=now,
        due_at=None,
        held_free=job.held_free - taken.outputs_free,
        held_vnd=job.held_vnd - taken.amount_vnd,
        charged_free=job.charged_free + taken.outputs_free,
        charged_vnd=job.charged_vnd + taken.amount_vnd,
        outputs=min(job.outputs, outputs),
    )
    saved, given_back = _give_back(saved)
    kept: tuple[Effect, ...] = (Keep(fact.assets), taken, *given_back)
    if job.is_muted:
        done = dataclasses.replace(saved, state=JobState.DONE, ended_at=now)
        return done, (*kept, ShowStatus(Urgency.ANSWER))
    return saved, (*kept, ShowResult())


def capture_for(job: Job, outputs: int) -> Capture:
    """What ``outputs`` files cost of what is held: the free ones first, never more than held."""
    free = min(outputs, job.held_free)
    paid = (outputs - free) * job.price_each_vnd
    return Capture(free, min(paid, job.held_vnd))


def _give_back(job: Job) -> tuple[Job, tuple[Effect, ...]]:
    """Release whatever is still held."""
    if job.held_free == 0 and job.held_vnd == 0:
        return job, ()
    release = Release(job.held_free, job.held_vnd)
    return dataclasses.replace(job, held_free=0, held_vnd=0), (release,)


def _end(
    job: Job, fact: SubmitRefused | Ended | DeadlinePassed | LaneOver | Settled, now: Millis
) -> Step:
    match fact, job.state:
        case SubmitRefused(), JobState.SUBMITTING if job.task_id is not None:
            return _found(job, now), ()
        case SubmitRefused(reason, detail), JobState.SUBMITTING:
            return _fail(job, reason, detail, now)
        case Ended(Reason.BROKEN, detail), JobState.RUNNING:
            failed, effects = _fail(job, Reason.BROKEN, detail, now)
            return failed, (*effects, TellOperator("operator.result_broken"))
        case Ended(reason, detail), JobState.QUEUED | JobState.RUNNING:
            return _fail(job, reason, detail, now)
        case DeadlinePassed(), JobState.RUNNING:
            failed, given_back = _give_back(
                dataclasses.replace(
                    job,
                    state=JobState.FAILED,
                    reason=Reason.EXPIRED,
                    ended_at=now,
                    due_at=fact.poll_at,
                )
            )
            told = TellOperator("operator.result_late")
            return failed, (*given_back, ShowStatus(Urgency.ANSWER), told)
        case (Ended() | LaneOver(), JobState.FAILED | JobState.NEEDS_REVIEW) if job.holds_lane:
            return dataclasses.replace(job, holds_lane=False, due_at=None), ()
        case Settled(), state if state in FINAL_STATES:
            return _give_back(job)
        case _:
            return _unchanged(job)


def _fail(job: Job, reason: Reason, detail: str, now: Millis) -> Step:
    failed, given_back = _give_back(
        dataclasses.replace(
            job,
            state=JobState.FAILED,
            holds_lane=False,
            reason=reason,
            detail=detail,
            ended_at=now,
            due_at=None,
        )
    )
    return failed, (*given_back, ShowStatus(Urgency.ANSWER))


def _may_be_ordered(job: Job) -> bool:
    """While its pictures are on their way it is not: the submit has not left."""
    is_queued = job.state is JobState.QUEUED
    return not is_queued and (job.submitted_at is not None or job.task_id is not None)


def _cancel(job: Job, now: Millis) -> Step:
    match job.state:
        case JobState.QUEUED | JobState.SUBMITTING if not _may_be_ordered(job):
            cancelled, given_back = _give_back(
                dataclasses.replace(
                    job, state=JobState.CANCELLED, holds_lane=False, ended_at=now, due_at=None
                )
            )
            return cancelled, (*given_back, ShowStatus(Urgency.ANSWER))
        case JobState.SUBMITTING | JobState.UNKNOWN | JobState.RUNNING:
            if job.is_muted:
                return _unchanged(job)
            return dataclasses.replace(job, is_muted=True), (ShowStatus(Urgency.ANSWER),)
        case _:
            return _unchanged(job)


def _choose_privacy(job: Job, fact: PrivacyChosen) -> Step:
    chosen = dataclasses.replace(job, to_private=fact.to_private)
    match job.state:
        case _ if chosen == job:
            return _unchanged(job)
        case JobState.QUEUED | JobState.SUBMITTING | JobState.UNKNOWN | JobState.RUNNING:
            return chosen, (ShowStatus(Urgency.ANSWER),)
        case JobState.DONE if fact.to_private:
            # What stood in the group is taken away by who sent it.
            return dataclasses.replace(chosen, detail=""), ()
        case _:
            return _unchanged(job)


def _deliver(job: Job, fact: DeliveryBegun | Delivered, now: Millis) -> Step:
    match fact, job.state:
        case DeliveryBegun(), JobState.READY:
            return dataclasses.replace(job, state=JobState.DELIVERING), ()
        case Delivered(), JobState.READY | JobState.DELIVERING:
            done = dataclasses.replace(job, state=JobState.DONE, ended_at=now, detail=fact.why)
            # The group is told that it went elsewhere, or that it waits.
            return done, (ShowStatus(Urgency.ANSWER),) if job.to_private else ()
        case _:
            return _unchanged(job)
