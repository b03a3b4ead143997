"""Paying on the chat page: what its server tells of Stars, and what becomes of a payment."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from botapi_client import BareBot, bare_bot
from page_story import AN, BEN, GROUP, empty_world
from selling import WORDS, asked

from bot.sandbox.page import page
from bot.sandbox.refusal import Json
from bot.sandbox.tasks import Pace
from bot.sandbox.world import World

TOKEN = "k3v9"
INVOICE: Json = {"title": "Nạp", "description": "66.000 ₫", "payload": "p:1", "currency": "XTR"}


@pytest.fixture
def world() -> World:
    return empty_world()


@pytest.fixture
async def easel(world: World) -> AsyncIterator[BareBot]:
    async with bare_bot(world) as easel:
        yield easel


@pytest.fixture
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(page(world, token_path=TOKEN, pace=Pace()))
    base = f"http://127.0.0.1:8765/{TOKEN}/"
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        yield client


async def billed(easel: BareBot, chat_id: int, stars: int = 200) -> int:
    price = [{"label": "Nạp", "amount": stars}]
    sent = await easel.call("sendInvoice", chat_id=chat_id, prices=price, **INVOICE)
    return int(sent["message_id"])


async def paid(
    browser: httpx.AsyncClient, easel: BareBot, world: World, path: str, said: Json, **answer: Any
) -> Json:
    """What the page is told of a payment to which the bot says `answer`."""
    paying = asyncio.create_task(browser.post(path, json=said))
    query = await asked(world)
    await easel.call("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], **answer)
    told = (await paying).json()
    assert isinstance(told, dict)
    return told


async def test_a_payment_takes_the_stars_and_leaves_a_receipt(
    browser: httpx.AsyncClient, easel: BareBot, world: World
) -> None:
    message_id = await billed(easel, GROUP)
    said = {"user_id": BEN, "chat_id": GROUP, "message_id": message_id}

    told = await paid(browser, easel, world, "pay", said, ok=True)

    assert list(world.charges) == [told["charge_id"]]
    state = (await browser.get("state")).json()
    assert {str(AN): 50_000, str(BEN): 49_800} == state["stars"]
    receipt = {"chat_id": GROUP, "message_id": message_id, "charge_id": told["charge_id"]}
    assert [receipt] == state["receipts"]
    assert {"refused": "INVOICE_ALREADY_PAID"} == (await browser.post("pay", json=said)).json()


async def test_the_bots_no_comes_back_in_its_words(
    browser: httpx.AsyncClient, easel: BareBot, world: World
) -> None:
    said = {"user_id": AN, "chat_id": AN, "message_id": await billed(easel, AN)}

    told = await paid(browser, easel, world, "pay", said, ok=False, error_message=WORDS)

    assert {"refused": WORDS} == told
    assert 50_000 == world.stars_of(AN)


async def test_an_invoice_link_is_looked_at_and_paid(
    browser: httpx.AsyncClient, easel: BareBot, world: World
) -> None:
    price = [{"label": "Gói", "amount": 300}]
    month: Json = {"subscription_period": 2_592_000, "prices": price}
    url = await easel.call("createInvoiceLink", **INVOICE, **month)

    shown = (await browser.get("invoice", params={"url": url})).json()
    told = await paid(browser, easel, world, "pay_link", {"user_id": BEN, "url": url}, ok=True)

    assert ("Nạp", 300, True) == (shown["title"], shown["total_amount"], shown["is_subscription"])
    assert (
        told["charge_id"]
        == world.messages(BEN)[-1]["successful_payment"]["telegram_payment_charge_id"]
    )


@pytest.mark.parametrize(
    ("path", "said", "status"),
    [
        ("pay", {"user_id": AN, "chat_id": BEN, "message_id": 1}, 409),
        ("pay", {"user_id": AN, "chat_id": AN, "message_id": 99}, 409),
        ("pay", {"user_id": AN, "chat_id": AN}, 400),
        ("pay_link", {"user_id": AN, "url": "https://t.me/$gone"}, 409),
        ("pay_link", {"user_id": AN}, 400),
    ],
)
async def test_what_is_no_invoice_of_theirs_is_explained(
    browser: httpx.AsyncClient, path: str, said: Json, status: int
) -> None:
    answer = await browser.post(path, json=said)

    assert (status, True) == (answer.status_code, bool(answer.json()["error"]))
