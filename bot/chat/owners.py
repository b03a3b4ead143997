"""Whose a pressed thing is, and presses on what belongs to the group itself.

An anonymous admin asks as the group, but presses with their own id: what the group owns, each of
its admins presses for it. Knows nothing of what the press does.
"""

from __future__ import annotations

import dataclasses

from bot.chat.drafts import draft_number, find_draft
from bot.chat.history import turned_by
from bot.chat.talk import Speaker, Talk
from bot.jobs import book, bulk
from bot.jobs.buttons import Act, Press
from bot.model import UserId
from bot.store.port import Reading


async def owner_of(reading: Reading, press: Press) -> UserId | None:
    """Who asked for what the button is about; None: nobody in particular."""
    match press.act:
        case Act.BULK:
            bulk_id = draft_number(press.how.partition("-")[0])
            asked = None if bulk_id is None else await bulk.find_bulk(reading, bulk_id)
            return None if asked is None else asked.user_id
        case Act.CHOOSE:
            draft_id = draft_number(press.how)
            draft = None if draft_id is None else await find_draft(reading, draft_id)
            return None if draft is None else draft.user_id
        case Act.HISTORY:
            return turned_by(press)
        case _:
            job = await book.find_job(reading, press.job_id) if press.job_id else None
            return None if job is None else job.user_id


async def pressed_as(talk: Talk, press: Press) -> Talk:
    """The talk as the group's own, where one of its admins presses what belongs to it."""
    group_id = UserId(talk.place.chat_id)
    if talk.is_private or not talk.is_group_admin:
        return talk
    if await owner_of(talk.tx, press) != group_id:
        return talk
    row = await talk.tx.one("user_get", user_id=group_id)
    assert row is not None  # it has asked for something
    return dataclasses.replace(talk, speaker=Speaker(group_id, row["first_name"], None))
