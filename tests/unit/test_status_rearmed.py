"""When a status that is made to wait again goes out: an answer is never behind progress."""

import pytest
from shop import Shop

from bot.jobs.saying import say
from bot.model import ChatId, Place, Say, Urgency
from bot.store.port import Transaction

KEY = "status:K7QD4X"
PAUSE = {"pause_ms": 20_000, "first_ms": 20_000, "most": 9}


SOONER = {**PAUSE, "first_ms": 2_000}


async def rearm(shop: Shop, urgency: Urgency, pause: dict[str, int] = PAUSE) -> None:
    await shop.store.write(
        lambda tx: tx.run("status_rearm", key=KEY, urgency=int(urgency), now=shop.now(), **pause)
    )


async def begin(shop: Shop) -> int:
    """Its first message is on the way to Telegram."""
    place = Place(ChatId(-7), None, None)

    async def work(tx: Transaction) -> None:
        now = shop.now()
        await say(tx, Say.STATUS, place, urgency=Urgency.ANSWER, now=now, key=KEY)

    await shop.store.write(work)
    return await start(shop)


async def start(shop: Shop) -> int:
    """What waits is on the way to Telegram."""

    async def work(tx: Transaction) -> int:
        now = shop.now()
        [row] = await tx.all("outbox_heads", now=now)
        assert await tx.run("outbox_sending", outbox_id=row["outbox_id"], now=now)
        return int(row["outbox_id"])

    return await shop.store.write(work)


async def waits(shop: Shop) -> list[tuple[int, int]]:
    """How urgent it is, and in how many milliseconds it goes out."""
    # No statement of the bot's tells of a row without looking at its turn.
    sql = "SELECT urgency, due_at FROM outbox WHERE state = 'waiting'"
    rows = await shop.store._reader.execute_fetchall(sql)
    return [(row["urgency"], row["due_at"] - shop.now()) for row in rows]


async def arrive(shop: Shop, outbox_id: int) -> None:
    await shop.store.write(
        lambda tx: tx.run("outbox_sent", outbox_id=outbox_id, messages=1, now=shop.now())
    )


async def test_an_answer_goes_past_the_progress_that_came_during_the_first_send(
    shop: Shop,
) -> None:
    outbox_id = await begin(shop)
    await rearm(shop, Urgency.PROGRESS)
    await arrive(shop, outbox_id)
    assert [(Urgency.PROGRESS, 20_000)] == await waits(shop)
    shop.now.at += 1_000
    await rearm(shop, Urgency.ANSWER)
    assert [(Urgency.ANSWER, 0)] == await waits(shop)


async def test_an_answer_that_came_during_the_first_send_goes_out_next(shop: Shop) -> None:
    outbox_id = await begin(shop)
    await rearm(shop, Urgency.ANSWER)
    await rearm(shop, Urgency.PROGRESS)
    await arrive(shop, outbox_id)
    assert [(Urgency.ANSWER, 0)] == await waits(shop)


@pytest.mark.parametrize("pauses", [[SOONER], [PAUSE, SOONER], [SOONER, PAUSE]])
async def test_a_first_bar_that_came_during_the_first_send_is_not_put_off_as_a_later_one(
    shop: Shop, pauses: list[dict[str, int]]
) -> None:
    outbox_id = await begin(shop)
    for pause in pauses:
        await rearm(shop, Urgency.PROGRESS, pause)
    await arrive(shop, outbox_id)
    await rearm(shop, Urgency.PROGRESS)
    assert [(Urgency.PROGRESS, 2_000)] == await waits(shop)


async def test_what_came_during_a_later_send_waits_the_whole_pause(shop: Shop) -> None:
    outbox_id = await begin(shop)
    await arrive(shop, outbox_id)
    await rearm(shop, Urgency.ANSWER)
    await start(shop)
    await rearm(shop, Urgency.PROGRESS, SOONER)
    assert [(Urgency.PROGRESS, 20_000)] == await waits(shop)
