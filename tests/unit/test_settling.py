"""A finished request that still holds something gives it back, once."""

import asyncio
import dataclasses
from pathlib import Path

import pytest
from shop import GRID, NOON, Shop

from bot.model import Job
from bot.money.ledger import Wallet
from bot.runner.settling import settle
from bot.runner.sweeping import sweep
from bot.store.sqlite import open_store

AN, BINH = 7, 8


async def left_open(shop: Shop, state: str = "failed", *, user: int = AN) -> Job:
    """A grid, two outputs of it free, that a hand in the database ended without settling it."""
    await shop.grant(user, 1_000)
    for count in (4,) * 9 + (2,):
        await shop.order(user, dataclasses.replace(GRID, count=count))
    job = await shop.order(user)
    await shop.tamper(
        f"UPDATE job SET state = '{state}', ended_at = {NOON} WHERE job_id = '{job.job_id}'"
    )
    return job


@pytest.mark.parametrize("state", ["done", "failed", "cancelled", "needs_review"])
async def test_what_it_holds_is_given_back_and_who_and_why_is_written(
    shop: Shop, state: str
) -> None:
    job = await left_open(shop, state)
    [finding] = await shop.findings()
    assert f"job {job.job_id} is {state} and still holds 200 ₫ and 2 free outputs" == finding
    assert 1 == await settle(shop.store, NOON)
    assert [("hold", 200), ("release", 200)] == await shop.entries(job)
    assert (Wallet(1_000, 0), 2) == (await shop.wallet(AN), await shop.free_left(AN))
    assert [] == await shop.findings()


async def test_the_hourly_sweep_does_it(shop: Shop, tmp_path: Path) -> None:
    await left_open(shop)
    await sweep(shop.store, tmp_path, NOON)
    assert (Wallet(1_000, 0), []) == (await shop.wallet(AN), await shop.findings())


async def test_settled_twice_or_side_by_side_it_is_settled_once(shop: Shop, tmp_path: Path) -> None:
    await left_open(shop)
    await left_open(shop, user=BINH)
    async with open_store(tmp_path / "bot.db") as other:
        settled = await asyncio.gather(
            *(settle(store, NOON) for store in (shop.store, other) for _ in range(4))
        )
    assert 2 == sum(settled)
    assert 0 == await settle(shop.store, NOON)
    assert [Wallet(1_000, 0)] * 2 == [await shop.wallet(user) for user in (AN, BINH)]
    assert [] == await shop.findings()


async def test_what_is_under_way_keeps_what_it_holds(shop: Shop) -> None:
    await shop.order(AN)
    assert 0 == await settle(shop.store, NOON)
    assert 36 == await shop.free_left(AN)


async def test_a_book_that_is_wrong_of_one_keeps_nobody_else_waiting(shop: Shop) -> None:
    wrong = await left_open(shop)
    await left_open(shop, user=BINH)
    await shop.tamper(f"UPDATE job SET held_vnd = 900 WHERE job_id = '{wrong.job_id}'")
    before = await shop.wallet(AN)
    assert 1 == await settle(shop.store, NOON)
    assert (before, Wallet(1_000, 0)) == (await shop.wallet(AN), await shop.wallet(BINH))
    assert [f"job {wrong.job_id}: held 900"] == [
        line.partition(" ₫")[0] for line in await shop.findings() if "900 ₫, charged" in line
    ]
