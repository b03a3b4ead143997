"""Taking a request on: what is free, what it costs, and what is refused, against a real store."""

import asyncio
from datetime import date
from pathlib import Path

import pytest
from shop import CLIP, GRID, HOUR, NOON, SINGLE, Shop, a_job, opened_shop, outputs

from bot.jobs.accept import Accepted, NotEnough, NotPriced
from bot.jobs.codes import ALPHABET, CODE_LENGTH
from bot.jobs.facts import Admitted, CancelAsked, Saved, SubmitAnswered, SubmitRefused
from bot.model import AssetKind, JobState, Operation, Reason, Request, TaskId
from bot.money.ledger import Wallet

AN, BINH = 7, 8
ANSWERED = SubmitAnswered(TaskId("t"), poll_at=NOON, deadline_at=NOON + HOUR)
MIDNIGHT = NOON + 12 * HOUR


async def test_of_a_hundred_at_once_as_many_are_accepted_as_there_is_room_for(shop: Shop) -> None:
    await shop.grant(AN, 4 * 400)  # and forty free ones a day: ten grids
    await shop.order(AN)
    await shop.order(AN)
    outcomes = await asyncio.gather(*(shop.ask(AN) for _ in range(100)))
    accepted = [each for each in outcomes if isinstance(each, Accepted)]
    assert (12, 88) == (
        len(accepted),
        sum(isinstance(each, NotEnough) for each in outcomes),
    )
    assert (0, Wallet(0, 1600)) == (await shop.free_left(AN), await shop.wallet(AN))
    assert [] == await shop.findings()
    assert 12 == len({each.job.job_id for each in accepted})


async def test_with_room_for_eight_exactly_eight_of_a_hundred_are_accepted(
    tmp_path: Path,
) -> None:
    plans = "[prices]\nimage = 100\n[plans.free]\n"
    async with opened_shop(tmp_path, plans) as shop:
        await shop.grant(AN, 8 * 400 + 399)
        outcomes = await asyncio.gather(*(shop.ask(AN) for _ in range(100)))
        assert 8 == sum(isinstance(each, Accepted) for each in outcomes)
        assert Wallet(399, 3200) == await shop.wallet(AN)
        assert [] == await shop.findings()


async def test_todays_free_pictures_go_first_then_both_then_money(shop: Shop) -> None:
    await shop.grant(AN, 10_000)
    for _ in range(9):
        await shop.order(AN)
    await shop.order(AN, SINGLE)
    await shop.order(AN, SINGLE)
    mixed = await shop.order(AN)  # two free ones are left
    paid = await shop.order(AN)
    assert (2, 200) == (mixed.held_free, mixed.held_vnd)
    assert (0, 400) == (paid.held_free, paid.held_vnd)
    assert Wallet(9_400, 600) == await shop.wallet(AN)


async def test_what_is_lacking_is_told_in_numbers_and_nothing_is_held(shop: Shop) -> None:
    for _ in range(10):
        await shop.order(AN)
    await shop.grant(AN, 399)
    assert NotEnough(
        kind=AssetKind.IMAGE,
        outputs=4,
        free_left=0,
        free_each_day=40,
        price_each_vnd=100,
        balance_vnd=399,
    ) == (await shop.ask(AN))
    assert Wallet(399, 0) == await shop.wallet(AN)


async def test_the_day_begins_at_the_operators_midnight(shop: Shop) -> None:
    for _ in range(10):
        await shop.order(AN)
    shop.now.at = MIDNIGHT - 1
    assert isinstance(await shop.ask(AN), NotEnough)
    shop.now.at = MIDNIGHT
    assert date(2026, 9, 23).isoformat() == (await shop.order(AN)).allowance_day
    assert 36 == await shop.free_left(AN)


async def test_a_request_on_the_stroke_of_midnight_belongs_to_one_day(shop: Shop) -> None:
    for _ in range(10):
        await shop.order(AN)
    stroke = iter([MIDNIGHT - 1])
    shop.desk.clock = lambda: next(stroke, MIDNIGHT)
    assert isinstance(await shop.ask(AN), NotEnough)
    assert [] == await shop.findings()


async def test_what_comes_back_after_midnight_goes_to_the_day_it_came_from(shop: Shop) -> None:
    job = await shop.order(AN)
    shop.now.at = MIDNIGHT
    await shop.happens(job, CancelAsked())
    assert 40 == await shop.free_left(AN)
    shop.now.at = NOON
    assert 40 == await shop.free_left(AN)
    assert [] == await shop.findings()


async def test_pictures_and_videos_are_counted_apart(shop: Shop) -> None:
    await shop.order(AN, CLIP)
    assert 40 == await shop.free_left(AN)
    assert 1 == await shop.free_left(AN, AssetKind.VIDEO)


async def test_a_video_without_a_price_is_refused_with_the_contact_once_the_free_ones_are_used(
    shop: Shop,
) -> None:
    await shop.grant(AN, 1_000_000)
    assert 0 == (await shop.order(AN, CLIP)).held_vnd
    await shop.order(AN, CLIP)
    assert NotPriced(
        kind=AssetKind.VIDEO, outputs=1, free_left=0, free_each_day=2, contact="@your_shop"
    ) == await shop.ask(AN, CLIP)
    assert Wallet(1_000_000, 0) == await shop.wallet(AN)


async def test_everybody_has_a_purse_of_their_own(shop: Shop) -> None:
    for _ in range(10):
        await shop.order(AN)
    assert isinstance(await shop.ask(AN), NotEnough)
    assert isinstance(await shop.ask(BINH), Accepted)


@pytest.mark.parametrize(
    ("request_", "price"),
    [
        (Request(Operation.IMAGE, "x"), 100),
        (Request(Operation.IMAGE, "x", mode="turbo"), 200),
        (Request(Operation.IMAGE, "x", hd="4k"), 150),
        (Request(Operation.VARIATION, strength="strong"), 100),
        (Request(Operation.UPSCALE, strength="subtle"), 150),
    ],
)
async def test_the_price_is_that_of_what_is_asked(
    shop: Shop, request_: Request, price: int
) -> None:
    assert price == (await shop.order(AN, request_)).price_each_vnd


async def test_the_price_is_fixed_when_it_is_accepted(tmp_path: Path) -> None:
    cheap = "[prices]\nimage = 100\n[plans.free]\n"
    async with opened_shop(tmp_path, cheap) as shop:
        await shop.grant(AN, 1_000)
        job = await shop.order(AN)
    dear = "[prices]\nimage = 9000\n[plans.free]\n"
    async with opened_shop(tmp_path, dear) as shop:
        job = await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 4)))
        assert 400 == job.charged_vnd
        assert Wallet(600, 0) == await shop.wallet(AN)
        assert isinstance(await shop.ask(AN), NotEnough)


async def test_a_price_of_zero_is_accepted_without_money(tmp_path: Path) -> None:
    plans = "[prices]\nimage = 0\n[plans.free]\n"
    async with opened_shop(tmp_path, plans) as shop:
        job = await shop.order(AN)
        await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 4)))
        assert [] == await shop.entries(job)
        assert [] == await shop.findings()


async def test_an_unlimited_allowance_never_ends(tmp_path: Path) -> None:
    plans = '[plans.free]\nfree_images_per_day = "unlimited"\n'
    async with opened_shop(tmp_path, plans) as shop:
        for _ in range(50):
            await shop.order(AN)
        assert [] == await shop.findings()


async def test_less_is_given_from_tomorrow_and_nobody_owes_for_what_was_used(
    tmp_path: Path,
) -> None:
    async with opened_shop(tmp_path) as shop:
        jobs = [await shop.order(AN) for _ in range(5)]
    plans = "[prices]\nimage = 100\n[plans.free]\nfree_images_per_day = 8\n"
    async with opened_shop(tmp_path, plans) as shop:
        await shop.grant(AN, 1_000)
        assert 0 == await shop.free_left(AN)
        assert 400 == (await shop.order(AN)).held_vnd
        for job in jobs[:4]:
            await shop.happens(job, CancelAsked())
        assert (await shop.order(AN)).held_free == 4
        assert [] == await shop.findings()


async def test_accepted_is_queued_and_its_status_message_waits(shop: Shop) -> None:
    job = await shop.order(AN)
    (said,) = await shop.store.all("outbox_heads", now=NOON)
    assert ("status", job.job_id, 0) == (said["say"], said["job_id"], said["urgency"])
    assert (JobState.QUEUED, NOON) == (job.state, job.due_at)
    assert CODE_LENGTH == len(job.job_id)
    assert set(job.job_id) <= set(ALPHABET)
    assert 128 == len(job.reference) * 4


async def test_a_job_reads_back_as_it_was_written(shop: Shop) -> None:
    job = await shop.order(AN, Request(Operation.IMAGE, "mèo “cam” 🐈", ratio="16:9", count=2))
    assert job == await shop.happens(job, ANSWERED)  # which does not fit, and changes nothing


async def test_refused_things_leave_no_trace(shop: Shop) -> None:
    outcome = await shop.ask(AN, Request(Operation.IMAGE, "x", count=4, mode="turbo"))
    assert isinstance(outcome, Accepted)
    failed = await shop.happens(outcome.job, Admitted(), SubmitRefused(Reason.REFUSED, "no"))
    assert (0, 0) == (failed.charged_free, failed.charged_vnd)
    assert 40 == await shop.free_left(AN)


def test_the_example_job_is_what_it_says() -> None:
    assert GRID.count == a_job().held_free + a_job().held_vnd // a_job().price_each_vnd
