"""A result asked for in a group, sent to the private chat of who presses.

Who asked for it takes it out of the group; whoever else presses gets a copy, which costs nobody
anything. Knows nothing of how it is sent, nor of what stands in the group then.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from bot.chat.links import deep_link
from bot.chat.talk import Talk
from bot.jobs import book
from bot.jobs.buttons import TO_ME, Press
from bot.jobs.facts import PrivacyChosen
from bot.jobs.people import language_for
from bot.jobs.privacy import can_be_reached, may_be_private, private_place
from bot.model import Job, JobState, Say


class ToMe:
    """Made once. ``username``: the bot's."""

    def __init__(self, username: str) -> None:
        self._username = username

    async def press(self, talk: Talk, press: Press, job: Job) -> str:
        """The catalogue key of what floats by."""
        is_own = job.user_id == talk.speaker.user_id
        if talk.is_private or not may_be_private(job):
            return "press.nothing"
        if book.is_under_way(job) and not job.is_muted:
            to_private = press.how == TO_ME
            return await self._choose(talk, job, to_private) if is_own else "to_me.not_yours"
        if job.state in {JobState.READY, JobState.DELIVERING}:
            return "to_me.on_its_way"
        if not await talk.tx.all("assets_of_job", job_id=job.job_id):
            return "press.nothing"
        if not await show_alone(talk, job, **(self._taken_from(talk, job) if is_own else {})):
            return "to_me.open_first"
        return "to_me.coming" if is_own else "to_me.copy_coming"

    async def _choose(self, talk: Talk, job: Job, to_private: bool) -> str:  # noqa: FBT001  # a choice
        who = f"user {talk.speaker.user_id}"
        await book.move(talk.tx, job, PrivacyChosen(to_private), now=talk.now, who=who)
        if not to_private:
            return "to_me.to_all"
        is_known = await can_be_reached(talk.tx, job.user_id)
        return "to_me.chosen" if is_known else "to_me.chosen_open_first"

    def _taken_from(self, talk: Talk, job: Job) -> dict[str, Any]:
        if job.to_private:  # it left before
            return {}
        link = deep_link(self._username, job.job_id)
        place = talk.place
        return {
            "taken_from": {"chat_id": place.chat_id, "thread_id": place.thread_id, "link": link}
        }


async def show_alone(talk: Talk, job: Job, **more: Any) -> bool:
    """A result again, in the private chat of who speaks; False: that has not been opened."""
    user_id = talk.speaker.user_id
    if not await can_be_reached(talk.tx, user_id):
        return False
    place = private_place(user_id)
    language = await language_for(talk.tx, user_id, place.chat_id, default=talk.language)
    there = dataclasses.replace(talk, place=place, language=language)
    await there.show(Say.RESULT, job.job_id, None, again=True, **more)
    return True
