"""How many messages and edits one request may come to in a group, in every life it can have. Pure.

A group has 20 a minute for everybody, edits among them (docs/telegram.md). Of a request's four,
what must have room keeps it: first the result or the failure, then the answer to a Cancel. What
only says how things stand (progress, a pause and its end) takes what is left, and "Done ↑" goes
where something was left over. Knows nothing of words, nor of when they go out.
"""

from __future__ import annotations

from typing import Final

from bot.model import FINAL_STATES, Job, JobState

MOST_IN_GROUP: Final = 4
UNBOUNDED: Final = 1_000_000
"""A private chat has only its pace."""
CANCEL_AND_END: Final = 2
EACH_OF_BULK: Final = 2
"""Of several requests of one message each result comes by itself and once more in an album: what
is left of the four is for the one message that tells of all."""


def most_of_status(job: Job) -> int:
    """Messages the status of ``job`` as it stands may come to, the one to be sent among them."""
    if job.chat_id > 0:
        return UNBOUNDED
    return MOST_IN_GROUP - _kept_for(job)


def _kept_for(job: Job) -> int:
    """Messages that what may still happen must find room for."""
    if job.state not in FINAL_STATES:
        return 1 if job.is_muted else CANCEL_AND_END
    may_come_late = job.state is JobState.NEEDS_REVIEW or job.holds_lane
    return 1 if may_come_late and not job.is_muted else 0


def has_room_after_result(job: Job, status_sends: int) -> bool:
    """Whether something may follow the result of ``job``, which was one message."""
    return job.chat_id > 0 or status_sends + 1 < MOST_IN_GROUP


def most_of_bulk(chat_id: int, requests: int) -> int:
    """Messages the one message of several requests may come to, progress the last of them."""
    return UNBOUNDED if chat_id > 0 else EACH_OF_BULK * requests - CANCEL_AND_END


def most_of_board(requests: int) -> int:
    """Messages the one message of many people's requests may come to, a bar the last of them."""
    return requests + 1
