"""How many at once, and whose turn: by the plan of whoever pays, fairly among those it pays for."""

import dataclasses
from pathlib import Path

import pytest
from shop import NOON, SINGLE, Shop, opened_shop

from bot.jobs import queue
from bot.jobs.facts import SubmitAnswered
from bot.jobs.rules import GroupRules, Payer
from bot.model import Job, Request, TaskId

AN, BINH, CHI, GROUP = 7, 8, 9, -100_123


def wish(number: int) -> Request:
    return dataclasses.replace(SINGLE, prompt=f"cat {number}")


async def order_many(shop: Shop, user: int, count: int, *, chat: int | None = None) -> list[Job]:
    jobs = []
    for number in range(count):
        shop.now.at += 1
        jobs.append(await shop.order(user, wish(user * 1_000 + number), chat=chat))
    return jobs


async def admit_all(shop: Shop, *, lanes: int = 50) -> list[Job]:
    admitted = []
    while job := await shop.admit(lanes=lanes):
        task = SubmitAnswered(TaskId(f"t-{job.job_id}"), poll_at=NOON, deadline_at=NOON + 1)
        admitted.append(await shop.happens(job, task))
    return admitted


async def ahead_of(shop: Shop, job: Job) -> int:
    outlook = await queue.outlook(shop.store, job, lanes=3, typical_s=60.0, now=shop.now())
    return outlook.ahead


@pytest.fixture
async def club(shop: Shop) -> Shop:
    """A group that pays by the turbo plan: six at once, and priority."""
    await shop.set_rules(GROUP, GroupRules(payer=Payer.GROUP))
    await shop.pay_in(GROUP, 5_000_000, plan="turbo")
    return shop


async def test_what_a_turbo_group_pays_for_goes_before_others_whatever_plan_the_asker_has(
    club: Shop,
) -> None:
    (early,) = await order_many(club, CHI, 1)
    (late,) = await order_many(club, AN, 1, chat=GROUP)
    assert (False, 1) == (early.priority, early.user_lanes)
    assert (True, 6) == (late.priority, late.user_lanes)
    assert [AN, CHI] == [job.user_id for job in await admit_all(club)]


async def test_a_turbo_askers_own_plan_gives_nothing_where_another_wallet_pays(
    shop: Shop,
) -> None:
    await shop.pay_in(AN, 5_000_000, plan="turbo")
    await shop.set_rules(GROUP, GroupRules(payer=Payer.GROUP))
    await shop.grant(GROUP, 1_000)
    (in_group,) = await order_many(shop, AN, 1, chat=GROUP)
    (own,) = await order_many(shop, AN, 1)
    assert (False, 1) == (in_group.priority, in_group.user_lanes)
    assert (True, 6) == (own.priority, own.user_lanes)


async def test_a_group_that_pays_runs_as_many_at_once_as_its_plan_says_whoever_asks(
    club: Shop,
) -> None:
    for user in (AN, BINH, CHI):
        await order_many(club, user, 5, chat=GROUP)
    running = [job.user_id for job in await admit_all(club)]
    assert [2, 2, 2] == [running.count(user) for user in (AN, BINH, CHI)]


async def test_what_somebody_asks_in_private_is_not_held_up_by_what_their_group_pays_for(
    club: Shop,
) -> None:
    await order_many(club, AN, 6, chat=GROUP)
    await order_many(club, AN, 2)
    admitted = await admit_all(club)
    assert [GROUP] * 6 + [AN] == [job.payer_id for job in admitted]


async def test_among_the_members_it_is_the_turn_of_who_has_the_fewest_running(club: Shop) -> None:
    await order_many(club, AN, 10, chat=GROUP)
    await admit_all(club, lanes=4)
    await order_many(club, BINH, 2, chat=GROUP)
    assert [BINH, BINH] == [job.user_id for job in await admit_all(club)]


async def test_where_members_pay_each_has_their_own_lanes_there(shop: Shop) -> None:
    for user in (AN, BINH):
        await order_many(shop, user, 2, chat=GROUP)
    assert [AN, BINH] == [job.user_id for job in await admit_all(shop)]


async def test_who_waits_for_the_groups_lanes_is_told_of_all_that_come_before(
    tmp_path: Path,
) -> None:
    async with opened_shop(tmp_path) as shop:
        await shop.set_rules(GROUP, GroupRules(payer=Payer.GROUP))
        await shop.grant(GROUP, 10_000)  # the free plan: one at a time
        await order_many(shop, AN, 2, chat=GROUP)
        await admit_all(shop)
        (mine,) = await order_many(shop, BINH, 1, chat=GROUP)
        (own,) = await order_many(shop, BINH, 1)
        assert 2 == await ahead_of(shop, mine)
        assert 3 > await ahead_of(shop, own)
