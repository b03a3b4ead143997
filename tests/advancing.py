"""Facts about a job, and what it is after them. Pure; knows no store."""

from shop import HOUR, NOON

from bot.jobs.advance import advance
from bot.jobs.facts import DeadlinePassed, Fact, SubmitAnswered, SubmitLost, Undecided
from bot.model import Job, JobState, TaskId

LATER = NOON + HOUR
ANSWERED = SubmitAnswered(TaskId("t-1"), poll_at=NOON + 9, deadline_at=LATER)
LOST = SubmitLost(lookup_at=NOON + 9, until=LATER)
UNDECIDED = Undecided(lane_until=LATER)
EXPIRED = DeadlinePassed(poll_at=NOON + 9)
S = JobState


def after(job: Job, *history: Fact) -> Job:
    """What ``job`` is once all this has happened."""
    for fact in history:
        job, _ = advance(job, fact, now=NOON)
    return job
