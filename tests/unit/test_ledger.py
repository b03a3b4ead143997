"""The book: every đồng has its line, nothing is spent twice, and no tampering goes unseen."""

import asyncio
import dataclasses
import sqlite3

import pytest
from shop import CLIP, HOUR, NOON, Shop, a_job, outputs

from bot.jobs.facts import (
    Admitted,
    CancelAsked,
    DeadlinePassed,
    Ended,
    Fact,
    Saved,
    SubmitAnswered,
    SubmitLost,
    SubmitRefused,
    Undecided,
)
from bot.model import AssetKind, Job, Reason, TaskId, UserId
from bot.money import ledger
from bot.money.ledger import Allowance, LedgerRefused, Wallet

AN = 7
ANSWERED = SubmitAnswered(TaskId("t"), poll_at=NOON, deadline_at=NOON + HOUR)
LOST = SubmitLost(lookup_at=NOON, until=NOON)


async def paid_grid(shop: Shop) -> Job:
    """A grid of An's that costs money: two outputs still free, two at 100 ₫."""
    await shop.grant(AN, 1_000)
    for _ in range(9):
        await shop.order(AN)
    await shop.order(AN, dataclasses.replace(a_job().request, count=2))
    return await shop.order(AN)


async def test_nobody_has_a_purse_before_they_ask(shop: Shop) -> None:
    assert Wallet(0, 0) == await shop.wallet(AN)
    assert 40 == await shop.free_left(AN)
    assert [] == await shop.findings()


async def test_a_picture_that_is_made_is_held_and_then_captured(shop: Shop) -> None:
    job = await paid_grid(shop)
    assert Wallet(800, 200) == await shop.wallet(AN)
    await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 4)))
    assert [("hold", 200), ("capture", 200)] == await shop.entries(job)
    assert Wallet(800, 0) == await shop.wallet(AN)
    assert [] == await shop.findings()


async def test_half_a_grid_is_captured_and_the_rest_released(shop: Shop) -> None:
    job = await paid_grid(shop)
    await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 3)))
    assert [("hold", 200), ("capture", 100), ("release", 100)] == await shop.entries(job)
    assert Wallet(900, 0) == await shop.wallet(AN)


@pytest.mark.parametrize(
    "history",
    [
        [CancelAsked()],
        [Admitted(), SubmitRefused(Reason.REFUSED)],
        [Admitted(), ANSWERED, Ended(Reason.FAILED)],
        [Admitted(), ANSWERED, DeadlinePassed(poll_at=NOON)],
        [Admitted(), LOST, Undecided(lane_until=NOON)],
    ],
)
async def test_what_comes_to_nothing_gives_everything_back(shop: Shop, history: list[Fact]) -> None:
    job = await paid_grid(shop)
    free_left = await shop.free_left(AN)
    await shop.happens(job, *history)
    assert [("hold", 200), ("release", 200)] == await shop.entries(job)
    assert Wallet(1_000, 0) == await shop.wallet(AN)
    assert free_left + 2 == await shop.free_left(AN)
    assert [] == await shop.findings()


async def test_a_result_after_the_money_went_back_costs_nothing(shop: Shop) -> None:
    job = await paid_grid(shop)
    late = Saved(outputs(job, 4))
    await shop.happens(job, Admitted(), ANSWERED, DeadlinePassed(poll_at=NOON), late)
    assert [("hold", 200), ("release", 200)] == await shop.entries(job)
    assert Wallet(1_000, 0) == await shop.wallet(AN)
    assert [] == await shop.findings()


async def test_a_grant_is_given_once_however_often_it_arrives(shop: Shop) -> None:
    given = await asyncio.gather(*(shop.grant(AN, 500, key="grant:1") for _ in range(5)))
    assert [True, False, False, False, False] == sorted(given, reverse=True)
    assert Wallet(500, 0) == await shop.wallet(AN)


async def test_money_can_be_taken_back_but_never_more_than_is_there(shop: Shop) -> None:
    await shop.grant(AN, 500)
    await shop.correct(AN, 200)
    with pytest.raises(sqlite3.IntegrityError, match="balance_vnd >= 0"):
        await shop.correct(AN, 301)
    assert Wallet(300, 0) == await shop.wallet(AN)
    assert [] == await shop.findings()


async def test_a_hold_is_not_there_to_be_taken_back(shop: Shop) -> None:
    await paid_grid(shop)
    with pytest.raises(sqlite3.IntegrityError):
        await shop.correct(AN, 900)
    assert Wallet(800, 200) == await shop.wallet(AN)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE wallet SET balance_vnd = -1",
        "UPDATE wallet SET held_vnd = -1",
        "UPDATE allowance_day SET used = given + 1",
        "UPDATE allowance_day SET used = -1",
        "UPDATE job SET held_vnd = -1",
        "UPDATE job SET held_free = -1",
        "INSERT INTO ledger_entry VALUES (NULL, 7, 'hold', 5, NULL, NULL, 'k', 'me', '', 0)",
        "INSERT INTO ledger_entry VALUES (NULL, 7, 'grant', 0, NULL, NULL, 'k', 'me', '', 0)",
        "INSERT INTO ledger_entry VALUES (NULL, 999, 'grant', 5, NULL, NULL, 'k', 'me', '', 0)",
        "INSERT INTO ledger_entry VALUES (NULL, 7, 'grant', -5, NULL, NULL, 'k', 'me', '', 0)",
        "INSERT INTO ledger_entry SELECT NULL, 7, 'hold', 5, job_id, NULL, 'k', 'me', '', 0 FROM job",
        "DELETE FROM job",
        "DELETE FROM wallet",
    ],
)
async def test_what_must_not_be_is_impossible_in_the_database(shop: Shop, sql: str) -> None:
    await paid_grid(shop)
    with pytest.raises(sqlite3.IntegrityError):
        await shop.tamper(sql)


@pytest.mark.parametrize("act", ["hold", "capture", "release"])
async def test_no_act_of_a_job_can_be_written_twice(shop: Shop, act: str) -> None:
    job = await paid_grid(shop)
    if act != "hold":
        await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 3)))
    again = {
        "hold": lambda tx: ledger.hold(tx, job, allowance_given=40, now=NOON),
        "capture": lambda tx: ledger.capture(tx, job, 100, now=NOON),
        "release": lambda tx: ledger.release(tx, job, outputs_free=0, amount_vnd=1, now=NOON),
    }
    before = await shop.wallet(AN)
    with pytest.raises(LedgerRefused, match=f"a second {act}"):
        await shop.store.write(again[act])
    assert before == await shop.wallet(AN)
    assert [] == await shop.findings()


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("UPDATE wallet SET balance_vnd = 801", "wallet 7: balance 801 ₫, held 200 ₫"),
        ("UPDATE wallet SET held_vnd = 0", "wallet 7: balance 800 ₫, held 0 ₫"),
        ("UPDATE ledger_entry SET amount_vnd = 1 WHERE kind = 'grant'", "wallet 7: "),
        ("DELETE FROM ledger_entry WHERE kind = 'hold'", "wallet 7: "),
        ("UPDATE allowance_day SET used = 39", "allowance of 7 on 2026-09-22 (image): 39 used"),
        ("DELETE FROM allowance_use WHERE delta = 2", "allowance of 7 on 2026-09-22 (image): 40"),
        ("UPDATE job SET held_vnd = 100 WHERE held_vnd > 0", "held 100 ₫, charged 0 ₫"),
        ("UPDATE job SET charged_vnd = 100 WHERE held_vnd > 0", "held 200 ₫, charged 100 ₫"),
        ("UPDATE job SET charged_free = 9 WHERE held_vnd > 0", "11 free outputs"),
        ("UPDATE job SET state = 'done' WHERE held_vnd > 0", "is done and still holds 200 ₫ and 2"),
    ],
)
async def test_tampering_is_found_and_named(shop: Shop, sql: str, finding: str) -> None:
    await paid_grid(shop)
    assert [] == await shop.findings()
    await shop.tamper(sql)
    assert [line for line in await shop.findings() if finding in line]


async def test_an_allowance_below_what_was_used_leaves_nothing_and_owes_nothing(
    shop: Shop,
) -> None:
    await shop.order(AN, CLIP)
    read = await ledger.read_allowance(
        shop.store, UserId(AN), "2026-09-22", AssetKind.VIDEO, given=0
    )
    assert (Allowance(0, 1), 0) == (read, read.left)
