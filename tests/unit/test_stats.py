"""How the shop went: what the numbers of `/stats` count."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from payments import RATE, ask_back, paid, stays, went_back
from shop import CLIP, GRID, HOUR, NOON, SINGLE, Shop, opened_shop, outputs

from bot.jobs.facts import Admitted, CancelAsked, Ended, Saved, SubmitAnswered
from bot.jobs.stats import Stats, read_stats
from bot.model import Job, Reason, TaskId
from bot.money.ledger import EntryKind

AN = 7
DAY = 24 * HOUR
PLANS = """
[prices]
image = 100
video = 5_000
[plans.free]
[costs.apiframe]
image = 60
"""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened_shop(tmp_path, PLANS) as shop:
        await shop.grant(AN, 50_000)
        yield shop


async def made(shop: Shop, job: Job, count: int) -> None:
    answered = SubmitAnswered(TaskId(job.job_id), poll_at=NOON, deadline_at=NOON + HOUR)
    await shop.happens(job, Admitted(), answered, Saved(outputs(job, count)))


async def stats(shop: Shop, days: int) -> Stats:
    desk = shop.desk
    return await read_stats(shop.store, desk.plans, days, now=shop.now(), timezone=desk.timezone)


async def test_a_day_tells_what_each_provider_made_and_why_it_failed(shop: Shop) -> None:
    await made(shop, await shop.order(AN, GRID), 3)
    await shop.happens(await shop.order(AN, GRID), Ended(Reason.REFUSED, "no"))
    await shop.happens(await shop.order(AN, GRID), CancelAsked())
    await shop.order(AN, SINGLE)
    await made(shop, await shop.order(AN, CLIP, provider="flow"), 1)
    told = await stats(shop, 1)
    midjourney, flow = told.by_provider["apiframe"], told.by_provider["flow"]
    counts = (midjourney.jobs, midjourney.done, midjourney.failed, midjourney.cancelled)
    assert ((4, 1, 1, 1), 1) == (counts, midjourney.under_way)
    assert {"refused": 1} == dict(midjourney.causes)
    assert (3, 0, 180, 300) == (
        midjourney.images,
        midjourney.videos,
        midjourney.cost_vnd,
        midjourney.taken_vnd,
    )
    assert (1, 1, None, 5_000) == (flow.done, flow.videos, flow.cost_vnd, flow.taken_vnd)


async def test_a_failure_is_counted_once_by_what_the_provider_meant(shop: Shop) -> None:
    for reason, detail in (
        (Reason.REFUSED, "banned word: x"),
        (Reason.REFUSED, "BANNED words: y"),
        (Reason.REFUSED, "no"),
        (Reason.FAILED, "rate limited"),
        (Reason.EXPIRED, "banned word: x"),
    ):
        await shop.happens(await shop.order(AN, GRID), Ended(reason, detail))
    told = await stats(shop, 1)
    expected = {"words": 2, "refused": 1, "busy": 1, "expired": 1}
    assert expected == dict(told.by_provider["apiframe"].causes)
    [(work, _)] = told.by_day.values()
    assert expected == dict(work.causes)


async def test_money_is_told_by_what_it_was(shop: Shop) -> None:
    await shop.correct(AN, 8_000)
    await made(shop, await shop.order(AN, GRID), 4)
    told = await stats(shop, 1)
    assert 42_000 == told.money.income_vnd
    assert 400 == told.money.moved[EntryKind.CAPTURE]


async def test_every_day_stands_by_itself_and_yesterday_is_not_today(shop: Shop) -> None:
    await made(shop, await shop.order(AN, GRID), 4)
    shop.now.at += DAY
    await made(shop, await shop.order(AN, SINGLE), 1)
    today, yesterday, *_ = (await stats(shop, 7)).by_day.items()
    assert ("2026-09-23", 1, 0) == (today[0], today[1][0].images, today[1][1].income_vnd)
    assert ("2026-09-22", 4, 50_000) == (
        yesterday[0],
        yesterday[1][0].images,
        yesterday[1][1].income_vnd,
    )
    assert 1 == (await stats(shop, 1)).by_provider["apiframe"].images


async def test_stars_that_were_spent_and_went_back_are_no_income(shop: Shop) -> None:
    await paid(shop, AN, 200, charge="gone")
    await paid(shop, AN, 30, charge="stands")
    await shop.correct(AN, 52_000)
    await went_back(shop, "gone")
    money = (await stats(shop, 1)).money
    assert (30, 30 * RATE) == (money.stars, money.moved[EntryKind.TOPUP])
    assert EntryKind.REVERSAL not in money.moved
    assert 50_000 + 30 * RATE - 52_000 == money.income_vnd


async def test_a_payment_that_is_asked_back_is_no_income_until_it_stays(shop: Shop) -> None:
    await paid(shop, AN, 30, charge="asked")
    await ask_back(shop, "asked")
    money = (await stats(shop, 1)).money
    assert (0, 50_000) == (money.stars, money.income_vnd)
    await stays(shop, "asked")
    money = (await stats(shop, 1)).money
    assert (30, 50_000 + 30 * RATE) == (money.stars, money.income_vnd)


async def test_what_went_back_of_days_before_is_given_back_and_days_come_to_the_whole(
    shop: Shop,
) -> None:
    await paid(shop, AN, 200, charge="gone")
    shop.now.at += DAY
    await went_back(shop, "gone")
    today = (await stats(shop, 1)).money
    assert {EntryKind.REVERSAL: 200 * RATE} == dict(today.moved)
    assert -200 * RATE == today.income_vnd
    week = await stats(shop, 7)
    assert (0, 50_000) == (week.money.stars, week.money.income_vnd)
    assert {EntryKind.GRANT: 50_000} == dict(week.money.moved)
    by_day = [money.income_vnd for _, money in week.by_day.values()]
    assert [-200 * RATE, 50_000 + 200 * RATE, 0, 0, 0, 0, 0] == by_day
