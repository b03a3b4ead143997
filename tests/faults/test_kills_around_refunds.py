"""Killed with -9 while Stars go back: the payer has them once, and the balance gave them up once."""

import contextlib
from collections.abc import AsyncIterator

from hurrying import Hurry
from orders import BROKEN, check_book, was_broken_off
from process import Host, until
from stars import Till
from story import Message, Person, words
from telling import press

from bot.app import DATABASE_NAME
from bot.model import UserId
from bot.money.corrections import take_back
from bot.money.ledger import Act
from bot.money.plan_file import load_plans
from bot.store.sqlite import open_store

HAD = 50_000


@contextlib.asynccontextmanager
async def opened(host: Host) -> AsyncIterator[tuple[Till, Person]]:
    """A running bot, and An, who has paid ⭐ 10."""
    await host.start()
    await host.operator.answer_to(host.operator.say("/jobs"))
    async with open_store(host.story.data_dir / DATABASE_NAME) as store:
        till = Till(host.story, host.operator, store, load_plans(None), Hurry())
        an = await till.person()
        await till.paid(an, 10)
        yield till, an


async def page_of(till: Till) -> Message:
    operator = till.operator
    await press(operator, await operator.answer_to(operator.say("/admin")), "⭐ Payments")
    return await operator.sees("Payments in Stars")


async def ask_back(till: Till) -> None:
    operator, page = till.operator, await page_of(till)
    await press(operator, page, "↩️ Refund #1")
    await operator.sees("Refund ⭐ 10 of payment #1")
    await press(operator, page, "↩️ Yes")


async def check_went_back_once(host: Host, till: Till, an: Person) -> None:
    await an.sees("You were given back ⭐ 10; your balance went down by ₫1,000")
    await host.is_quiet()
    assert HAD == host.story.world.stars_of(an.user_id)
    assert [("topup", 1_000), ("reversal", 1_000)] == await till.entries(an)
    assert [("refunded",)] == host.rows("SELECT state FROM payment")
    told = [m for m in an.from_bot() if "given back" in words(m)]
    assert 1 == len(told)
    await check_book(host)


async def test_killed_before_telegram_has_heard_it_is_asked_by_the_next_start(host: Host) -> None:
    async with opened(host) as (till, an):
        asking = host.story.world.hold_next("refundStarPayment")
        await ask_back(till)
        await asking.arrived()
        assert 0 == await till.balance(an)  # nobody spends it meanwhile
        await host.kill()
        host.story.world.fail_next("refundStarPayment", status=500, description=BROKEN)
        asking.release()
        world = host.story.world
        await until(lambda: was_broken_off(world, "refundStarPayment"), "the call to be cut off")
        await host.start()
        await check_went_back_once(host, till, an)


async def test_killed_before_telegrams_answer_it_is_not_given_back_twice(host: Host) -> None:
    async with opened(host) as (till, an):
        asking = host.story.world.hold_next("refundStarPayment")
        await ask_back(till)
        await asking.arrived()
        await host.kill()
        asking.release()
        await until(lambda: host.story.world.stars_of(an.user_id) == HAD, "Telegram to give back")
        await host.start()
        await check_went_back_once(host, till, an)


async def test_killed_before_telegram_has_heard_what_the_shop_bears_is_borne_once(
    host: Host,
) -> None:
    async with opened(host) as (till, an):
        act = Act("correction:beside", "bot grant", "by mistake", till.hurry.wall())
        wallet_id = UserId(an.user_id)
        await till.store.write(lambda tx: take_back(tx, wallet_id, 400, act))
        asking = host.story.world.hold_next("refundStarPayment")
        operator, page = till.operator, await page_of(till)
        await press(operator, page, "↩️ Refund #1")
        await press(operator, page, "↩️ Refund, the shop bears ₫400")
        await asking.arrived()
        await host.kill()
        borne = [("borne", 400), ("reversal", 1_000)]
        assert borne == (await till.entries(an))[-2:]
        asking.release()
        await host.start()
        await an.sees("You were given back ⭐ 10; your balance went down by ₫600")
        await host.is_quiet()
        assert HAD == host.story.world.stars_of(an.user_id)
        assert borne == (await till.entries(an))[-2:]
        assert [("refunded", 600, 400)] == host.rows(
            "SELECT state, reversed_vnd, borne_vnd FROM payment"
        )
        await check_book(host)


async def test_killed_while_the_lists_are_compared_the_operator_is_answered_after_it(
    host: Host,
) -> None:
    async with opened(host) as (till, _):
        asking = host.story.world.hold_next("getStarTransactions")
        await press(till.operator, await page_of(till), "🔎 Compare")
        await asking.arrived()
        await host.kill()
        asking.release()
        await host.start()
        await till.operator.sees("✅ 1 payment, it agrees with Telegram.")
