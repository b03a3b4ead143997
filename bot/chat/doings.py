"""All that can be done for who speaks, made together: commands and buttons lead to the same doing.

Knows nothing of how updates look, nor which command or button leads where.
"""

from __future__ import annotations

import dataclasses

from bot.chat.access import Doorkeeper
from bot.chat.account import Account
from bot.chat.admitting import Admitting
from bot.chat.approving import Approving
from bot.chat.bulk_presses import BulkPresses
from bot.chat.bulking import Bulking
from bot.chat.buying import Buying
from bot.chat.comparing import Comparing
from bot.chat.deriving import Deriving
from bot.chat.doctor import Doctor
from bot.chat.governing import Governing
from bot.chat.granting import Granting
from bot.chat.helping import Helping
from bot.chat.history import History
from bot.chat.making import Making
from bot.chat.operator import Operator
from bot.chat.paid import Paying
from bot.chat.payments import Payments
from bot.chat.planning import Planning
from bot.chat.preferring import Preferring
from bot.chat.quota import Quota
from bot.chat.reading import Reader
from bot.chat.receipts import Receipts
from bot.chat.referring import Referring
from bot.chat.small_print import SmallPrint
from bot.chat.stats import ShopStats
from bot.chat.subscribing import Subscribing
from bot.chat.suggesting import Suggesting
from bot.chat.to_me import ToMe
from bot.chat.vouching import Vouching
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
    bulk_presses: BulkPresses
    approving: Approving
    account: Account
    history: History
    comparing: Comparing
    quota: Quota
    receipts: Receipts
    preferring: Preferring
    governing: Governing
    operator: Operator
    payments: Payments
    subscribing: Subscribing
    admitting: Admitting
    granting: Granting
    planning: Planning
    welcome: Welcome
    helping: Helping
    suggesting: Suggesting
    to_me: ToMe
    doctor: Doctor
    buying: Buying
    paying: Paying
    small_print: SmallPrint
    stats: ShopStats
    vouching: Vouching


def make_doings(desk: Desk, reader: Reader, making: Making, i18n: I18n, door: Doorkeeper) -> Doings:
    """``door``: who may use the bot, and who its operators are."""
    account = Account(reader.username)
    suggesting = Suggesting(desk, reader, making, i18n)
    return Doings(
        making=making,
        referring=Referring(making, reader.market),
        deriving=Deriving(reader.market, reader.titles, making.accept, making.price),
        bulking=Bulking(desk, reader, making),
        bulk_presses=BulkPresses(desk, making, door),
        approving=Approving(desk, reader.market, reader.username, making.why_not, door),
        account=account,
        history=History(account, reader.username),
        comparing=Comparing(desk, reader, i18n),
        quota=Quota(desk),
        receipts=Receipts(desk, reader.username),
        preferring=Preferring(reader),
        governing=Governing(reader.username, desk.plans),
        operator=Operator(desk, reader.titles),
        payments=Payments(desk.plans),
        subscribing=Subscribing(desk.plans),
        admitting=Admitting(door.admin_ids, reader.username),
        granting=Granting(desk.plans),
        planning=Planning(desk.plans),
        welcome=Welcome(desk, reader, suggesting, account, i18n),
        helping=Helping(reader.market, reader.username),
        suggesting=suggesting,
        to_me=ToMe(reader.username),
        doctor=Doctor(desk, reader, door.admin_ids),
        buying=Buying(desk, i18n, reader.username),
        paying=Paying(desk),
        small_print=SmallPrint(desk.plans),
        stats=ShopStats(),
        vouching=Vouching(desk, reader.username, door.admin_ids),
    )
