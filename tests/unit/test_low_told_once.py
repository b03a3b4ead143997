"""That little is left: told once until more comes, to whom it concerns, where it can be read."""

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from shop import CLIP, NOON, SINGLE, Shop, opened_shop, outputs

from bot.jobs import board, low_balance
from bot.jobs.facts import Admitted, Delivered, Saved, SubmitAnswered
from bot.jobs.low_balance import Low
from bot.jobs.migration import move_chat
from bot.jobs.rules import GroupRules, Payer
from bot.model import ChatId, Job, TaskId, UserId

AN, BINH, GROUP, NEW_GROUP = 7, 8, -100_123, -1_000_000_123
PAYS = GroupRules(payer=Payer.GROUP)
PLANS = """
[prices]
image = {price}
video = 500
[shop]
contact = "@shop"
[plans.free]
free_images_per_day = {free}
"""


@pytest.fixture
async def paid(tmp_path: Path) -> Any:
    """A shop without Stars where everything is to be paid for."""
    async with opened_shop(tmp_path, PLANS.format(price=100, free=0)) as shop:
        await opens_chat(shop, AN)
        yield shop
        assert [] == await shop.findings()


async def opens_chat(shop: Shop, user: int) -> None:
    """They have written to the bot in private."""
    await shop.store.write(
        lambda tx: tx.run("chat_seen", chat_id=user, kind="private", title="", now=NOON)
    )


async def hints(shop: Shop) -> list[tuple[int, str, dict[str, Any], int | None]]:
    """What was told: where, the sentence, its values, its count."""
    sql = "SELECT chat_id, payload FROM outbox WHERE say = 'text' ORDER BY outbox_id"
    rows = await shop.store._reader.execute_fetchall(sql)
    said = [(row["chat_id"], json.loads(row["payload"])["lines"][0]) for row in rows]
    return [(chat, line["key"], line["values"], line.get("n")) for chat, line in said]


async def told_by(shop: Shop, job: Job) -> Low | None:
    """What the answer to it tells its group."""
    return await low_balance.told_by(shop.store, shop.desk.plans, shop.desk.purses, job)


def of_an(balance_vnd: int, pictures: int) -> tuple[int, str, dict[str, Any], int | None]:
    values = {"balance_vnd": balance_vnd, "contact": "@shop"}
    if not pictures:
        return AN, "low.own_ask_none", values, None
    return AN, "low.own_ask", values, pictures


async def test_the_request_that_leaves_less_than_ten_pictures_tells_it_and_the_next_do_not(
    paid: Shop,
) -> None:
    await paid.grant(AN, 1_400)
    await paid.order(AN)  # 1,000 are left: ten pictures
    assert [] == await hints(paid)
    await paid.order(AN, SINGLE)
    await paid.order(AN, SINGLE)
    assert [of_an(900, 9)] == await hints(paid)


async def test_of_a_hundred_at_once_one_tells_it(paid: Shop) -> None:
    await paid.grant(AN, 5_000)
    await asyncio.gather(*(paid.ask(AN, SINGLE) for _ in range(100)))
    assert [of_an(900, 9)] == await hints(paid)


async def test_after_more_has_come_it_is_told_again_once(paid: Shop) -> None:
    await paid.pay_in(AN, 1_000)
    await paid.order(AN)
    await paid.pay_in(AN, 1_000)
    await paid.order(AN)
    await paid.order(AN)
    await paid.order(AN)
    assert [of_an(600, 6), of_an(800, 8)] == await hints(paid)


async def test_what_does_not_pay_for_a_picture_is_told_so(paid: Shop) -> None:
    await paid.grant(AN, 450)
    await paid.order(AN)
    assert [of_an(50, 0)] == await hints(paid)


async def test_a_hint_that_cannot_be_sent_waits_until_it_can(paid: Shop) -> None:
    await paid.grant(BINH, 1_000)
    await paid.order(BINH, SINGLE, chat=GROUP)
    assert [] == await hints(paid)
    await opens_chat(paid, BINH)
    await paid.order(BINH, SINGLE, chat=GROUP)
    assert [(BINH, "low.own_ask", {"balance_vnd": 800, "contact": "@shop"}, 8)] == await hints(paid)


async def test_who_never_had_money_is_told_nothing(tmp_path: Path) -> None:
    async with opened_shop(tmp_path) as shop:
        await opens_chat(shop, AN)
        for _ in range(10):
            await shop.order(AN)
        await shop.ask(AN)
        assert [] == await hints(shop)


async def test_what_costs_no_money_tells_nobody_of_it(tmp_path: Path) -> None:
    async with opened_shop(tmp_path) as shop:
        await opens_chat(shop, AN)
        await shop.grant(AN, 500)
        await shop.order(AN)  # free
        assert [] == await hints(shop)


async def test_a_video_that_leaves_little_tells_it_in_pictures(paid: Shop) -> None:
    await paid.grant(AN, 800)
    await paid.order(AN, CLIP)
    assert [of_an(300, 3)] == await hints(paid)


async def test_where_pictures_cost_nothing_no_balance_is_low(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, PLANS.format(price=0, free=0)) as shop:
        await opens_chat(shop, AN)
        await shop.grant(AN, 500)
        await shop.order(AN, CLIP)
        assert [] == await hints(shop)


async def test_with_stars_it_comes_with_a_button_to_top_up(shop: Shop) -> None:
    await opens_chat(shop, AN)
    await shop.pay_in(AN, 50_000, plan="prepaid")
    await shop.correct(AN, 48_600)
    await shop.order(AN)
    assert [] == await hints(shop)
    await shop.order(AN, SINGLE)
    assert [(AN, "low.own_buy", {"balance_vnd": 900, "contact": None}, 9)] == await hints(shop)
    sql = "SELECT payload FROM outbox WHERE payload LIKE '%low.own_buy%'"
    (row,) = await shop.store._reader.execute_fetchall(sql)
    assert "low.button_buy" == json.loads(row["payload"])["buttons"][0][0]["key"]


async def test_a_group_is_told_by_the_answer_to_the_request_that_left_so_little(
    paid: Shop,
) -> None:
    await paid.set_rules(GROUP, PAYS)
    await paid.grant(GROUP, 1_000)
    first = await paid.order(BINH, SINGLE, chat=GROUP)
    second = await paid.order(AN, SINGLE, chat=GROUP)
    assert Low(UserId(GROUP), 800, 8, "@shop") == await told_by(paid, first)
    assert None is await told_by(paid, second)
    assert [] == await hints(paid)
    await paid.pay_in(GROUP, 5_000)
    assert None is await told_by(paid, first)


async def test_what_shares_its_message_in_a_busy_group_leaves_it_to_one_that_does_not(
    paid: Shop,
) -> None:
    await paid.set_rules(GROUP, PAYS)
    await paid.grant(GROUP, 2_200)
    alone = [await paid.order(user, chat=GROUP) for user in (AN, BINH, AN)]
    shared = await paid.order(BINH, SINGLE, chat=GROUP)
    assert shared.board_id is not None
    assert None is await told_by(paid, shared)
    for job in alone:
        task = SubmitAnswered(TaskId(job.job_id), poll_at=NOON, deadline_at=NOON + 1)
        await paid.happens(job, Admitted(), task, Saved(outputs(job, 4)), Delivered())
    paid.now.at += int(board.FRESH_S * 1000) + 1
    quiet = await paid.order(BINH, SINGLE, chat=GROUP)
    assert Low(UserId(GROUP), 800, 8, "@shop") == await told_by(paid, quiet)


async def test_a_group_that_was_told_is_not_told_again_because_it_has_moved(paid: Shop) -> None:
    await paid.set_rules(GROUP, PAYS)
    await paid.grant(GROUP, 1_000)
    first = await paid.order(AN, SINGLE, chat=GROUP)
    await paid.store.write(lambda tx: move_chat(tx, ChatId(GROUP), ChatId(NEW_GROUP), now=NOON))
    again = await paid.order(AN, SINGLE, chat=NEW_GROUP)
    assert None is await told_by(paid, again)
    assert Low(UserId(NEW_GROUP), 800, 8, "@shop") == await told_by(
        paid, dataclasses.replace(first, payer_id=UserId(NEW_GROUP))
    )
