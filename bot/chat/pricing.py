"""A button that said less than it costs now is answered with the price, to be agreed to.

Knows nothing of how prices come about.
"""

from __future__ import annotations

import dataclasses

from bot.chat.talk import Label, Talk, line
from bot.errors import Dearer
from bot.jobs.buttons import Press


async def ask_price(talk: Talk, press: Press, dearer: Dearer) -> None:
    """Offer the same press at what it costs now. Nothing was held."""
    if dearer.said_vnd:
        told = line("price.dearer", cost_vnd=dearer.cost_vnd, said_vnd=dearer.said_vnd)
    else:
        told = line("price.not_free", cost_vnd=dearer.cost_vnd)
    agreed = dataclasses.replace(press, said_vnd=dearer.cost_vnd)
    await talk.say(told, buttons=[[Label("button.agree", agreed)]], about=press.job_id)
