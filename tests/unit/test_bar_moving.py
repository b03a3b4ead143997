"""The status message of what is being made moves by itself; what waits costs nothing."""

import asyncio
from typing import cast

import pytest
from outgoing import Telegram
from shop import GRID, HOUR, NOON, Shop
from story import PATIENCE_S

from bot.delivery.loop import Delivery
from bot.delivery.sending import Sending
from bot.delivery.sent import Sent
from bot.delivery.telegram import TelegramSender
from bot.jobs.accept import Accepted, Order
from bot.jobs.facts import Admitted, CancelAsked, Fact, SubmitAnswered
from bot.jobs.rules import GroupRules, set_rules
from bot.model import ChatId, MessageId, Outgoing, Place, TaskId, UserId
from bot.store.port import Topic, Transaction

RUNS: list[Fact] = [
    Admitted(),
    SubmitAnswered(TaskId("t-1"), poll_at=NOON + HOUR, deadline_at=NOON + HOUR),
]


class Sayer:
    """Says everything; ``sent`` is what that leaves behind."""

    def __init__(self, sent: Sent) -> None:
        self._sent = sent
        self.said = asyncio.Queue[int]()

    async def cost(self, row: Outgoing) -> int:
        return 1

    async def say(self, row: Outgoing) -> Sent:
        self.said.put_nowait(row.outbox_id)
        return self._sent


async def order_in(shop: Shop, chat: int, *history: Fact) -> None:
    async def work(tx: Transaction) -> Accepted:
        await tx.run(
            "user_seen", user_id=7, first_name="An", username=None, language_code="vi", now=NOON
        )
        place = Place(ChatId(chat), None, MessageId(1))
        outcome = await shop.desk.accept(tx, Order(UserId(7), place, GRID, "apiframe"))
        assert isinstance(outcome, Accepted)
        return outcome

    await shop.happens((await shop.store.write(work)).job, *history)


async def say_what_is_due(shop: Shop, sent: Sent | None = None) -> tuple[str, int | None]:
    """Let one message go out; the state its row is left in, and in how many seconds it is due."""
    sayer = Sayer(sent or Sent())
    ears = shop.store.wakeups(Topic.OUTBOX)
    delivery = Delivery(
        shop.store,
        cast("Sending", sayer),
        cast("TelegramSender", Telegram()),
        clock=shop.now,
    )
    running = asyncio.create_task(delivery.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await sayer.said.get()
            while (row := await status_row(shop))[0] == "sending" or row[2] is None:
                await ears.wait(1.0)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    state, due_at, _ = row
    return state, (due_at - shop.now()) // 1000 if state == "waiting" else None


async def status_row(shop: Shop) -> tuple[str, int, int | None]:
    # No statement of the bot's asks for what was said already.
    sql = "SELECT state, due_at, sent_at FROM outbox WHERE say = 'status'"
    ((state, due_at, sent_at),) = await shop.store._reader.execute_fetchall(sql)
    return state, due_at, sent_at


async def test_while_it_is_made_the_message_is_brought_up_to_date_every_five_seconds(
    shop: Shop,
) -> None:
    await order_in(shop, 7, *RUNS)
    for _ in range(3):
        assert ("waiting", 5) == await say_what_is_due(shop)
        shop.now.at += 5_000


async def test_in_a_group_it_moves_once_and_leaves_room_for_what_must_be_said(shop: Shop) -> None:
    await order_in(shop, -100, *RUNS)
    for expected in (("waiting", 20), ("sent", None)):
        assert expected == await say_what_is_due(shop)
        shop.now.at += 20_000


async def test_in_a_quiet_group_it_does_not_move(shop: Shop) -> None:
    await shop.store.write(lambda tx: set_rules(tx, ChatId(-100), GroupRules(is_quiet=True)))
    await order_in(shop, -100, *RUNS)
    assert ("sent", None) == await say_what_is_due(shop)


@pytest.mark.parametrize("history", [[], [Admitted()], [*RUNS, CancelAsked()]])
async def test_what_waits_or_is_not_shown_here_costs_nothing(
    shop: Shop, history: list[Fact]
) -> None:
    await order_in(shop, 7, *history)
    assert ("sent", None) == await say_what_is_due(shop)


async def test_a_status_somebody_deleted_is_left_alone(shop: Shop) -> None:
    await order_in(shop, 7, *RUNS)
    assert ("sent", None) == await say_what_is_due(shop, Sent(status_is_gone=True))
