"""Vouchers: codes that fill one balance once. Knows nothing of chats, nor how a code is made."""

from __future__ import annotations

import dataclasses
import enum

from bot.model import Millis, UserId
from bot.money import topups
from bot.money.ledger import Act, EntryKind
from bot.money.plans import Plans
from bot.store.port import Reading, Transaction


class Refused(enum.StrEnum):
    """Why a code fills nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"


@dataclasses.dataclass(frozen=True, slots=True)
class Filled:
    """The balance was filled by this much."""

    amount_vnd: int


async def make(
    tx: Transaction,
    code: str,
    amount_vnd: int,
    *,
    made_by: str,
    now: Millis,
    expires_at: Millis,
) -> None:
    """Put a voucher out. ``made_by``: as in the ledger, `user 7`."""
    await tx.run(
        "voucher_add",
        code=code,
        amount_vnd=amount_vnd,
        made_by=made_by,
        now=now,
        expires_at=expires_at,
    )


async def is_good(reading: Reading, code: str, *, now: Millis) -> bool:
    """Whether a balance can still be filled with it."""
    row = await reading.one("voucher_get", code=code)
    return row is not None and row["used_at"] is None and row["expires_at"] > now


async def redeem(
    tx: Transaction, plans: Plans, code: str, *, user_id: UserId, wallet_id: UserId, now: Millis
) -> Filled | Refused:
    """Fill the balance of ``wallet_id`` for ``user_id``, who gave the code; once, whoever comes."""
    row = await tx.one("voucher_get", code=code)
    if row is None:
        return Refused.UNKNOWN
    if row["used_at"] is None and row["expires_at"] <= now:
        return Refused.EXPIRED
    if not await tx.run("voucher_use", code=code, user_id=user_id, wallet_id=wallet_id, now=now):
        return Refused.USED
    act = Act(f"voucher:{code}", f"user {user_id}", f"voucher of {row['made_by']}", now)
    await topups.pay_in(tx, plans, wallet_id, EntryKind.VOUCHER, row["amount_vnd"], act)
    return Filled(row["amount_vnd"])
