"""For whose eyes a result asked for in a group is: everybody's there, or only those of who asked.

Knows nothing of how that is chosen, nor of what stands in the group instead.
"""

from __future__ import annotations

from typing import Final

from bot.jobs.preferences import preferences_of
from bot.model import ChatId, Job, JobState, Place, UserId
from bot.store.port import Reading

_RESULT_STATES: Final = frozenset({JobState.READY, JobState.DELIVERING, JobState.DONE})


def may_be_private(job: Job) -> bool:
    """It was asked for in a group by a person: a chat acting as itself has no private chat."""
    return job.chat_id < 0 < job.user_id


def went_private(job: Job) -> bool:
    """Its result is in the private chat of who asked, or waits for them there."""
    return job.to_private and job.state is JobState.DONE and not job.is_muted


def has_left(job: Job, chat_id: ChatId) -> bool:
    """In the group it was asked in, a private result does not stand."""
    return job.to_private and job.state in _RESULT_STATES and chat_id == job.chat_id


def is_hidden(job: Job, chat_id: ChatId, user_id: UserId) -> bool:
    """In the group it was asked in, a private result is nobody's but who asked."""
    return has_left(job, chat_id) and user_id != job.user_id


def private_place(user_id: UserId) -> Place:
    """Somebody's private chat with the bot: its id is theirs."""
    return Place(ChatId(user_id), None, None)


async def prefers_private(reading: Reading, user_id: UserId, chat_id: ChatId) -> bool:
    """Whether what they ask for there goes to them alone unless they say otherwise."""
    if not chat_id < 0 < user_id:
        return False
    return (await preferences_of(reading, user_id)).to_private


async def can_be_reached(reading: Reading, user_id: UserId) -> bool:
    """Whether they have opened the private chat and not blocked the bot, as far as we were told."""
    chat = await reading.one("chat_get", chat_id=user_id)
    return chat is not None and chat["unreachable_at"] is None
