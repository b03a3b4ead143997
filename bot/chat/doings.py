"""All that can be done for who speaks, made together: commands and buttons lead to the same doing.

Knows nothing of how updates look, nor which command or button leads where.
"""

from __future__ import annotations

import dataclasses

from bot.chat.account import Account
from bot.chat.deriving import Deriving
from bot.chat.history import History
from bot.chat.making import Making
from bot.chat.operator import Operator
from bot.chat.preferring import Preferring
from bot.chat.reading import Reader
from bot.chat.referring import Referring
from bot.jobs.accept import Desk


@dataclasses.dataclass(frozen=True, slots=True)
class Doings:
    """Each is a room of its own, named after what it does."""

    making: Making
    referring: Referring
    deriving: Deriving
    account: Account
    history: History
    preferring: Preferring
    operator: Operator


def make_doings(desk: Desk, reader: Reader, making: Making) -> Doings:
    account = Account(desk, reader.market)
    return Doings(
        making=making,
        referring=Referring(making, reader.market),
        deriving=Deriving(reader.market, reader.titles, making.accept),
        account=account,
        history=History(account),
        preferring=Preferring(reader),
        operator=Operator(desk, reader.titles),
    )
