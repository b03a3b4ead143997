"""Money goes out of a wallet by other hands than a job's: the one way it does.

Knows nothing of who may do that, nor of chats. What lapses is not for that: the rest of the balance
goes first, and only what it lacks comes out of the plan that runs.
"""

from __future__ import annotations

import dataclasses

from bot.model import Millis, UserId
from bot.money import ledger, terms
from bot.money.ledger import Act, EntryKind
from bot.money.terms import Term
from bot.store.port import Reading, Transaction


async def take_out(
    tx: Transaction,
    wallet_id: UserId,
    kind: EntryKind,
    amount_vnd: int,
    act: Act,
    *,
    of_term_vnd: int = 0,
) -> None:
    """Take ``amount_vnd``, of it ``of_term_vnd`` out of the plan that lapses, as far as it has it.

    An entry for what is the plan's, and one for the rest. Whoever takes more than there is has not
    looked, and the database refuses.
    """
    await terms.close_over(tx, wallet_id, now=act.now)
    term, from_term_vnd = await share_of_term(
        tx, wallet_id, amount_vnd, of_term_vnd=of_term_vnd, now=act.now
    )
    if term is not None and from_term_vnd:
        await terms.take(tx, term, kind, from_term_vnd, act)
        act = dataclasses.replace(act, key=f"{act.key}:rest")
    if rest_vnd := amount_vnd - from_term_vnd:
        await ledger.enter(tx, wallet_id, kind, rest_vnd, act)


async def share_of_term(
    reading: Reading, wallet_id: UserId, amount_vnd: int, *, of_term_vnd: int, now: Millis
) -> tuple[Term | None, int]:
    """The plan that lapses, and how many of these đồng come out of its balance.

    Of a wallet whose plans that are over have been closed.
    """
    wallet = await ledger.read_wallet(reading, wallet_id)
    term = await terms.lapsing_term(reading, wallet_id, now=now)
    left_vnd = 0 if term is None else term.left_vnd
    lasting_vnd = wallet.balance_vnd - left_vnd
    return term, max(0, min(of_term_vnd, amount_vnd, left_vnd), amount_vnd - lasting_vnd)
