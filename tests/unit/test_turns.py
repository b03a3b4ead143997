"""Whose turn it is: in a group results first, and nothing takes the place of one that waits."""

import asyncio
from typing import cast

from outgoing import Telegram
from shop import Shop

from bot.delivery.limiter import Limiter
from bot.delivery.loop import Delivery
from bot.delivery.sending import Sending
from bot.delivery.sent import Sent
from bot.delivery.telegram import TelegramSender
from bot.delivery.turns import in_turn
from bot.jobs.saying import say
from bot.model import ChatId, Outgoing, Place, Say, Urgency

GROUP, LAN = -100, 7
ALBUM = 4
LOOK_S = 0.01


class Paced(Telegram):
    """A Telegram with the pace of the real one, on a clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self._limiter = Limiter(lambda: self.now_s)

    def take_turn(self, chat_id: ChatId, *, urgency: Urgency, cost: int) -> float:
        return self._limiter.take(chat_id, urgency=urgency, cost=cost)

    def end_turn(self, chat_id: ChatId, *, cost: int, sent: int) -> None:
        self._limiter.end(chat_id, cost=cost, sent=sent)

    def remember(self, chat_id: ChatId, *, cost: int, ago_s: float) -> None:
        self._limiter.record(chat_id, cost=cost, ago_s=ago_s)


class Chats:
    """The outbox being sent: what was said, in order. Uploads may be made to take for ever."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.telegram = Paced()
        self.said: list[tuple[int, Urgency]] = []
        self.uploads_end = asyncio.Event()
        self.uploads_end.set()
        self.uploading = 0
        self.delivery = Delivery(
            shop.store,
            cast("Sending", self),
            cast("TelegramSender", self.telegram),
            clock=shop.now,
        )

    async def put(self, chat_id: int, urgency: Urgency, what: Say = Say.TEXT) -> None:
        place = Place(ChatId(chat_id), None, None)
        now = self.shop.now()
        await self.shop.store.write(lambda tx: say(tx, what, place, urgency=urgency, now=now))

    async def pass_s(self, seconds: int) -> None:
        """Everything goes as soon as it may."""
        for _ in range(2 * seconds):
            self.shop.now.at += 500
            self.telegram.now_s += 0.5
            await self.look()

    async def look(self) -> None:
        while True:
            await self.delivery._look()
            under_way = {task for task in self.delivery._tasks if not task.done()}
            if not under_way:
                return
            if self.uploads_end.is_set():
                await asyncio.gather(*under_way)
                continue
            if len(under_way) == self.uploading:
                return
            await asyncio.wait(under_way, timeout=LOOK_S)  # the others end; an upload does not

    async def cost(self, row: Outgoing) -> int:
        return ALBUM if row.say is Say.FILES else 1

    async def say(self, row: Outgoing) -> Sent:
        if row.say is Say.FILES:
            self.uploading += 1
            await self.uploads_end.wait()
            self.uploading -= 1
        self.said.append((row.place.chat_id, row.urgency))
        return Sent(messages=await self.cost(row))

    def urgencies(self, chat_id: int) -> list[Urgency]:
        return [urgency for chat, urgency in self.said if chat == chat_id]


async def test_in_a_group_a_result_goes_before_answers_and_these_before_progress(
    shop: Shop,
) -> None:
    chats = Chats(shop)
    for urgency in (Urgency.PROGRESS, Urgency.ANSWER, Urgency.RESULT):
        await chats.put(GROUP, urgency)
        await chats.put(LAN, urgency)
    await chats.pass_s(10)
    assert [Urgency.RESULT, Urgency.ANSWER, Urgency.PROGRESS] == chats.urgencies(GROUP)
    assert [Urgency.ANSWER, Urgency.RESULT, Urgency.PROGRESS] == chats.urgencies(LAN)


async def test_answers_do_not_starve_an_album_that_needs_room_for_all_of_it(shop: Shop) -> None:
    chats = Chats(shop)
    for _ in range(10):
        await chats.put(GROUP, Urgency.ANSWER)
    await chats.pass_s(1)  # the burst is used up
    await chats.put(GROUP, Urgency.RESULT, Say.FILES)
    before = len(chats.said)
    for _ in range(6):
        await chats.put(GROUP, Urgency.ANSWER)
        await chats.pass_s(1)
    assert Urgency.RESULT is chats.urgencies(GROUP)[before]


async def test_a_long_upload_does_not_stop_the_answers_of_its_group(shop: Shop) -> None:
    chats = Chats(shop)
    chats.uploads_end.clear()
    await chats.put(GROUP, Urgency.RESULT, Say.FILES)
    await chats.look()
    await chats.put(GROUP, Urgency.ANSWER)
    await chats.look()
    assert [Urgency.ANSWER] == chats.urgencies(GROUP)
    chats.uploads_end.set()
    await chats.pass_s(1)
    assert [Urgency.ANSWER, Urgency.RESULT] == chats.urgencies(GROUP)


async def test_a_bar_moves_while_a_result_is_put_off_and_not_just_before_it_goes(
    shop: Shop,
) -> None:
    chats = Chats(shop)
    await chats.put(GROUP, Urgency.RESULT)
    await shop.tamper(f"UPDATE outbox SET due_at = {shop.now() + 20_000}")  # it failed once
    await chats.put(GROUP, Urgency.PROGRESS)
    await chats.pass_s(10)
    assert [Urgency.PROGRESS] == chats.urgencies(GROUP)
    await chats.pass_s(6)
    await chats.put(GROUP, Urgency.PROGRESS)
    await chats.put(GROUP, Urgency.ANSWER)
    await chats.pass_s(2)
    assert [Urgency.PROGRESS, Urgency.ANSWER] == chats.urgencies(GROUP)
    await chats.pass_s(10)
    assert [Urgency.RESULT, Urgency.PROGRESS] == chats.urgencies(GROUP)[2:]


async def test_two_hundred_waiting_in_one_group_keep_nobody_else_waiting(shop: Shop) -> None:
    chats = Chats(shop)
    for _ in range(200):
        await chats.put(GROUP, Urgency.ANSWER)
    await chats.put(LAN, Urgency.PROGRESS)
    await chats.look()
    assert [Urgency.PROGRESS] == chats.urgencies(LAN)
    assert len(chats.urgencies(GROUP)) <= 3


async def test_what_was_sent_before_a_stop_is_remembered_by_the_next_start(shop: Shop) -> None:
    chats = Chats(shop)
    for _ in range(20):
        await chats.put(GROUP, Urgency.ANSWER)
    await chats.pass_s(30)
    assert 20 == len(chats.said)
    again = Chats(shop)
    await again.delivery._remember()
    await again.put(GROUP, Urgency.ANSWER)
    await again.pass_s(25)
    assert [] == again.said
    await again.pass_s(10)
    assert 1 == len(again.said)


def test_among_equals_the_chat_served_longest_ago_is_next() -> None:
    rows = [
        Outgoing(
            number, Say.TEXT, Place(ChatId(chat), None, None), None, None, {}, Urgency.ANSWER, 0, 0
        )
        for number, chat in enumerate([1, 2, 3])
    ]
    served = {ChatId(1): 9, ChatId(2): 4}
    assert [3, 2, 1] == [row.place.chat_id for row in in_turn(rows, served)]
