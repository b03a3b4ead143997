"""All that can be done for who speaks, made together: commands and buttons lead to the same doing.

Knows nothing of how updates look, nor which command or button leads where.
"""

from __future__ import annotations

import dataclasses

from bot.chat.account import Account
from bot.chat.admitting import Admitting
from bot.chat.bulking import Bulking
from bot.chat.deriving import Deriving
from bot.chat.helping import Helping
from bot.chat.history import History
from bot.chat.making import Making
from bot.chat.operator import Operator
from bot.chat.preferring import Preferring
from bot.chat.reading import Reader
from bot.chat.referring import Referring
from bot.chat.suggesting import Suggesting
from bot.chat.welcome import Welcome
from bot.i18n import I18n
from bot.jobs.accept import Desk


@dataclasses.dataclass(frozen=True, slots=True)
class Doings:
    """Each is a room of its own, named after what it does."""

    making: Making
    referring: Referring
    deriving: Deriving
    bulking: Bulking
    account: Account
    history: History
    preferring: Preferring
    operator: Operator
    admitting: Admitting
    welcome: Welcome
    helping: Helping
    suggesting: Suggesting


def make_doings(
    desk: Desk, reader: Reader, making: Making, i18n: I18n, admin_ids: frozenset[int]
) -> Doings:
    account = Account(desk)
    suggesting = Suggesting(desk, reader, making, i18n)
    return Doings(
        making=making,
        referring=Referring(making, reader.market),
        deriving=Deriving(reader.market, reader.titles, making.accept, making.price),
        bulking=Bulking(desk, reader, making),
        account=account,
        history=History(account),
        preferring=Preferring(reader),
        operator=Operator(desk, reader.titles),
        admitting=Admitting(admin_ids, reader.username),
        welcome=Welcome(desk, reader, suggesting, account, i18n),
        helping=Helping(reader.market, reader.username),
        suggesting=suggesting,
    )
