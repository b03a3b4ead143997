"""The sandbox calls a webhook as Telegram does: in order, with the secret, until it is answered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import telegram
from serving import listening, origin_of, served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from story import PATIENCE_S

from bot.sandbox.posting import SECRET_HEADER
from bot.sandbox.world import World


@dataclass
class Ear:
    """Whoever is called: writes down, and answers what it was told to, then 200."""

    heard: list[Any] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def called(self, request: Request) -> Response:
        self.under_way += 1
        self.most_under_way = max(self.under_way, self.most_under_way)
        self.heard.append(await request.json())
        self.secrets.append(request.headers.get(SECRET_HEADER))
        await self.go.wait()
        self.under_way -= 1
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.heard]


@pytest.fixture
async def ear(world: World) -> AsyncIterator[Ear]:
    ear = Ear()
    ear.go.set()
    yield ear
    await world.updates.posting.aclose()


@contextlib.asynccontextmanager
async def called(bot: telegram.Bot, ear: Ear, **more: Any) -> AsyncIterator[str]:
    listener = listening()
    app = Starlette(routes=[Route("/telegram", ear.called, methods=["POST"])])
    async with served(app, listener):
        url = f"{origin_of(listener)}/telegram"
        await bot.set_webhook(url, secret_token="s", **more)
        yield url


async def all_taken(world: World) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while world.updates.pending:
            await asyncio.sleep(0.01)


async def test_what_waited_and_what_comes_is_brought_in_order_with_the_secret(
    bot: telegram.Bot, world: World, lan: int, ear: Ear
) -> None:
    world.send_text(lan, lan, "one")
    async with called(bot, ear):
        for text in ("two", "three"):
            world.send_text(lan, lan, text)
        await all_taken(world)
    assert ["one", "two", "three"] == ear.texts()
    assert ["s"] * 3 == ear.secrets


async def test_what_is_not_taken_comes_again_before_what_follows_in_its_chat(
    bot: telegram.Bot, world: World, lan: int, ear: Ear
) -> None:
    ear.answers = [503, 500]
    async with called(bot, ear):
        world.send_text(lan, lan, "one")
        world.send_text(lan, lan, "two")
        async with asyncio.timeout(PATIENCE_S):
            while not world.updates.posting.last_error:
                await asyncio.sleep(0.01)
        info = await bot.get_webhook_info()
        assert 2 == info.pending_update_count
        assert "Wrong response from the webhook: 503 Service Unavailable" == info.last_error_message
        assert info.last_error_date is not None
        await all_taken(world)
    assert ["one", "one", "one", "two"] == ear.texts()


async def test_no_more_calls_at_once_than_were_asked_for(
    bot: telegram.Bot, world: World, ear: Ear
) -> None:
    ear.go.clear()
    async with called(bot, ear, max_connections=2):
        for number in range(5):
            person = world.add_user(f"Person {number}")["id"]
            world.send_text(person, person, "hello")
        async with asyncio.timeout(PATIENCE_S):
            while len(ear.heard) < 2:
                await asyncio.sleep(0.01)
        ear.go.set()
        await all_taken(world)
    assert 2 == ear.most_under_way
    assert 5 == len(ear.heard)


async def test_a_webhook_that_was_deleted_is_called_no_more(
    bot: telegram.Bot, world: World, lan: int, ear: Ear
) -> None:
    async with called(bot, ear):
        await bot.delete_webhook()
        world.send_text(lan, lan, "for whoever polls")
        assert 1 == len(world.updates.pending)
        assert "" == (await bot.get_webhook_info()).url
    assert [] == ear.heard


async def test_the_question_before_a_payment_does_not_wait_for_the_chat_to_be_heard(
    bot: telegram.Bot, world: World, lan: int, ear: Ear
) -> None:
    ear.go.clear()
    async with called(bot, ear):
        world.send_text(lan, lan, "a message that takes long")
        paying = asyncio.create_task(world.checkout(lan, payload="p", stars=1))
        async with asyncio.timeout(PATIENCE_S):
            while len(ear.heard) < 2:
                await asyncio.sleep(0.01)
        asked = [each["pre_checkout_query"] for each in ear.heard if "pre_checkout_query" in each]
        await bot.answer_pre_checkout_query(asked[0]["id"], ok=True)
        assert (True, "") == await paying
        ear.go.set()
        await all_taken(world)
