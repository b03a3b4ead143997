"""The dispatcher: in order within a chat, and no chat waits for another."""

import asyncio
import contextlib
import functools
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

import pytest
from shop import NOON, Shop
from story import PATIENCE_S
from telegram import Bot, Update

from bot.chat.dispatch import ASKS_AT_ONCE, LANES_AT_ONCE, TURN, Dispatcher
from bot.chat.handlers import Handlers
from bot.chat.inbox import write_inbox
from bot.chat.looks import Ask
from bot.store.port import Transaction

BUSY, LAN = -100, 7


def said(update_id: int, chat_id: int) -> dict[str, Any]:
    kind = "private" if chat_id > 0 else "supergroup"
    who = {"id": 7, "is_bot": False, "first_name": "Lan"}
    chat = {"id": chat_id, "type": kind, "title": "Nhóm"}
    message = {"message_id": update_id, "date": 0, "chat": chat, "from": who, "text": "hi"}
    return {"update_id": update_id, "message": message}


class Desk:
    """Handles by remembering; in some chats it takes until a test lets it."""

    def __init__(self, slow: Iterable[int] = ()) -> None:
        self.handled: list[tuple[int, int]] = []
        """Chat and update, in order."""
        self.slow = set(slow)
        self.let_go = asyncio.Event()
        self.looking: Counter[int] = Counter()
        self.most_together = 0
        self.asking: Counter[int] = Counter()
        self.most_asking = 0

    async def look(self, update: Update) -> Ask | None:
        """Whether Telegram has to be asked before an update is handled."""
        assert update.effective_chat is not None
        chat_id = update.effective_chat.id
        self.looking[chat_id] += 1
        assert 1 == self.looking[chat_id], "two of one chat at once"
        self.most_together = max(self.most_together, self.looking.total())
        try:
            await asyncio.sleep(0)
        finally:
            self.looking[chat_id] -= 1
        return functools.partial(self._ask, chat_id) if chat_id in self.slow else None

    async def _ask(self, chat_id: int) -> None:
        self.asking[chat_id] += 1
        self.most_asking = max(self.most_asking, self.asking.total())
        try:
            await self.let_go.wait()
        finally:
            self.asking[chat_id] -= 1

    async def handle(self, _: Transaction, update: Update) -> None:
        assert update.effective_chat is not None
        self.handled.append((update.effective_chat.id, update.update_id))

    def of(self, chat_id: int) -> list[int]:
        return [number for chat, number in self.handled if chat == chat_id]


async def keep(shop: Shop, *updates: dict[str, Any]) -> None:
    await shop.store.write(lambda tx: write_inbox(tx, updates, now=NOON))


@contextlib.asynccontextmanager
async def working(shop: Shop, desk: Desk) -> AsyncIterator[None]:
    bot = Bot("7:nobody")
    nobody = cast("Any", None)
    handlers = cast("Handlers", desk)
    dispatcher = Dispatcher(bot, shop.store, handlers, nobody, before=[desk.look], clock=shop.now)
    running = asyncio.create_task(dispatcher.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until_handled(desk: Desk, chat_id: int, count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(desk.of(chat_id)) < count:  # nobody tells of it
            await asyncio.sleep(0.005)


async def test_a_chat_waits_for_none_whose_admins_telegram_is_slow_to_tell(shop: Shop) -> None:
    desk = Desk(slow=[BUSY])
    await keep(shop, said(1, BUSY), said(2, LAN))
    async with working(shop, desk):
        await until_handled(desk, LAN, 1)
        await keep(shop, said(3, LAN))  # and none of what comes after
        await until_handled(desk, LAN, 2)
        assert [] == desk.of(BUSY)
        desk.let_go.set()
        await until_handled(desk, BUSY, 1)


async def test_nobody_waits_for_any_number_of_groups_whose_admins_telegram_is_slow_to_tell(
    shop: Shop,
) -> None:
    slow, quick = range(-2 * LANES_AT_ONCE - 1, 0), -1_000
    desk = Desk(slow=slow)
    numbers = iter(range(1, 100_000))
    await keep(shop, *(said(next(numbers), group) for group in slow for _ in range(2)))
    await keep(shop, said(next(numbers), LAN), said(next(numbers), quick))
    async with working(shop, desk):
        await until_handled(desk, LAN, 1)
        await until_handled(desk, quick, 1)
        assert {LAN, quick} == {chat for chat, _ in desk.handled}
        desk.let_go.set()
        for group in slow:
            await until_handled(desk, group, 2)
    assert ASKS_AT_ONCE == desk.most_asking


async def test_one_message_does_not_wait_behind_five_hundred_of_a_group(shop: Shop) -> None:
    desk = Desk()
    await keep(shop, *(said(number, BUSY) for number in range(1, 501)), said(501, LAN))
    async with working(shop, desk):
        await until_handled(desk, LAN, 1)
        assert len(desk.of(BUSY)) <= 2 * TURN
        await until_handled(desk, BUSY, 500)
    assert list(range(1, 501)) == desk.of(BUSY)


async def test_many_busy_groups_leave_a_turn_to_who_comes_later(shop: Shop) -> None:
    groups = range(-2 * LANES_AT_ONCE, 0)
    numbers = iter(range(1, 100_000))
    desk = Desk()
    for _ in range(2 * TURN):
        await keep(shop, *(said(next(numbers), group) for group in groups))
    await keep(shop, said(next(numbers), LAN))
    async with working(shop, desk):
        await until_handled(desk, LAN, 1)
        assert len(desk.handled) <= (len(groups) + LANES_AT_ONCE) * TURN
    assert desk.most_together <= LANES_AT_ONCE


@pytest.mark.parametrize("breaks", [1, 5])
async def test_broken_off_again_and_again_each_is_handled_once_and_in_order(
    shop: Shop, breaks: int
) -> None:
    groups = range(-8, 0)
    updates = [said(number, groups[number % len(groups)]) for number in range(1, 201)]
    await keep(shop, *updates)
    desk = Desk()
    for number in range(1, breaks + 1):
        async with working(shop, desk):
            await until_handled(desk, -1, number)
    async with working(shop, desk):
        for group in groups:
            await until_handled(desk, group, 25)
    for group in groups:
        assert [number for chat, number in in_order_of(updates) if chat == group] == desk.of(group)


def in_order_of(updates: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(each["message"]["chat"]["id"], each["update_id"]) for each in updates]
