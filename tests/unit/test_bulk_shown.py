"""The one message of a bulk: read with few questions, and brought up to date whatever befell it."""

import asyncio
import dataclasses
from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest
from market import BOTH, PAINTER
from outgoing import Telegram
from shop import GRID, Shop
from story import PATIENCE_S

from bot.delivery.bulk_scene import BulkScenes
from bot.delivery.bulks import Bulks
from bot.delivery.loop import MOST_ATTEMPTS, Delivery
from bot.delivery.meaning import ChatGone, SendLater
from bot.delivery.scene import Scenes
from bot.delivery.sending import Sending
from bot.delivery.sent import Sent
from bot.delivery.telegram import TelegramSender
from bot.i18n import I18n
from bot.jobs import bulk
from bot.jobs.bulk import Part
from bot.jobs.bulk_orders import begin
from bot.model import ChatId, MessageId, Outgoing, Place, Urgency, UserId
from bot.store.port import Reading, Row, Topic, Transaction
from bot.store.records import read_outgoing

AN = UserId(7)
HOME = Place(ChatId(7), None, MessageId(70))


class Counting:
    """Counts what the database is asked."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.asked: Counter[str] = Counter()

    async def all(self, statement: str, /, **values: Any) -> list[Row]:
        self.asked[statement] += 1
        return await self._reading.all(statement, **values)

    async def one(self, statement: str, /, **values: Any) -> Row | None:
        self.asked[statement] += 1
        return await self._reading.one(statement, **values)


async def a_bulk(shop: Shop, count: int) -> int:
    """Begun, as far as the quota goes."""
    parts = [Part("painter", dataclasses.replace(GRID, prompt=f"cat {n}")) for n in range(count)]

    async def work(tx: Transaction) -> int:
        await tx.run(
            "user_seen",
            user_id=AN,
            first_name="An",
            username=None,
            language_code="vi",
            now=shop.now(),
        )
        bulk_id = await bulk.add_bulk(tx, AN, HOME, parts, now=shop.now())
        asked = await bulk.find_bulk(tx, bulk_id)
        assert asked is not None
        await begin(tx, shop.desk, asked)
        return bulk_id

    return await shop.store.write(work)


def bulk_scenes(shop: Shop, reading: Reading) -> BulkScenes:
    scenes = Scenes(
        reading,
        accounts={},
        titles={},
        market=BOTH,
        desk=shop.desk,
        i18n=I18n.load(),
        default_language="vi",
        link_to=str,
        username="easel_bot",
        clock=shop.now,
    )
    painter = cast("Any", SimpleNamespace(capabilities=PAINTER))
    accounts = {"painter": (painter, 3)}
    return BulkScenes(reading, scenes, accounts=accounts, desk=shop.desk, default_language="vi")


async def questions_for(shop: Shop, bulk_id: int) -> Counter[str]:
    reading = Counting(shop.store)
    scene = await bulk_scenes(shop, reading).of(bulk_id)
    assert scene is not None
    assert scene.left_s > 0
    return reading.asked


async def test_fifty_take_no_more_questions_to_the_database_than_two(shop: Shop) -> None:
    await shop.grant(AN, 100_000)
    few, many = await a_bulk(shop, 2), await a_bulk(shop, 50)
    assert await questions_for(shop, few) == await questions_for(shop, many)


class Failing:
    """Fails to say the first thing, and says the next."""

    def __init__(self, error: Exception) -> None:
        self._errors = [error]
        self.tried = 0
        self.said = asyncio.Event()

    async def cost(self, row: Outgoing) -> int:
        return 1

    async def say(self, row: Outgoing) -> Sent:
        self.tried += 1
        if self._errors:
            raise self._errors.pop()
        self.said.set()
        return Sent()


async def shown_again(shop: Shop, error: Exception) -> None:
    """The one row waits, fails, is armed again and said."""
    sayer = Failing(error)
    telegram = cast("TelegramSender", Telegram())
    delivery = Delivery(shop.store, cast("Sending", sayer), telegram, clock=shop.now)
    running = asyncio.create_task(delivery.run())

    async def is_given_up() -> bool:
        sql = "SELECT 1 FROM outbox WHERE state IN ('sent', 'dropped') AND error IS NOT NULL"
        return bool(list(await shop.store._reader.execute_fetchall(sql)))

    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await is_given_up():
                await asyncio.sleep(0.01)
            await shop.store.write(lambda tx: comes_back(tx, shop))
            await sayer.said.wait()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def comes_back(tx: Transaction, shop: Shop) -> None:
    chat = {"chat_id": HOME.chat_id, "kind": "private", "title": "An", "now": shop.now()}
    await tx.run("chat_seen", **chat)
    await tx.run("statuses_revive", chat_id=HOME.chat_id, since=shop.now(), now=shop.now())
    tx.wake(Topic.OUTBOX)


async def bulk_row(shop: Shop) -> None:
    await a_bulk(shop, 2)


async def status_row(shop: Shop) -> None:
    await shop.order(AN)


@pytest.mark.parametrize("make_row", [bulk_row, status_row])
async def test_what_could_not_be_shown_to_who_was_away_is_shown_to_who_is_back(
    shop: Shop, make_row: Any
) -> None:
    await make_row(shop)
    await shop.store.write(
        lambda tx: tx.run("chat_seen", chat_id=7, kind="private", title="An", now=shop.now() - 1)
    )
    await shown_again(shop, ChatGone("blocked"))


@pytest.mark.parametrize("make_row", [bulk_row, status_row])
async def test_given_up_after_many_failures_it_is_still_brought_up_to_date(
    shop: Shop, make_row: Any
) -> None:
    await make_row(shop)
    await shop.tamper(f"UPDATE outbox SET attempts = {MOST_ATTEMPTS}")
    await shown_again(shop, SendLater("busy", 1.0))


async def test_the_message_that_became_one_requests_own_is_written_over_by_nothing(
    shop: Shop,
) -> None:
    bulk_id = await a_bulk(shop, 2)
    await shop.tamper("UPDATE bulk SET state = 'joined', begun = 0, status_message_id = 71")
    await shop.store.write(
        lambda tx: bulk.show(tx, bulk_id, HOME.chat_id, Urgency.ANSWER, now=shop.now())
    )
    (row,) = await shop.store.all("outbox_of_chat", chat_id=HOME.chat_id)
    nobody = cast("Any", None)  # nothing is said
    bulks = Bulks(nobody, nobody, bulk_scenes(shop, shop.store), nobody)
    assert Sent(messages=0) == await bulks.message(read_outgoing(row))
