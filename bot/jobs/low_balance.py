"""That little is left in a wallet, told once until more comes.

Knows nothing of prices of what was asked, nor of where money comes from. A person reads it in
their private chat. A group reads it in the answer to the request that left so little, where it
costs no message; what has no answer of its own there leaves it to a later one.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from bot.jobs.buttons import Act, Press
from bot.jobs.people import language_for
from bot.jobs.privacy import can_be_reached, private_place
from bot.jobs.purses import Purses
from bot.jobs.saying import say
from bot.model import ChatId, Job, Millis, Say, Urgency, UserId
from bot.money.plans import Plans, price_of
from bot.store.port import Reading, Transaction

FEW: Final = 10
"""Pictures: a balance that does not pay for so many is low."""


@dataclasses.dataclass(frozen=True, slots=True)
class Low:
    """A balance that does not last long any more."""

    wallet_id: UserId
    balance_vnd: int
    pictures: int
    """It pays for about so many."""
    contact: str | None
    """Who sells more; None: `/buy` does."""

    @property
    def key(self) -> str:
        """Of the sentence in the catalogues; counted where it pays for any picture."""
        whose = "own" if self.wallet_id > 0 else "group"
        how = "buy" if self.contact is None else "ask"
        return f"low.{whose}_{how}" if self.pictures else f"low.{whose}_{how}_none"


async def low_of(reading: Reading, plans: Plans, purses: Purses, wallet_id: UserId) -> Low | None:
    """None: it is not low, or pictures cost nothing or are not for sale."""
    price_vnd = price_of(plans, await purses.plan_of(reading, wallet_id), "image")
    balance_vnd = await purses.balance_of(reading, wallet_id)
    if not price_vnd or balance_vnd >= FEW * price_vnd:
        return None
    contact = None if plans.stars else plans.contact
    return Low(wallet_id, balance_vnd, balance_vnd // price_vnd, contact)


async def told_by(reading: Reading, plans: Plans, purses: Purses, job: Job) -> Low | None:
    """What the answer to ``job`` tells its group; None: nothing (any more)."""
    if job.payer_id > 0:
        return None
    wallet = await reading.one("wallet_get", wallet_id=job.payer_id)
    if wallet is None or wallet["hinted_by"] != job.job_id:
        return None
    return await low_of(reading, plans, purses, job.payer_id)


async def tell_low(tx: Transaction, plans: Plans, purses: Purses, job: Job, *, now: Millis) -> None:
    """Say it, if ``job`` takes money of a wallet that is low now and nobody was told of it."""
    if not job.held_vnd or not await _can_be_told(tx, job):
        return
    low = await low_of(tx, plans, purses, job.payer_id)
    if low is None:
        return
    is_first = await tx.run("wallet_hinted", wallet_id=job.payer_id, job_id=job.job_id, now=now)
    if is_first and job.payer_id > 0:
        await _say_privately(tx, low, now)


async def _can_be_told(reading: Reading, job: Job) -> bool:
    if job.payer_id > 0:
        return await can_be_reached(reading, job.payer_id)
    return job.board_id is None and job.bulk_id is None


async def _say_privately(tx: Transaction, low: Low, now: Millis) -> None:
    sentence: dict[str, object] = {
        "key": low.key,
        "values": {"balance_vnd": low.balance_vnd, "contact": low.contact},
    }
    if low.pictures:
        sentence["n"] = low.pictures
    buy = {"key": "low.button_buy", "word": "", "data": Press(Act.BUY).data()}
    await say(
        tx,
        Say.TEXT,
        private_place(low.wallet_id),
        urgency=Urgency.ANSWER,
        now=now,
        payload={
            "language": await language_for(tx, low.wallet_id, ChatId(low.wallet_id), default=""),
            "lines": [sentence],
            "buttons": [[buy]] if low.contact is None else [],
        },
    )
