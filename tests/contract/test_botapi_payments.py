"""Stars, as the real client library meets them: the question before, payments, refunds, the book."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aiogram.types
import pytest
import telegram
from aiogram.types import Update
from botapi_client import TOKEN, http_client, real_bot
from clock import Clock
from oracle import check_call, unknown_fields
from selling import WORDS, agreed, asked, invoice, link, refused, said
from telegram.error import BadRequest, TimedOut

from bot.sandbox.invoices import MONTH_S
from bot.sandbox.limits import Limits
from bot.sandbox.refusal import Json
from bot.sandbox.till import PaymentRefused
from bot.sandbox.world import World


@asynccontextmanager
async def impatient_world() -> AsyncIterator[tuple[World, telegram.Bot, Clock]]:
    """One whose people look at their phone and the clock at once."""
    clock = Clock()
    world = World(token=TOKEN, clock=clock, limits=Limits(checkout_s=10, chat_burst=99))
    async with real_bot(world) as bot:
        yield world, bot, clock


async def test_the_bot_is_asked_before_and_told_after_and_the_stars_move(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    message_id = await invoice(bot, lan)
    task = asyncio.create_task(world.pay(lan, lan, message_id))
    query = await asked(world)
    assert ("XTR", 200, "p:1") == (
        query["currency"],
        query["total_amount"],
        query["invoice_payload"],
    )
    assert lan == query["from"]["id"]
    assert 50_000 == world.stars_of(lan)
    await bot.answer_pre_checkout_query(query["id"], ok=True)
    charge_id = await task

    (update,) = world.updates.pending
    heard = telegram.Update.de_json(update, bot).message
    assert heard is not None
    assert heard.from_user is not None
    assert heard.successful_payment is not None
    assert (lan, lan, charge_id) == (
        heard.chat.id,
        heard.from_user.id,
        heard.successful_payment.telegram_payment_charge_id,
    )
    assert "p:1" == heard.successful_payment.invoice_payload
    assert 49_800 == world.stars_of(lan)
    assert 200 == (await bot.get_my_star_balance()).amount
    assert [charge_id] == list(world.charges)


async def test_a_no_of_the_bot_is_read_by_the_payer_and_takes_nothing(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    message_id = await invoice(bot, lan)
    with pytest.raises(PaymentRefused, match=WORDS):
        await refused(bot, world, world.pay(lan, lan, message_id))
    assert 50_000 == world.stars_of(lan)
    assert {} == dict(world.charges)
    assert "invoice" in said(world, lan)
    assert await agreed(bot, world, world.pay(lan, lan, message_id))


async def test_an_answer_after_ten_seconds_or_a_second_one_is_too_late() -> None:
    async with impatient_world() as (world, bot, clock):
        lan = world.add_user("Lan")["id"]
        message_id = await invoice(bot, lan)
        task = asyncio.create_task(world.pay(lan, lan, message_id))
        query = await asked(world)
        clock.now += 10.5
        with pytest.raises(BadRequest, match=r"(?i)query is too old"):
            await bot.answer_pre_checkout_query(query["id"], ok=True)
        with pytest.raises(PaymentRefused, match="timeout"):
            await task

        task = asyncio.create_task(world.pay(lan, lan, message_id))
        query = await asked(world)
        await bot.answer_pre_checkout_query(query["id"], ok=True)
        with pytest.raises(BadRequest, match=r"(?i)query is too old"):
            await bot.answer_pre_checkout_query(query["id"], ok=True)
        assert await task


async def test_a_bot_that_says_nothing_is_not_waited_for_for_ever() -> None:
    world = World(token=TOKEN, limits=Limits(checkout_s=0.05))
    lan = world.add_user("Lan")["id"]
    assert (False, "timeout") == await world.checkout(lan, payload="p:1", stars=200)


async def test_a_no_has_to_say_why(bot: telegram.Bot, world: World, lan: int) -> None:
    task = asyncio.create_task(world.checkout(lan, payload="p:1", stars=200))
    query = await asked(world)
    with pytest.raises(BadRequest, match="error_message"):
        await bot.answer_pre_checkout_query(query["id"], ok=False)
    await bot.answer_pre_checkout_query(query["id"], ok=True)
    assert (True, "") == await task


async def test_a_forged_query_reaches_the_bot_and_its_words_come_back(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    forged = world.checkout(lan, payload="x" * 128, stars=1, currency="VND")
    assert (False, WORDS) == await refused(bot, world, forged)
    assert {} == dict(world.charges)


async def test_an_invoice_message_is_paid_once_and_in_a_group_by_whoever_comes_first(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    minh = world.add_user("Minh")["id"]
    group = world.add_group("Club", [lan, minh], is_forum=True)["id"]
    topic = world.add_topic(group, "Money")
    message_id = await invoice(bot, group, message_thread_id=topic)
    world.updates.drop_pending()
    later = asyncio.create_task(world.pay(lan, group, message_id))
    first = await asked(world)
    await agreed(bot, world, world.pay(minh, group, message_id))
    paid = said(world, group)
    assert (minh, topic) == (paid["from"]["id"], paid["message_thread_id"])
    assert 200 == paid["successful_payment"]["total_amount"]

    await bot.answer_pre_checkout_query(first["id"], ok=True)
    with pytest.raises(PaymentRefused, match="ALREADY_PAID"):
        await later
    with pytest.raises(PaymentRefused, match="ALREADY_PAID"):
        await world.pay(minh, group, message_id)
    assert (50_000, 49_800) == (world.stars_of(lan), world.stars_of(minh))
    stranger = world.add_user("Hoa")["id"]
    with pytest.raises(ValueError, match="not in chat"):
        await world.pay(stranger, group, message_id)


async def test_who_has_too_few_stars_is_told_so_and_the_bot_is_not_asked(
    bot: telegram.Bot, world: World
) -> None:
    poor = world.add_user("Poor", stars=199)["id"]
    message_id = await invoice(bot, poor)
    with pytest.raises(PaymentRefused, match="BALANCE_TOO_LOW"):
        await world.pay(poor, poor, message_id)
    assert () == world.updates.pending


async def test_a_link_is_paid_in_the_private_chat_by_anybody_as_often_as_they_like(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    url = await link(bot)
    assert url.startswith("https://t.me/$")
    stranger = world.add_user("Hoa", has_started=False)["id"]
    for payer in (lan, lan, stranger):
        charge_id = await agreed(bot, world, world.pay_link(payer, url))
        paid = said(world, payer)["successful_payment"]
        assert charge_id == paid["telegram_payment_charge_id"]
        assert "is_recurring" not in paid
    with pytest.raises(ValueError, match="no invoice"):
        await world.pay_link(lan, "https://t.me/$other")


async def test_a_subscription_is_paid_again_every_thirty_days_until_it_is_cancelled(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    first = await agreed(bot, world, world.pay_link(lan, await link(bot, 10_000, days=30)))
    begun = said(world, lan)["successful_payment"]
    assert (True, True) == (begun["is_recurring"], begun["is_first_recurring"])
    world.updates.drop_pending()
    second = world.renew(first)
    assert first != second
    went_on = said(world, lan)["successful_payment"]
    assert MONTH_S == (
        went_on["subscription_expiration_date"] - begun["subscription_expiration_date"]
    )
    assert "is_first_recurring" not in went_on
    (update,) = world.updates.pending
    assert second == update["message"]["successful_payment"]["telegram_payment_charge_id"]

    await bot.edit_user_star_subscription(lan, first, is_canceled=True)
    with pytest.raises(ValueError, match="no subscription"):
        world.renew(second)
    await bot.edit_user_star_subscription(lan, second, is_canceled=False)
    assert world.renew(second)
    assert 20_000 == world.stars_of(lan)


async def test_a_refund_gives_the_stars_back_once_and_tells_the_private_chat(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    charge_id = await agreed(bot, world, world.pay(lan, lan, await invoice(bot, lan)))
    world.updates.drop_pending()
    assert await bot.refund_star_payment(lan, charge_id)
    (update,) = world.updates.pending
    told = telegram.Update.de_json(update, bot).message
    assert told is not None
    assert told.refunded_payment is not None
    assert charge_id == told.refunded_payment.telegram_payment_charge_id
    assert 50_000 == world.stars_of(lan)
    assert world.charges[charge_id].is_refunded
    with pytest.raises(BadRequest, match=r"(?i)charge_already_refunded"):
        await bot.refund_star_payment(lan, charge_id)
    with pytest.raises(BadRequest, match=r"(?i)charge_not_found"):
        await bot.refund_star_payment(lan, "stxnothing")
    with pytest.raises(BadRequest, match=r"(?i)charge_not_found"):
        await bot.refund_star_payment(lan + 1, charge_id)


async def test_a_refund_whose_answer_is_lost_was_made(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    charge_id = await agreed(bot, world, world.pay(lan, lan, await invoice(bot, lan)))
    world.lose_answer_of_next("refundStarPayment")
    with pytest.raises(TimedOut):
        await bot.refund_star_payment(lan, charge_id)
    assert 50_000 == world.stars_of(lan)
    with pytest.raises(BadRequest, match=r"(?i)charge_already_refunded"):
        await bot.refund_star_payment(lan, charge_id)


async def test_the_book_tells_what_came_in_and_went_back_oldest_first(
    bot: telegram.Bot, world: World, lan: int
) -> None:
    one = await agreed(bot, world, world.pay(lan, lan, await invoice(bot, lan)))
    two = await agreed(bot, world, world.pay_link(lan, await link(bot, 500, days=30)))
    world.refund_elsewhere(one)
    assert "refunded_payment" in said(world, lan)
    book = (await bot.get_star_transactions()).transactions
    assert [(one, 200), (two, 500), (one, 200)] == [(each.id, each.amount) for each in book]
    came, subscribed, went = book
    assert isinstance(came.source, telegram.TransactionPartnerUser)
    assert (lan, "p:1") == (came.source.user.id, came.source.invoice_payload)
    assert isinstance(subscribed.source, telegram.TransactionPartnerUser)
    assert subscribed.source.subscription_period is not None
    assert went.source is None
    assert isinstance(went.receiver, telegram.TransactionPartnerUser)
    assert 500 == (await bot.get_my_star_balance()).amount
    page = await bot.get_star_transactions(offset=1, limit=1)
    assert [two] == [each.id for each in page.transactions]
    with pytest.raises(BadRequest):
        await bot.get_star_transactions(limit=101)


async def test_every_payment_is_read_by_two_libraries_and_every_call_judged_by_a_third() -> None:
    world = World(token=TOKEN, limits=Limits.off(), check_call=check_call)
    lan = world.add_user("Lan")["id"]
    heard: list[Json] = []

    async with real_bot(world) as bot:

        async def noted(paying: Coroutine[Any, Any, str]) -> str:
            task = asyncio.create_task(paying)
            await world.wait_for(lambda world: world.updates.pending)
            heard.extend(world.updates.pending)
            charge_id = await agreed(bot, world, task)
            heard.extend(world.updates.pending)
            world.updates.drop_pending()
            return charge_id

        once = await noted(world.pay(lan, lan, await invoice(bot, lan)))
        monthly = await noted(world.pay_link(lan, await link(bot, days=30)))
        world.renew(monthly)
        await bot.refund_star_payment(lan, once)
        await bot.edit_user_star_subscription(lan, monthly, is_canceled=True)
        heard.extend(world.updates.pending)
        async with http_client(world) as client:
            answer = (await client.post(f"/bot{TOKEN}/getStarTransactions")).json()["result"]
        await bot.get_my_star_balance()

    assert ["pre_checkout_query", "message"] * 2 + ["message"] * 2 == [
        kind for update in heard for kind in update if kind != "update_id"
    ]
    for update in heard:
        assert list(unknown_fields(Update.model_validate(update))) == []
        assert telegram.Update.de_json(update, bot).update_id == update["update_id"]
    book = aiogram.types.StarTransactions.model_validate(answer)
    assert list(unknown_fields(book)) == []
    assert 4 == len(book.transactions)
    assert world.violations == []


async def test_a_bot_that_does_not_ask_for_the_queries_is_never_paid() -> None:
    world = World(token=TOKEN, limits=Limits(checkout_s=0.05, chat_burst=9))
    who = world.add_user("Lan")["id"]
    world.updates.allow(["message"])
    assert (False, "timeout") == await world.checkout(who, payload="p", stars=1)
    assert () == world.updates.pending
