"""Invoices for Stars as people read them, and how they go out.

Knows nothing of what may be paid. Sent twice they are two messages of one invoice, which is paid
once: an unknown outcome may be repeated.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, Final

from bot.delivery.bills import Bill
from bot.delivery.presentation import Button, clip
from bot.delivery.scene import Scenes
from bot.delivery.sent import Sent
from bot.delivery.telegram import TelegramSender
from bot.i18n import Tongue
from bot.model import Outgoing

TITLE_MAX: Final = 32
DESCRIPTION_MAX: Final = 255
"""Characters, core.telegram.org/bots/api#sendinvoice."""
GROUP_SHOWN: Final = 60
"""Of a group's title within the description."""


class Invoices:
    """Made once."""

    def __init__(self, telegram: TelegramSender, scenes: Scenes) -> None:
        self._telegram = telegram
        self._scenes = scenes

    async def send(self, row: Outgoing) -> Sent:
        """The invoice with Telegram's own button; of a subscription, which comes as an address, a
        message with a button that opens it. Raises SendError.
        """
        tongue = self._scenes.tongue(row.payload.get("language"))
        bill = bill_of(tongue, row.payload)
        if not row.payload["is_subscription"]:
            await self._telegram.invoice(row.place, bill)
            return Sent()
        url = await self._telegram.subscription_link(row.place.chat_id, bill)
        label = tongue.text("invoice.subscribe", stars=tongue.number(bill.stars))
        words = f"<b>{html.escape(bill.title)}</b>\n{html.escape(bill.description)}"
        await self._telegram.text(row.place, words, [[Button(label, url=url)]])
        return Sent()


def bill_of(tongue: Tongue, payload: Mapping[str, Any]) -> Bill:
    """What it buys, for how much and for whom, in lengths that Telegram takes. Pure."""
    amount = tongue.money(payload["amount_vnd"])
    stars = tongue.number(payload["stars"])
    if payload["is_bought"]:
        title = tongue.own(payload["plan"])
    else:
        title = tongue.text("invoice.title", amount=amount)
    return Bill(
        title=clip(title, TITLE_MAX),
        description=clip(" ".join(_described(tongue, payload, amount, stars)), DESCRIPTION_MAX),
        payload=payload["invoice_id"],
        stars=payload["stars"],
        pay=tongue.text("invoice.pay", stars=stars),
    )


def _described(tongue: Tongue, payload: Mapping[str, Any], amount: str, stars: str) -> list[str]:
    plan, days = payload["plan"], payload["days"]
    less_free = [tongue.text(each["key"], **each["values"]) for each in payload["less_free"]]
    if payload["group"] is not None:
        group = clip(payload["group"], GROUP_SHOWN)
        return [tongue.text("invoice.for_group", amount=amount, stars=stars, group=group)]
    if payload["is_bought"] and days is not None:
        return [*_lapsing(tongue, payload, stars), *_capped(tongue, payload), *less_free]
    if payload["is_bought"]:
        told = tongue.text("invoice.until_used_up", amount=amount, stars=stars)
        return [told, *_capped(tongue, payload), *less_free]
    told = tongue.text("invoice.for_oneself", amount=amount, stars=stars)
    if plan is None:
        return [told]
    entered = tongue.text("invoice.enters", plan=tongue.own(plan))
    return [told, entered, *_capped(tongue, payload), *less_free]


def _lapsing(tongue: Tongue, payload: Mapping[str, Any], stars: str) -> list[str]:
    """What is to be used within its days, and what whole Stars bring above that: it stays."""
    price_vnd, days = payload["price_vnd"], payload["days"]
    price, rest_vnd = tongue.money(price_vnd), payload["amount_vnd"] - price_vnd
    if payload["is_subscription"]:
        told = [tongue.text("invoice.subscription", price=price, stars=stars)]
    else:
        told = [tongue.plural("invoice.for_days", days, price=price, stars=stars)]
    if rest_vnd > 0:
        told.append(tongue.text("invoice.stays", rest=tongue.money(rest_vnd)))
    return told


def _capped(tongue: Tongue, payload: Mapping[str, Any]) -> list[str]:
    return [] if payload["cap"] is None else [tongue.plural("buy.cap", payload["cap"])]
