"""What is said where a request is not taken on: what is lacking, or which of the day's caps it is,
what that leaves, when it begins anew, what else can be done.

Knows nothing of how any of it is reckoned.
"""

from __future__ import annotations

from bot.chat.lacking import lacking_lines
from bot.chat.talk import Line, Talk, counted, line
from bot.jobs.accept import Lacking
from bot.jobs.caps import OverCap, Scope, tell_full
from bot.jobs.rules import Payer


async def say_lacking(talk: Talk, lacking: Lacking, *, contact: str) -> None:
    """Say so; of the whole bot's cap the operator hears as well. ``contact``: whom to ask for more."""
    if not isinstance(lacking, OverCap):
        await talk.say(*lacking_lines(lacking, contact=contact))
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
