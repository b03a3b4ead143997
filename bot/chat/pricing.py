"""A button that said less than it costs now is answered with the price, to be agreed to.

Knows nothing of how prices come about.
"""

from __future__ import annotations

import dataclasses

from bot.chat.owners import owner_of
from bot.chat.talk import Label, Talk, line
from bot.errors import Dearer
from bot.jobs.buttons import Press


async def ask_price(talk: Talk, press: Press, dearer: Dearer) -> str:
    """Offer the same press at what it costs now; the catalogue key of what floats by. Nothing was
    held.

    A button says what it takes from who asked: somebody else in the group is told what it is for
    them, by their name.
    """
    owner_id = await owner_of(talk.tx, press)
    is_others = owner_id is not None and not talk.is_own(owner_id)
    if is_others:
        told = line("price.for_you", name=talk.speaker.first_name, cost_vnd=dearer.cost_vnd)
    elif dearer.said_vnd:
        told = line("price.dearer", cost_vnd=dearer.cost_vnd, said_vnd=dearer.said_vnd)
    else:
        told = line("price.not_free", cost_vnd=dearer.cost_vnd)
    agreed = dataclasses.replace(press, said_vnd=dearer.cost_vnd)
    await talk.say(told, buttons=[[Label("button.agree", agreed)]], about=press.job_id)
    return "press.price_of_asker" if is_others else "press.dearer"
