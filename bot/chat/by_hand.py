"""What an operator's acts with money have in common: who did it, why, and done once.

Knows nothing of what is done.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from bot.chat.talk import Line, Talk, line
from bot.chat.whom import Whom, find, replied_to, with_number
from bot.jobs.reaching import tell
from bot.money.ledger import BY_HAND, Act

REASON_MAX: Final = 200
"""Characters of it that are kept."""
MARK_LETTERS: Final = 12
"""A button has 64 bytes: as many as leave it room for the rest."""


def message_of(talk: Talk) -> str:
    """Names what was said or pressed on; the same message read twice is one act."""
    return f"{talk.place.chat_id}={talk.place.reply_to}"


def mark_of(*said: Line | str) -> str:
    """Names what a question said: the button under it that carries this does that and nothing else.

    A word without a sentence is why it was asked.
    """
    written = json.dumps(said, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:MARK_LETTERS]


async def keep_why(talk: Talk, mark: str, why: str) -> None:
    """The operator's words wait for the tap: a button has no room for them. ``mark`` covers them."""
    if why:
        await talk.tx.run("setting_set", scope=0, name=f"why:{mark}", value=why)


async def why_of(talk: Talk, mark: str) -> str:
    """Why the question of this mark was asked; "" where nobody said."""
    row = await talk.tx.one("setting_get", scope=0, name=f"why:{mark}")
    return "" if row is None else str(row["value"])


def author_of(talk: Talk) -> str:
    """The speaker, as the ledger names them."""
    return f"user {talk.speaker.user_id}"


def act_of(talk: Talk, key: str, reason: str = "") -> Act:
    return Act(key, author_of(talk), reason[:REASON_MAX] or BY_HAND, talk.now)


async def known(talk: Talk, word: str | None) -> Whom | None:
    """Whom ``word`` names; without one, who is replied to, else the group spoken in.

    Somebody nobody has met is refused: a wrong digit would fill nobody's wallet, or somebody else's.
    """
    if word is not None:
        whom = await find(talk, word)
    else:
        whom = await replied_to(talk) or await with_number(talk, talk.place.chat_id)
    if whom is None or whom.row is None:
        kind = "person" if whom is None else whom.kind
        await talk.say(line(f"hand.unknown_{kind}", who=word or ""))
        return None
    return whom


def is_placed(talk: Talk) -> bool:
    """Whether somebody is meant without a word: who is replied to, or the group spoken in."""
    return talk.replied is not None or not talk.is_private


def of_whom(key: str, whom: Whom, /, **values: object) -> Line:
    """A sentence about them: their name and their number are in its values."""
    return line(key, who=whom.name, number=str(whom.number), **values)


async def tell_elsewhere(talk: Talk, whom: Whom, *lines: Line) -> None:
    """Whom it is about hears of it, unless the answer itself is said in their chat."""
    if whom.number != talk.place.chat_id:
        await tell(talk.tx, whom.number, *lines, now=talk.now)
