"""Invoices in Stars: what one has to say.

It does not know where one stands, nor who pays. Limits: core.telegram.org/bots/api#sendinvoice, #createinvoicelink.
"""

from dataclasses import dataclass
from typing import Final

from bot.sandbox.entities import utf16_length
from bot.sandbox.refusal import Json, NotModelled, bad_request

MONTH_S: Final = 2_592_000
"""The one length of a subscription: 30 days."""
_STARS_MAX = 25_000
_SUBSCRIPTION_STARS_MAX = 10_000
_TITLE_UNITS = 32
_DESCRIPTION_UNITS = 255
_PAYLOAD_BYTES = 128


@dataclass(frozen=True)
class Invoice:
    """What is asked for; `is_subscription`: again every 30 days."""

    title: str
    description: str
    payload: str
    stars: int
    start_parameter: str = ""
    is_subscription: bool = False

    def shown(self) -> Json:
        """The Invoice of a message: all but the payload."""
        return {
            "title": self.title,
            "description": self.description,
            "start_parameter": self.start_parameter,
            "currency": "XTR",
            "total_amount": self.stars,
        }


def invoice_of(params: Json) -> Invoice:
    """The invoice a call describes; raises Refusal 400."""
    period = params.get("subscription_period")
    if period is not None and period != MONTH_S:
        raise bad_request("SUBSCRIPTION_PERIOD_INVALID")
    stars = _stars(params)
    if period is not None and stars > _SUBSCRIPTION_STARS_MAX:
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    payload = _required(params, "payload")
    if len(payload.encode()) > _PAYLOAD_BYTES:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    return Invoice(
        _no_longer(params, "title", _TITLE_UNITS),
        _no_longer(params, "description", _DESCRIPTION_UNITS),
        payload,
        stars,
        str(params.get("start_parameter") or ""),
        is_subscription=period is not None,
    )


def _stars(params: Json) -> int:
    if params.get("provider_token"):
        raise bad_request("PAYMENT_PROVIDER_INVALID")
    if _required(params, "currency") != "XTR":
        reason = "currencies other than XTR are not modelled by the sandbox"
        raise NotModelled(400, f"Bad Request: {reason}")
    prices = params.get("prices")
    if not isinstance(prices, list) or len(prices) != 1 or not prices[0].get("label"):
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    amount = prices[0].get("amount")
    if not isinstance(amount, int) or not 1 <= amount <= _STARS_MAX:
        raise bad_request("CURRENCY_TOTAL_AMOUNT_INVALID")
    return amount


def _required(params: Json, name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str) or not value:
        raise bad_request(f'parameter "{name}" is required')
    return value


def _no_longer(params: Json, name: str, most: int) -> str:
    text = _required(params, name)
    if utf16_length(text) > most:
        raise bad_request(f"INVOICE_{name.upper()}_INVALID")
    return text
