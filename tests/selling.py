"""A bot that sells for Stars, in a test: invoices and links it makes, what it says when asked.

Knows nothing of the bot under test.
"""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar

import telegram
from telegram import LabeledPrice

from bot.sandbox.refusal import Json
from bot.sandbox.world import World

T = TypeVar("T")
WORDS = "This invoice is not yours."


async def asked(world: World) -> Json:
    """The pre-checkout query the bot has to answer next."""

    def look(world: World) -> Json | None:
        queries = [each.get("pre_checkout_query") for each in world.updates.pending]
        return queries[-1] if queries else None

    query = await world.wait_for(look)
    world.updates.drop_pending()
    return query


async def agreed(bot: telegram.Bot, world: World, paying: Awaitable[T]) -> T:
    """What becomes of a payment the bot says yes to."""
    task = asyncio.ensure_future(paying)
    query = await asked(world)
    await bot.answer_pre_checkout_query(query["id"], ok=True)
    return await task


async def refused(bot: telegram.Bot, world: World, paying: Awaitable[Any]) -> Any:
    task = asyncio.ensure_future(paying)
    query = await asked(world)
    await bot.answer_pre_checkout_query(query["id"], ok=False, error_message=WORDS)
    return await task


async def invoice(bot: telegram.Bot, chat_id: int, stars: int = 200, **more: Any) -> int:
    price = [LabeledPrice("200 Stars", stars)]
    sent = await bot.send_invoice(chat_id, "Balance", "66,000 ₫", "p:1", "XTR", price, **more)
    return sent.message_id


async def link(bot: telegram.Bot, stars: int = 200, *, days: int = 0) -> str:
    price = [LabeledPrice("Plan", stars)]
    period = timedelta(days=days) if days else None
    return await bot.create_invoice_link(
        "Plan", "A month", "p:2", "XTR", price, subscription_period=period
    )


def said(world: World, chat_id: int) -> Json:
    return world.messages(chat_id)[-1]
