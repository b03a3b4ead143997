"""Enlarging costs nobody anything but this machine's time: nothing is made twice or in floods.

Knows nothing of how it was asked for.
"""

from __future__ import annotations

from typing import Final

from bot.chat.talk import Talk, line
from bot.model import JobState, Operation, Request, Say
from bot.store.records import read_job, request_value

MOST_ENLARGING: Final = 5
"""Of one person, waiting and running."""

_UNMADE = frozenset({JobState.QUEUED, JobState.SUBMITTING, JobState.UNKNOWN, JobState.RUNNING})


async def bring_enlarged(talk: Talk, request: Request) -> bool:
    """Show what came of the very same wish before; whether there is any."""
    row = await talk.tx.one("enlarged_before", request=request_value(request))
    if row is None:
        return False
    await talk.show(Say.PICK, row["job_id"], 1)
    return True


async def may_enlarge(talk: Talk) -> bool:
    """Whether one more of the speaker's may wait; says so when not."""
    rows = await talk.tx.all("jobs_of_user", user_id=talk.speaker.user_id)
    jobs = [read_job(row) for row in rows]
    under_way = [
        job for job in jobs if job.request.operation is Operation.ENLARGE and job.state in _UNMADE
    ]
    if len(under_way) < MOST_ENLARGING:
        return True
    await talk.say(line("enlarge.too_many", count=MOST_ENLARGING))
    return False
