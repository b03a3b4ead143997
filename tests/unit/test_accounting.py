"""An operator asks for the numbers of a month: they are read beside the writer, and lost by nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from shop import Shop, opened_shop
from story import PATIENCE_S

from bot.chat.stats import Accounting
from bot.store.port import Reading, Row, Topic, Transaction

OPERATOR = 7


class Slow:
    """A way to ask for the numbers that answers only once somebody lets it."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.is_reading = asyncio.Event()
        self.may_read = asyncio.Event()

    async def all(self, statement: str, /, **values: Any) -> list[Row]:
        if statement == "stats_jobs":
            self.is_reading.set()
            await self.may_read.wait()
        return await self._reading.all(statement, **values)

    async def one(self, statement: str, /, **values: Any) -> Row | None:
        return await self._reading.one(statement, **values)


class Unreadable(Slow):
    """The first question gets an answer that nobody thought of."""

    is_mended = False

    async def all(self, statement: str, /, **values: Any) -> list[Row]:
        if not self.is_mended:
            self.is_mended = True
            raise KeyError(statement)
        return await self._reading.all(statement, **values)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened_shop(tmp_path) as shop:
        yield shop


async def ask(shop: Shop, *, page_id: int | None = None) -> None:
    async def work(tx: Transaction) -> None:
        await tx.run(
            "stats_look_add",
            chat_id=OPERATOR,
            thread_id=None,
            reply_to=70,
            page_id=page_id,
            language="vi",
            stretch="30",
        )
        tx.wake(Topic.STATS)

    await shop.store.write(work)


@asynccontextmanager
async def accounting(shop: Shop, reading: Reading) -> AsyncIterator[None]:
    part = Accounting(shop.store, reading, shop.desk, {})
    running = asyncio.create_task(part.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def said(shop: Shop) -> list[Row]:
    """As soon as something is."""
    async with asyncio.timeout(PATIENCE_S):
        while not (rows := await shop.rows("SELECT payload, reply_to FROM outbox")):
            await asyncio.sleep(0.01)
    return rows


async def test_nobody_waits_while_a_month_is_added_up(shop: Shop) -> None:
    slow = Slow(shop.store)
    await ask(shop)
    async with accounting(shop, slow):
        await slow.is_reading.wait()
        async with asyncio.timeout(PATIENCE_S):
            assert await shop.grant(OPERATOR, 500)
        slow.may_read.set()
        [told] = await said(shop)
    assert 70 == told["reply_to"]
    assert [] == await shop.rows("SELECT * FROM stats_look")


async def test_stopped_while_it_reads_the_next_start_answers(shop: Shop) -> None:
    slow = Slow(shop.store)
    async with accounting(shop, slow):
        await ask(shop, page_id=71)
        await slow.is_reading.wait()
    assert [] == await shop.rows("SELECT * FROM outbox")
    async with accounting(shop, shop.store):
        [told] = await said(shop)
    assert '"edits": 71' in told["payload"]


async def test_numbers_that_cannot_be_told_are_asked_for_once_and_the_next_are_told(
    shop: Shop,
) -> None:
    await ask(shop, page_id=71)
    await ask(shop, page_id=72)
    async with accounting(shop, Unreadable(shop.store)):
        [told] = await said(shop)
        assert '"edits": 72' in told["payload"]
    assert [] == await shop.rows("SELECT * FROM stats_look")
