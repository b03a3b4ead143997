"""What a group's rules mean for who speaks there. Pure: all it needs was read with the talk.

Knows nothing of how it is answered, nor of how the rules are set.
"""

from __future__ import annotations

import enum
from typing import Final, assert_never

from telegram import MaybeInaccessibleMessage, Message

from bot.chat.parsed import Complaint, NotForUs, Parsed, PlainCommand
from bot.chat.talk import Talk, topic_of
from bot.jobs.buttons import WANTED, Act, Press
from bot.jobs.rules import GENERAL, Pressers, Users
from bot.model import Job, JobState

_SETTING: Final = frozenset({"settings", "lang", "doctor"})
"""Commands that work for a group's admins in every topic: else nobody could mend the rules."""
_ADMINS_OWN: Final = frozenset({Act.GROUP, Act.APPROVE})
_ALWAYS: Final = frozenset({Act.CANCEL, Act.PAUSE, Act.RESUME, Act.RESOLVE, Act.ACCESS})
"""One's own request is stopped whatever the rules say; the operator's buttons are no member's."""
_ON_RESULTS: Final = frozenset({*WANTED, Act.PICK, Act.FILES, Act.REDO})
_NO_RESULT: Final = frozenset({JobState.FAILED, JobState.CANCELLED, JobState.NEEDS_REVIEW})


class Refusal(enum.StrEnum):
    """Why something is not done here: the catalogue key of the sentence that says it."""

    NOT_ADMIN = "rules.only_admins"
    OTHER_TOPIC = "rules.other_topic"


def of_command(talk: Talk, parsed: Parsed, topic: int | None) -> Refusal | None:
    """Why the group's rules leave a command alone; None: they do not.

    ``topic``: see `topic_in`.
    """
    if isinstance(parsed, PlainCommand):
        if parsed.name == "cancel":
            return None
        if parsed.name in _SETTING and talk.is_group_admin:
            return None
    return _refusal(talk, topic)


def of_press(talk: Talk, press: Press, topic: int | None) -> Refusal | None:
    """Why the group's rules leave a press alone; None: they do not."""
    if press.act in _ALWAYS or (press.act is Act.BULK and press.how.endswith("-stop")):
        return None
    if press.act in _ADMINS_OWN and talk.is_group_admin:
        return None
    return _refusal(talk, topic)


def may_press(talk: Talk, press: Press, job: Job) -> bool:
    """Whether a button about ``job`` may be pressed; one's own request that came to nothing may be
    tried again.
    """
    if press.act is Act.TO_ME:
        return talk.is_own(job.user_id) or may_act(talk, job)
    if press.act not in _ON_RESULTS:
        return True  # whose they are is asked where they are answered
    return may_act(talk, job)


def may_reply(talk: Talk, parsed: Parsed, job: Job) -> bool:
    """Whether ``parsed``, said in reply to ``job``, may be done to it."""
    return not goes_on(parsed) or may_act(talk, job)


def goes_on(parsed: Parsed) -> bool:
    """Whether ``parsed``, said in reply to a result, does something with that."""
    return not isinstance(parsed, PlainCommand | Complaint | NotForUs)


def may_act(talk: Talk, job: Job) -> bool:
    """Whether the rules let the speaker go on from that result."""
    pressers = talk.rules.pressers
    match pressers:
        case Pressers.ANYONE:
            return True
        case Pressers.ASKER:
            return talk.is_own(job.user_id)
        case Pressers.ADMINS:
            is_no_result = job.state in _NO_RESULT and talk.is_own(job.user_id)
            return talk.is_group_admin or is_no_result
        case _:
            assert_never(pressers)


def topic_in(message: MaybeInaccessibleMessage) -> int | None:
    """The topic of a forum it stands in; None: it is no forum, or Telegram does not tell."""
    if not message.chat.is_forum or not isinstance(message, Message):
        return None
    return topic_of(message) or GENERAL


def _refusal(talk: Talk, topic: int | None) -> Refusal | None:
    if talk.rules.users is Users.ADMINS and not talk.is_group_admin:
        return Refusal.NOT_ADMIN
    topics = talk.rules.topics
    return Refusal.OTHER_TOPIC if topics and topic is not None and topic not in topics else None
