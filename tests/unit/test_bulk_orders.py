"""Several requests together: what they cost, which are begun, and what becomes of the message."""

import dataclasses
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import CLIP, GRID, SINGLE, Now, Shop, opened_shop, outputs

from bot.jobs import bulk
from bot.jobs.accept import Desk
from bot.jobs.bulk import BulkState, Part, album_sizes
from bot.jobs.bulk_orders import begin, cover, failed_of, stop, total_of
from bot.jobs.facts import CancelAsked, Delivered, Ended, Saved, SubmitAnswered
from bot.jobs.purses import Purse
from bot.jobs.rules import GroupRules, set_rules
from bot.model import (
    AssetKind,
    ChatId,
    JobState,
    MessageId,
    Operation,
    Place,
    Reason,
    Request,
    TaskId,
    UserId,
)
from bot.money.plan_file import load_plans
from bot.runner.sweeping import KEPT_MS, sweep
from bot.store.port import Transaction

AN = UserId(7)
IMAGE, VIDEO = AssetKind.IMAGE, AssetKind.VIDEO


def parts(count: int) -> list[Part]:
    return [Part("apiframe", dataclasses.replace(GRID, prompt=f"cat {n}")) for n in range(count)]


async def asked(shop: Shop, what: list[Part], chat: int = 7) -> bulk.Bulk:
    async def work(tx: Transaction) -> int:
        await tx.run(
            "user_seen",
            user_id=AN,
            first_name="An",
            username=None,
            language_code="vi",
            now=shop.now(),
        )
        place = Place(ChatId(chat), None, MessageId(70))
        return await bulk.add_bulk(tx, AN, place, what, now=shop.now())

    return await found(shop, await shop.store.write(work))


async def found(shop: Shop, bulk_id: int) -> bulk.Bulk:
    there = await bulk.find_bulk(shop.store, bulk_id)
    assert there is not None
    return there


async def begun(shop: Shop, what: list[Part], chat: int = 7) -> bulk.Bulk:
    there = await asked(shop, what, chat)
    await shop.store.write(lambda tx: begin(tx, shop.desk, there))
    return await found(shop, there.bulk_id)


async def waiting(shop: Shop, say: str) -> list[str]:
    sql = "SELECT key FROM outbox WHERE say = ? AND state = 'waiting' ORDER BY outbox_id"
    return [row["key"] for row in await shop.store._reader.execute_fetchall(sql, (say,))]


# --- what it costs ---------------------------------------------------------------------------


FREE = load_plans(None).plans["free"]
DESK = Desk(load_plans(None), ZoneInfo("Asia/Ho_Chi_Minh"), Now())
ENLARGED = Request(Operation.ENLARGE, hd="4k")


def a_purse(images: int, videos: int, balance_vnd: int) -> Purse:
    left = {IMAGE: images, VIDEO: videos}
    return Purse(FREE, left, left, balance_vnd)


def test_the_free_ones_go_first_and_pictures_apart_from_videos() -> None:
    total = cover(DESK, a_purse(6, 1, 1_000), {}, [GRID, CLIP, GRID])
    assert (3, 7, 200) == (total.covered, total.free, total.cost_vnd)


def test_the_first_that_is_not_covered_ends_it() -> None:
    total = cover(DESK, a_purse(0, 0, 400), {}, [GRID, CLIP, SINGLE])
    assert (1, 0, 400) == (total.covered, total.free, total.cost_vnd)


def test_what_costs_nothing_anyhow_uses_no_allowance() -> None:
    total = cover(DESK, a_purse(4, 0, 0), {}, [ENLARGED, GRID])
    assert (2, 4, 0) == (total.covered, total.free, total.cost_vnd)


@given(
    st.lists(st.sampled_from([GRID, CLIP, SINGLE, ENLARGED])),
    st.integers(0, 20),
    st.integers(0, 3),
    st.integers(0, 2_000),
)
def test_a_total_never_takes_more_than_there_is(
    requests: list[Request], images: int, videos: int, balance_vnd: int
) -> None:
    total = cover(DESK, a_purse(images, videos, balance_vnd), {}, requests)
    assert 0 <= total.covered <= len(requests)
    assert total.cost_vnd <= balance_vnd
    assert total.free <= images + videos


@pytest.mark.parametrize("balance_vnd", [0, 400, 500, 900, 5_000])
async def test_as_many_are_begun_as_were_said_to_be_covered(shop: Shop, balance_vnd: int) -> None:
    await shop.order(AN, dataclasses.replace(GRID, prompt="before"))
    await shop.grant(AN, balance_vnd, key="g") if balance_vnd else None
    what = [*parts(10), Part("flow", CLIP), Part("flow", SINGLE)]
    total = await total_of(shop.desk, shop.store, AN, ChatId(AN), what)
    there = await begun(shop, what)
    assert total.covered == there.begun == len(await bulk.jobs_of(shop.store, there.bulk_id))
    assert total.cost_vnd == (await shop.wallet(AN)).held_vnd


async def test_when_nothing_is_covered_it_stays_a_question(tmp_path: Path) -> None:
    async with opened_shop(tmp_path, "[prices]\nimage = 100\n[plans.free]\n") as shop:
        there = await begun(shop, parts(2))
        assert (BulkState.ASKED, 0) == (there.state, there.begun)


async def test_it_is_begun_once(shop: Shop) -> None:
    there = await asked(shop, parts(2))
    first, second = [
        await shop.store.write(lambda tx: begin(tx, shop.desk, there)) for _ in range(2)
    ]
    assert (2, 0) == (first, second)
    assert 2 == len(await bulk.jobs_of(shop.store, there.bulk_id))


async def test_they_are_made_in_the_order_of_the_lines(shop: Shop) -> None:
    await begun(shop, parts(5))
    made = []
    while job := await shop.admit(lanes=9):
        made.append(job.bulk_number)
        await shop.happens(job, SubmitAnswered(TaskId(job.job_id), 0, 10**15), Ended(Reason.FAILED))
    assert [1, 2, 3, 4, 5] == made


# --- what becomes of it ----------------------------------------------------------------------


async def finish(shop: Shop, job_number: int, there: bulk.Bulk, reason: Reason | None) -> None:
    job = (await bulk.jobs_of(shop.store, there.bulk_id))[job_number - 1]
    admitted = await shop.admit(lanes=9)
    assert admitted is not None
    assert admitted.job_id == job.job_id
    job = await shop.happens(admitted, SubmitAnswered(TaskId(job.job_id), 0, 10**15))
    if reason is not None:
        await shop.happens(job, Ended(reason, "no"))
        return
    await shop.happens(job, Saved(outputs(job, 4)), Delivered())


async def test_the_last_to_end_ends_it_and_the_albums_are_sent_once(shop: Shop) -> None:
    there = await begun(shop, parts(3))
    await finish(shop, 1, there, None)
    await finish(shop, 2, there, Reason.FAILED)
    assert [] == await waiting(shop, "album")
    assert BulkState.RUNNING is (await found(shop, there.bulk_id)).state
    await finish(shop, 3, there, None)
    assert BulkState.DONE is (await found(shop, there.bulk_id)).state
    assert [f"album:{there.bulk_id}:1"] == await waiting(shop, "album")
    assert ["cat 1"] == [
        job.request.prompt for job in failed_of(await bulk.jobs_of(shop.store, there.bulk_id))
    ]


async def test_a_single_result_needs_no_album(shop: Shop) -> None:
    there = await begun(shop, parts(2))
    await finish(shop, 1, there, None)
    await finish(shop, 2, there, Reason.REFUSED)
    assert [] == await waiting(shop, "album")


async def test_stopped_what_waits_is_cancelled_and_what_is_ordered_goes_on(shop: Shop) -> None:
    there = await begun(shop, parts(3))
    job = await shop.admit()
    assert job is not None
    job = await shop.happens(job, SubmitAnswered(TaskId("t"), 0, 10**15))
    assert await shop.store.write(lambda tx: stop(tx, shop.desk, there))
    assert not await shop.store.write(lambda tx: stop(tx, shop.desk, there))
    states = [each.state for each in await bulk.jobs_of(shop.store, there.bulk_id)]
    assert [JobState.RUNNING, JobState.CANCELLED, JobState.CANCELLED] == states
    assert BulkState.STOPPED is (await found(shop, there.bulk_id)).state
    await shop.happens(job, Saved(outputs(job, 4)), Delivered())
    assert BulkState.DONE is (await found(shop, there.bulk_id)).state
    assert [] == await shop.findings()


async def test_stopped_before_anything_is_ordered_it_is_over_at_once(shop: Shop) -> None:
    there = await begun(shop, parts(3))
    await shop.store.write(lambda tx: stop(tx, shop.desk, there))
    assert BulkState.DONE is (await found(shop, there.bulk_id)).state
    assert 40 == await shop.free_left(AN)


async def test_one_cancelled_by_its_code_does_not_end_the_others(shop: Shop) -> None:
    there = await begun(shop, parts(2))
    second = (await bulk.jobs_of(shop.store, there.bulk_id))[1]
    await shop.happens(second, CancelAsked())
    assert BulkState.RUNNING is (await found(shop, there.bulk_id)).state
    await finish(shop, 1, there, None)
    assert BulkState.DONE is (await found(shop, there.bulk_id)).state


async def test_in_a_group_progress_is_shown_for_every_fourth_of_the_work(shop: Shop) -> None:
    there = await begun(shop, parts(8), chat=-5)
    sql = f"UPDATE outbox SET state = 'sent', sends = 1, sent_at = {shop.now()} WHERE say = 'bulk'"
    shown = []
    for number in range(1, 9):
        await shop.tamper(sql)
        await finish(shop, number, there, Reason.FAILED)
        shown.append(bool(await waiting(shop, "bulk")))
    assert [False, True] * 4 == shown


async def test_in_a_quiet_group_only_the_end_of_the_work_is_shown(shop: Shop) -> None:
    await shop.store.write(lambda tx: set_rules(tx, ChatId(-5), GroupRules(is_quiet=True)))
    there = await begun(shop, parts(8), chat=-5)
    sql = f"UPDATE outbox SET state = 'sent', sends = 1, sent_at = {shop.now()} WHERE say = 'bulk'"
    shown = []
    for number in range(1, 9):
        await shop.tamper(sql)
        await finish(shop, number, there, Reason.FAILED)
        shown.append(bool(await waiting(shop, "bulk")))
    assert [False] * 7 + [True] == shown


@pytest.mark.parametrize(
    ("results", "expected"),
    [(0, []), (1, []), (2, [2]), (10, [10]), (11, [6, 5]), (21, [7, 7, 7]), (50, [10] * 5)],
)
def test_no_album_is_left_with_a_single_picture(results: int, expected: list[int]) -> None:
    assert expected == album_sizes(results)


async def test_a_question_nobody_answered_is_forgotten_after_a_month(
    shop: Shop, tmp_path: Path
) -> None:
    unanswered = await asked(shop, parts(2))
    agreed = await begun(shop, parts(2))
    await sweep(shop.store, tmp_path, shop.now() + KEPT_MS)
    assert await bulk.find_bulk(shop.store, unanswered.bulk_id)
    await sweep(shop.store, tmp_path, shop.now() + KEPT_MS + 1)
    assert None is await bulk.find_bulk(shop.store, unanswered.bulk_id)
    assert agreed == await found(shop, agreed.bulk_id)
