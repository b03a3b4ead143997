"""What is paid for in Stars, in the shapes Telegram's library takes. Pure.

Knows nothing of messages and of what may be sold.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LabeledPrice

from bot.money.payments import CURRENCY

SUBSCRIPTION_S: Final = 30 * 86_400
"""Telegram has no other period."""
START_WORD: Final = "buy"
"""What a forwarded invoice opens the bot with: only the one that was sent is paid."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bill:
    """What is paid for in Stars."""

    title: str
    description: str
    payload: str
    stars: int
    pay: str
    """What Telegram's own button says."""


def billed(bill: Bill) -> dict[str, Any]:
    """The arguments that every call with an invoice takes."""
    return {
        "title": bill.title,
        "description": bill.description,
        "payload": bill.payload,
        "currency": CURRENCY,
        "prices": [LabeledPrice(bill.title, bill.stars)],
    }


def pay_button(bill: Bill) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(bill.pay, pay=True)]])
