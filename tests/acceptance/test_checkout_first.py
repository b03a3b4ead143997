"""Who is about to pay is answered at once, whatever else waits: Telegram gives ten seconds."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from beside import change, handled, nobody_writes, rows
from counters import Counter, built_counter, is_thanks
from posted import webhook_settings
from story import Person, Story, free_port
from telling import until

from bot.chat.listening import CONNECTIONS as CALLS
from bot.chat.spill import FILE_NAME
from bot.delivery.connecting import CONNECTIONS
from bot.sandbox.till import PaymentRefused

AHEAD = 150
"""Telegram gives a hundred at once."""

THOUSANDS = """
WITH RECURSIVE many(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM many WHERE number < 3000)
INSERT INTO inbox (update_id, lane, payload, state, received_at)
SELECT 10000000 + number, number % 40, '{"update_id": 1}', 'new', 1 FROM many
"""


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with built_counter(tmp_path) as counter:
        yield counter


def waiting(story: Story) -> int:
    ((count,),) = rows(story, "SELECT COUNT(*) FROM inbox WHERE state = 'new'")
    return int(count)


def kept_of(story: Story, person: Person) -> int:
    """How many of their updates are in the inbox, handled or not, each counted once."""
    ((count,),) = rows(story, "SELECT COUNT(*) FROM inbox WHERE lane = ?", person.user_id)
    return int(count)


async def test_while_nothing_can_be_written_and_thousands_of_updates_wait(
    counter: Counter,
) -> None:
    story = counter.story
    an, binh = story.person("An", "en"), story.person("Bình", "en")
    async with counter.opened():
        invoice = await counter.invoice(an, "⭐ 200")
        await handled(story)
        query = story.world.hold_next("answerPreCheckoutQuery")
        async with nobody_writes(story, first=THOUSANDS):
            for _ in range(50):
                binh.say("/quota")  # its updates cannot be kept, nor those that follow
            before = waiting(story)
            paying = asyncio.ensure_future(counter.pay(an, invoice))
            await query.arrived()
            assert before == waiting(story)
            assert before > 1_000
        query.release()
        await paying
        await an.sees(is_thanks)


async def test_while_more_updates_wait_at_telegram_than_it_gives_at_once_and_none_can_be_written(
    counter: Counter,
) -> None:
    story = counter.story
    an, binh = story.person("An", "en"), story.person("Bình", "en")
    async with counter.opened():
        invoice = await counter.invoice(an, "⭐ 200")
        await handled(story)
        query = story.world.hold_next("answerPreCheckoutQuery")
        async with nobody_writes(story):
            for _ in range(AHEAD):
                binh.say("/quota")
            paying = asyncio.ensure_future(counter.pay(an, invoice))
            await query.arrived()
            assert 0 == kept_of(story, binh)
        query.release()
        await paying
        await an.sees(is_thanks)
        await until(lambda: kept_of(story, binh) == AHEAD)
        await until(lambda: not (story.data_dir / FILE_NAME).exists())


async def test_while_every_connection_is_busy_with_messages_that_do_not_arrive(
    counter: Counter,
) -> None:
    story = counter.story
    an = story.person("An", "en")
    crowd = [story.person(f"Person {number}", "en") for number in range(CONNECTIONS)]
    async with counter.opened():
        invoice = await counter.invoice(an, "⭐ 200")
        sold = await an.answer_to(an.say("/buy"))
        sends = [story.world.hold_next("sendMessage") for _ in crowd]
        answers = [story.world.hold_next("answerCallbackQuery") for _ in crowd]
        for each in crowd:
            each.say("/help")
            an.press(sold, "⭐ 500")
        for call in [*sends[:6], *answers[:2]]:  # as many as there are connections
            await call.arrived()
        query = story.world.hold_next("answerPreCheckoutQuery")
        paying = asyncio.ensure_future(counter.pay(an, invoice))
        await query.arrived()
        for call in [query, *sends, *answers]:
            call.release()
        await paying
        await an.sees(is_thanks)


async def test_called_by_telegram_it_is_answered_while_nothing_can_be_written_and_kept_nowhere(
    counter: Counter,
) -> None:
    story = counter.story
    an, binh = story.person("An", "en"), story.person("Bình", "en")
    async with counter.opened(webhook_settings(free_port())):
        invoice = await counter.invoice(an, "⭐ 200")
        await handled(story)
        query = story.world.hold_next("answerPreCheckoutQuery")
        async with nobody_writes(story):
            binh.say("/quota")
            paying = asyncio.ensure_future(counter.pay(an, invoice))
            await query.arrived()
        query.release()
        await paying
        await an.sees(is_thanks)
        assert [] == rows(story, "SELECT 1 FROM inbox WHERE payload LIKE '%pre_checkout%'")


async def test_called_by_telegram_more_often_at_once_than_it_may_while_nothing_can_be_written(
    counter: Counter,
) -> None:
    story = counter.story
    an = story.person("An", "en")
    crowd = [story.person(f"Person {number}", "en") for number in range(2 * CALLS)]
    async with counter.opened(webhook_settings(free_port())):
        invoice = await counter.invoice(an, "⭐ 200")
        await handled(story)
        query = story.world.hold_next("answerPreCheckoutQuery")
        async with nobody_writes(story):
            for each in crowd:
                each.say("/quota")
            paying = asyncio.ensure_future(counter.pay(an, invoice))
            await query.arrived()
            assert [0] * len(crowd) == [kept_of(story, each) for each in crowd]
        query.release()
        await paying
        await an.sees(is_thanks)
        await until(lambda: all(kept_of(story, each) == 1 for each in crowd))


async def test_an_answer_that_is_lost_on_the_way_is_given_again(counter: Counter) -> None:
    an = counter.story.person("An", "en")
    world = counter.story.world
    async with counter.opened():
        invoice = await counter.invoice(an, "⭐ 200")
        world.fail_next("answerPreCheckoutQuery", status=502, description="Bad Gateway")
        await counter.pay(an, invoice)
        await an.sees(is_thanks)


async def test_where_nothing_can_be_read_they_are_asked_to_try_again(counter: Counter) -> None:
    an = counter.story.person("An", "en")
    async with counter.opened():
        invoice = await counter.invoice(an, "⭐ 200")
        await change(counter.story, "ALTER TABLE invoice RENAME TO invoice_away")
        with pytest.raises(PaymentRefused, match="Please pay again in a moment"):
            await counter.pay(an, invoice)
        await change(counter.story, "ALTER TABLE invoice_away RENAME TO invoice")
        await counter.pay(an, invoice)
        await an.sees(is_thanks)
