"""The outbox loop in a database that stalls: what was sent is remembered in the end."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeVar, cast

from outgoing import Telegram
from shop import Shop
from story import PATIENCE_S

from bot.delivery.loop import HEAVY_AT_ONCE, Delivery
from bot.delivery.sending import Sending
from bot.delivery.sent import Sent
from bot.delivery.telegram import TelegramSender
from bot.errors import StoreError
from bot.jobs.saying import say
from bot.model import ChatId, Outgoing, Place, Say, Urgency
from bot.store.port import Dangling, Row, Store, Topic, Transaction, Wakeups

T = TypeVar("T")


class Stalling:
    """A store whose disk takes nothing for a while, once something was sent."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.refusals = 0

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        if self.refusals:
            self.refusals -= 1
            raise StoreError("The database could not be written: database is locked")
        return await self._store.write(work)

    async def all(self, statement: str, /, **values: Any) -> list[Row]:
        return await self._store.all(statement, **values)

    async def one(self, statement: str, /, **values: Any) -> Row | None:
        return await self._store.one(statement, **values)

    async def dangling(self) -> list[Dangling]:
        return await self._store.dangling()

    def wakeups(self, *topics: Topic) -> Wakeups:
        return self._store.wakeups(*topics)

    def ring(self, woken: Collection[Topic]) -> None:
        self._store.ring(woken)


class Sayer:
    """Says everything once, and the disk stalls right after."""

    def __init__(self, store: Stalling) -> None:
        self._store = store
        self.said: list[int] = []

    async def cost(self, row: Outgoing) -> int:
        return 1

    async def say(self, row: Outgoing) -> Sent:
        self.said.append(row.outbox_id)
        self._store.refusals = 2
        return Sent()


async def is_sent(shop: Shop) -> bool:
    # No statement of the bot's asks for what was said already.
    rows = await shop.store._reader.execute_fetchall("SELECT state FROM outbox")
    return [row["state"] for row in rows] == ["sent"]


async def test_a_database_that_stalls_after_a_send_does_not_forget_it(shop: Shop) -> None:
    store = Stalling(shop.store)
    sayer = Sayer(store)
    delivery = Delivery(
        store,
        cast("Sending", sayer),
        cast("TelegramSender", Telegram()),
        clock=shop.now,
    )
    place = Place(ChatId(1), None, None)
    await shop.store.write(
        lambda tx: say(tx, Say.TEXT, place, urgency=Urgency.ANSWER, now=shop.now())
    )
    running = asyncio.create_task(delivery.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await is_sent(shop):
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [1] == sayer.said


class SlowUploads:
    """Media takes for ever, words are said at once."""

    def __init__(self) -> None:
        self.uploads = 0
        self.words_said = asyncio.Event()

    async def cost(self, row: Outgoing) -> int:
        return 1

    async def say(self, row: Outgoing) -> Sent:
        if row.say is Say.TEXT:
            self.words_said.set()
            return Sent()
        self.uploads += 1
        await asyncio.Event().wait()
        raise AssertionError("an upload that ends is another story")


async def test_an_answer_goes_past_any_number_of_slow_uploads(shop: Shop) -> None:
    sayer = SlowUploads()
    delivery = Delivery(
        shop.store,
        cast("Sending", sayer),
        cast("TelegramSender", Telegram()),
        clock=shop.now,
    )

    async def put(what: Say, chat_id: int, urgency: Urgency) -> None:
        place = Place(ChatId(chat_id), None, None)
        await shop.store.write(lambda tx: say(tx, what, place, urgency=urgency, now=shop.now()))

    for chat_id in range(1, 21):
        await put(Say.PICK, chat_id, Urgency.RESULT)
    running = asyncio.create_task(delivery.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while sayer.uploads < HEAVY_AT_ONCE:
                await asyncio.sleep(0.01)
            await put(Say.TEXT, 99, Urgency.ANSWER)
            await sayer.words_said.wait()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class Belated(Stalling):
    """A look at the outbox that takes so long that what it saw was said and put off meanwhile."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.store)
        self._shop = shop
        self._seen: list[Row] = []
        self._was_late = False
        self.has_looked = asyncio.Event()

    async def all(self, statement: str, /, **values: Any) -> list[Row]:
        rows = await super().all(statement, **values)
        if statement != "outbox_heads":
            return rows
        self._seen = self._seen or rows
        if self._was_late:
            self.has_looked.set()
        elif await is_sent(self._shop):
            self._was_late = True
            await self._put_off()
            return self._seen
        return rows

    async def _put_off(self) -> None:
        pause = {"pause_ms": 5_000, "first_ms": 5_000, "most": 9}
        await self._shop.store.write(
            lambda tx: tx.run(
                "status_rearm",
                key="a status",
                urgency=int(Urgency.PROGRESS),
                now=self._shop.now(),
                **pause,
            )
        )


async def test_what_was_put_off_since_the_look_at_it_is_not_said_early(shop: Shop) -> None:
    store = Belated(shop)
    sayer = Sayer(Stalling(shop.store))
    delivery = Delivery(
        store, cast("Sending", sayer), cast("TelegramSender", Telegram()), clock=shop.now
    )
    place = Place(ChatId(1), None, None)
    await shop.store.write(
        lambda tx: say(tx, Say.TEXT, place, urgency=Urgency.ANSWER, now=shop.now(), key="a status")
    )
    running = asyncio.create_task(delivery.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await store.has_looked.wait()
            await delivery.drain(30)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [1] == sayer.said


async def heads_of_group(shop: Shop, *, put_off_ms: int) -> list[str]:
    """What could go out in a group whose result failed once and is tried again so much later."""
    place = Place(ChatId(-100), None, None)

    async def work(tx: Transaction) -> None:
        await say(tx, Say.RESULT, place, urgency=Urgency.RESULT, now=shop.now())
        (result,) = await tx.all("outbox_heads", now=shop.now())
        due_at = shop.now() + put_off_ms
        await tx.run("outbox_again", outbox_id=result["outbox_id"], due_at=due_at, error="502")
        await say(tx, Say.BOARD, place, urgency=Urgency.PROGRESS, now=shop.now())

    await shop.store.write(work)
    rows = await shop.store.all("outbox_heads", now=shop.now())
    began = {
        row["say"]: await shop.store.write(
            lambda tx, row=row: tx.run(  # type: ignore[misc]
                "outbox_sending", outbox_id=row["outbox_id"], now=shop.now()
            )
        )
        for row in rows
    }
    assert all(began.values())
    return list(began)


async def test_a_result_that_is_tried_again_minutes_later_stops_no_progress_of_its_group(
    shop: Shop,
) -> None:
    assert [Say.BOARD] == await heads_of_group(shop, put_off_ms=300_000)


async def test_a_result_that_is_tried_again_in_a_moment_still_goes_before_progress(
    shop: Shop,
) -> None:
    assert [] == await heads_of_group(shop, put_off_ms=2_000)
    shop.now.at += 2_000
    rows = await shop.store.all("outbox_heads", now=shop.now())
    assert [Say.RESULT] == [row["say"] for row in rows]
