"""What is said where a request is not taken on: what is lacking, or which of the day's caps it is,
what that leaves, when it begins anew, what else can be done.

Knows nothing of how any of it is reckoned.
"""

from __future__ import annotations

from bot.chat.lacking import Refill, lacking_buttons, lacking_lines
from bot.chat.links import deep_link
from bot.chat.talk import Line, Talk, counted, line
from bot.jobs.accept import Lacking
from bot.jobs.caps import OverCap, Scope, tell_full
from bot.jobs.rules import Payer
from bot.model import UserId
from bot.money.plans import Plans


async def say_lacking(talk: Talk, lacking: Lacking, plans: Plans, *, username: str) -> None:
    """Say so, with the way to more; of the whole bot's cap the operator hears as well.

    ``username``: the bot's.
    """
    if not isinstance(lacking, OverCap):
        is_groups = UserId(talk.place.chat_id) == talk.speaker.user_id  # one of its hidden admins
        refill = Refill(
            plans.contact,
            plans.stars is not None,
            deep_link(username, "buy"),
            is_here=talk.is_private or is_groups or lacking.payer is Payer.GROUP,
        )
        buttons = lacking_buttons(lacking, refill)
        await talk.say(*lacking_lines(lacking, refill), buttons=buttons)
        return
    await talk.say(*over_cap_lines(lacking))
    await tell_full(talk.tx, lacking, now=talk.now)


def over_cap_lines(over: OverCap) -> list[Line]:
    """Pure."""
    room, kind = over.room, over.kind
    if room.left:
        asked = counted(f"cap.some_left_{kind}", room.left, outputs=over.outputs)
    else:
        asked = line(f"cap.none_left_{kind}")
    is_of_groups_plan = room.scope is Scope.PLAN and over.payer is Payer.GROUP
    whose = "groups_plan" if is_of_groups_plan else room.scope.value
    fewer = "_or_fewer" if room.left else ""
    return [
        line(f"cap.most_{whose}_{kind}", most=room.most),
        asked,
        line(f"cap.next_{room.scope}{fewer}", reset_at=room.resets_at),
    ]
