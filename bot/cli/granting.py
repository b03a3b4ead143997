"""`bot grant`: an operator gives money, or takes it back, beside the running bot.

Knows nothing of commands and exit codes.
"""

from __future__ import annotations

import dataclasses
import secrets

from bot import app
from bot.chat.amounts import BadAmount, read_amount
from bot.chat.granting import line_for_given, lines_for_taken
from bot.errors import SettingsError
from bot.jobs.migration import home_of
from bot.jobs.reaching import tell
from bot.model import UserId
from bot.money import ledger
from bot.money.corrections import LessIsLeft, take_back
from bot.money.ledger import BY_HAND, Act, EntryKind
from bot.money.plans import AMOUNT_MAX_VND, Plans
from bot.money.topups import pay_in
from bot.store.port import Transaction
from bot.store.sqlite import SqliteStore

AUTHOR = "bot grant"


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What was typed."""

    user: int
    amount_vnd: int
    reason: str
    is_back: bool
    """It is taken back."""


def read_wish(user: int, amount: str, reason: str, *, is_back: bool) -> Wish:
    """Raises SettingsError: nobody has that id, or there is no such amount."""
    if user == 0:
        raise SettingsError(["Nobody has the Telegram id 0"])
    try:
        amount_vnd = read_amount(amount)
    except BadAmount as bad:
        wanted = f"whole đồng from 1 to {AMOUNT_MAX_VND:,}, such as 50000 or 50k"
        raise SettingsError([f"{amount!r} is no amount; {wanted}, is expected"]) from bad
    return Wish(user, amount_vnd, reason.strip() or BY_HAND, is_back)


async def grant(store: SqliteStore, plans: Plans, wish: Wish) -> str:
    """Do it, and say who now has how much. Raises SettingsError: nothing was written, and why."""
    key = f"{'correction' if wish.is_back else 'grant'}:{secrets.token_hex(8)}"
    act = Act(key, AUTHOR, wish.reason, app.wall_clock())

    async def work(tx: Transaction) -> tuple[str, int]:
        # A group may have become a supergroup.
        wallet_id = UserId(await home_of(tx, wish.user))
        name = await _name_of(tx, wallet_id)
        if wish.is_back:
            await _take_back(tx, wallet_id, wish.amount_vnd, act)
            told = await lines_for_taken(tx, wallet_id, wish.amount_vnd, wish.reason)
        else:
            await pay_in(tx, plans, wallet_id, EntryKind.GRANT, wish.amount_vnd, act)
            told = [await line_for_given(tx, wallet_id, wish.amount_vnd)]
        await tell(tx, wallet_id, *told, now=act.now)
        wallet = await ledger.read_wallet(tx, wallet_id)
        return name, wallet.balance_vnd

    name, balance_vnd = await store.write(work)
    whose = f"{wish.user} ({name})" if name else str(wish.user)
    return f"{whose} now has {balance_vnd:,} đồng."


async def _take_back(tx: Transaction, wallet_id: UserId, amount_vnd: int, act: Act) -> None:
    try:
        await take_back(tx, wallet_id, amount_vnd, act)
    except LessIsLeft as less:
        problem = (
            f"Only {less.left_vnd:,} đồng of {wallet_id} can be taken back; nothing was written"
        )
        if less.of_plan_vnd:
            problem += (
                f": {less.of_plan_vnd:,} đồng belong to a plan, and come back by ending it "
                f"with /plan {wallet_id} free in the chat"
            )
        raise SettingsError([problem]) from less


async def _name_of(tx: Transaction, wallet_id: UserId) -> str:
    """Raises SettingsError: the bot has never met them."""
    if wallet_id < 0:
        row = await tx.one("chat_get", chat_id=wallet_id)
        what_next = "add it there and write /quota, or check the id"
        unknown = f"The bot has never been in a group with the id {wallet_id}: {what_next}"
    else:
        row = await tx.one("user_get", user_id=wallet_id)
        what_next = "ask them to write /start to it, or check the id"
        unknown = f"The bot has never met anybody with the id {wallet_id}: {what_next}"
    if row is None:
        raise SettingsError([unknown])
    # They wrote it themselves: what would drive a terminal is left out.
    named = str(row["title" if wallet_id < 0 else "first_name"])
    return "".join(letter for letter in named if letter.isprintable())
