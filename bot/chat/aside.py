"""In a group nobody reads what another has: what is said of a person's money goes to a private chat.

Knows nothing of what is said. The money of the group itself is everybody's there.
"""

from __future__ import annotations

import dataclasses

from bot.chat.talk import Talk, line
from bot.jobs.people import language_for
from bot.jobs.privacy import can_be_reached, private_place


async def aside(talk: Talk, owner_id: int) -> Talk | None:
    """Where the money of ``owner_id`` may be spoken of: here, or in the speaker's private chat.

    The group reads that it went there. None: that chat cannot be reached, and the group reads so.
    """
    if talk.is_private or owner_id < 0:
        return talk
    user_id, name = talk.speaker.user_id, talk.speaker.first_name
    if not await can_be_reached(talk.tx, user_id):
        await talk.say(line("aside.open_first", name=name))
        return None
    await talk.say(line("aside.sent", name=name))
    place = private_place(user_id)
    language = await language_for(talk.tx, user_id, place.chat_id, default=talk.language)
    return dataclasses.replace(
        talk, place=place, language=language, is_private=True, pressed_id=None, is_shown=False
    )
