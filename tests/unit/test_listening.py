"""Telegram's webhook looked after: set again when it was taken, and no update lost to a full disk."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import telegram
from serving import closed_origin, listening, origin_of, served
from shop import Shop
from story import PATIENCE_S
from telegram.error import NetworkError

from bot.chat.inbox import ALLOWED
from bot.chat.listening import TAKEN, Listener
from bot.chat.spill import FILE_NAME, Spill
from bot.model import Millis
from bot.sandbox.world import World
from bot.telemetry import create_metrics
from bot.web import Letterbox, web


def wall_clock() -> Millis:
    return time.time_ns() // 1_000_000


class NobodyPays:
    """Every update is something else."""

    def take(self, updates: Sequence[Any]) -> list[Any]:
        return list(updates)


def a_listener(bot: telegram.Bot, shop: Shop, origin: str) -> Listener:
    url = f"{origin}/telegram"
    spill = Spill(shop.folder / FILE_NAME, shop.store, wall_clock)
    return Listener(bot, shop.store, NobodyPays(), spill, url=url, secret="s", clock=wall_clock)


@pytest.fixture
async def origin(bot: telegram.Bot, shop: Shop) -> AsyncIterator[str]:
    """Where a listener's updates are taken in."""
    listener = listening()
    letterbox = Letterbox("s", a_listener(bot, shop, origin_of(listener)).take)
    async with served(web({}, shop.store, create_metrics(), {}, letterbox), listener) as origin:
        yield origin


@pytest.fixture(autouse=True)
async def _sandbox_ends(world: World) -> AsyncIterator[None]:
    yield
    await world.updates.posting.aclose()


async def kept(shop: Shop) -> int:
    sql = "SELECT 1 FROM inbox WHERE state = 'new'"
    return len(list(await shop.store._reader.execute_fetchall(sql)))


async def until_kept(shop: Shop, count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await kept(shop) != count:
            await asyncio.sleep(0.01)


async def test_it_asks_to_be_called_with_a_secret_and_only_for_what_it_reads(
    bot: telegram.Bot, shop: Shop, world: World
) -> None:
    listener = a_listener(bot, shop, "https://easel.test")
    assert "has not been told" in str(listener.trouble())
    await listener.look()
    assert listener.trouble() is None
    (call,) = [call for call in world.calls if call.method == "setWebhook"]
    assert "https://easel.test/telegram" == call.parameters["url"]
    assert "s" == call.parameters["secret_token"]
    assert list(ALLOWED) == call.parameters["allowed_updates"]
    assert "drop_pending_updates" not in call.parameters


async def test_a_webhook_somebody_took_away_is_set_again_and_spoken_of_until_it_stays(
    bot: telegram.Bot, shop: Shop, world: World
) -> None:
    listener = a_listener(bot, shop, "https://easel.test")
    await listener.look()
    for _ in range(2):
        await bot.delete_webhook()  # as whoever polls with the same token does
        await listener.look()
        assert TAKEN == listener.trouble()
        assert "https://easel.test/telegram" == world.updates.webhook["url"]
    await listener.look()
    assert listener.trouble() is None


async def test_an_address_nobody_answers_at_is_spoken_of_until_an_update_comes_through(
    bot: telegram.Bot, shop: Shop, world: World, lan: int
) -> None:
    listener = a_listener(bot, shop, closed_origin())
    await listener.look()
    world.send_text(lan, lan, "/help")
    async with asyncio.timeout(PATIENCE_S):
        while not world.updates.posting.last_error:
            await asyncio.sleep(0.01)
    await listener.look()
    assert "Telegram cannot bring updates: Connection refused" == listener.trouble()
    await listener.take(b'{"update_id": 1}')
    world.updates.posting.last_error["last_error_date"] -= 5
    await listener.look()
    assert listener.trouble() is None


async def test_a_refused_address_is_told_in_telegrams_words(
    bot: telegram.Bot, shop: Shop, world: World
) -> None:
    listener = a_listener(bot, shop, "https://easel.test")
    world.fail_next("setWebhook", status=502, description="Bad Gateway", times=100)
    running = asyncio.create_task(listener.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while "Bad Gateway" not in str(listener.trouble()):
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError, NetworkError):
            await running


async def test_an_update_a_full_disk_does_not_take_comes_again_when_there_is_room(
    bot: telegram.Bot, shop: Shop, world: World, lan: int, origin: str
) -> None:
    await a_listener(bot, shop, origin).look()
    await shop.store._writer.execute("VACUUM")  # no page is left over from the migrations
    ((pages,),) = await shop.store._writer.execute_fetchall("PRAGMA page_count")
    await shop.store._writer.execute(f"PRAGMA max_page_count = {pages}")
    world.send_text(lan, lan, "x" * 4_000)
    world.send_text(lan, lan, "and after it")
    async with asyncio.timeout(PATIENCE_S):
        while "503" not in str(world.updates.posting.last_error):
            await asyncio.sleep(0.01)
    assert 0 == await kept(shop)
    assert 2 == len(world.updates.pending)
    await shop.store._writer.execute("PRAGMA max_page_count = 1000000")
    await until_kept(shop, 2)
    await world.wait_for(lambda w: not w.updates.pending or None)
