"""Killed with -9 around a payment: it is credited once, however often Telegram tells of it."""

import asyncio
import contextlib

from process import Host, until
from story import Message, Person, words

from bot.sandbox.till import PaymentRefused

PACK = "⭐ 200"
AMOUNT_VND = 66_000


async def invoice_of(host: Host, person: Person) -> Message:
    sold = await person.answer_to(person.say("/buy"))
    person.press(sold, PACK)
    return await person.sees(lambda m: "invoice" in m)


async def pay(person: Person, invoice: Message) -> str:
    return await person.world.pay(person.user_id, person.user_id, invoice["message_id"])


def credited(host: Host) -> list[tuple[int]]:
    return host.rows("SELECT amount_vnd FROM ledger_entry WHERE kind = 'topup'")


async def verified(host: Host) -> bool:
    return 0 == (await host.command("ledger --verify")).code


def thanks(person: Person) -> int:
    return len([m for m in person.from_bot() if words(m).startswith("💚")])


async def test_killed_between_the_payment_and_its_credit_it_is_credited_once_after_the_start(
    host: Host,
) -> None:
    an, world = host.story.person("An"), host.story.world
    await host.start()
    invoice = await invoice_of(host, an)
    answer = world.hold_next("answerPreCheckoutQuery")
    paying = asyncio.ensure_future(pay(an, invoice))
    await answer.arrived()
    host.freeze()  # it has said yes, and hears nothing of the payment
    answer.release()
    charge = await paying
    assert [] == credited(host)
    await host.restart()
    await an.sees("💚")
    await host.is_quiet()  # that they were thanked is written down as well
    (message,) = [m for m in world.messages(an.user_id) if "successful_payment" in m]
    for _ in range(5):
        world.updates.add("message", message)
    await host.restart()
    await until(lambda: not world.updates.pending, "the payment to be told of again")
    await host.is_quiet()
    assert [(AMOUNT_VND,)] == credited(host)
    assert [(charge,)] == host.rows("SELECT charge_id FROM payment")
    assert 1 == thanks(an)
    assert await verified(host)


async def test_killed_with_the_thanks_on_their_way_it_is_credited_and_not_again(
    host: Host,
) -> None:
    an, world = host.story.person("An"), host.story.world
    await host.start()
    invoice = await invoice_of(host, an)
    said = world.hold_next("sendMessage")
    await pay(an, invoice)
    await said.arrived()
    assert [(AMOUNT_VND,)] == credited(host)
    await host.restart()
    said.release()
    await an.sees("💚")
    await host.is_quiet()
    assert [(AMOUNT_VND,)] == credited(host)
    assert await verified(host)


async def test_killed_before_it_heard_the_question_the_invoice_is_good_and_paid_once(
    host: Host,
) -> None:
    an, world = host.story.person("An"), host.story.world
    await host.start()
    invoice = await invoice_of(host, an)
    host.freeze()
    paying = asyncio.ensure_future(pay(an, invoice))
    await world.wait_for(lambda world: world.updates.pending)
    await host.restart()
    # Whether the ten seconds were over by then, whoever taps Pay again has paid once.
    with contextlib.suppress(PaymentRefused):
        await paying
    with contextlib.suppress(PaymentRefused):
        await pay(an, invoice)
    await an.sees("💚")
    await host.is_quiet()
    assert [(AMOUNT_VND,)] == credited(host)


async def test_a_payment_update_that_comes_ten_times_side_by_side_is_one_credit(
    host: Host,
) -> None:
    an, world = host.story.person("An"), host.story.world
    await host.start()
    invoice = await invoice_of(host, an)
    await pay(an, invoice)
    (message,) = [m for m in world.messages(an.user_id) if "successful_payment" in m]
    for _ in range(10):
        world.updates.add("message", message)
    await until(lambda: not world.updates.pending, "all copies to be taken")
    await host.is_quiet()
    assert [(AMOUNT_VND,)] == credited(host)
    assert 1 == thanks(an)
