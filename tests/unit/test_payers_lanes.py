"""How many at once, and whose turn: by the plan of whoever pays, fairly among its members."""

import dataclasses

import pytest
from shop import NOON, SINGLE, Shop

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


async def test_a_member_runs_as_many_at_once_as_the_plan_of_the_group_that_pays_says(
    club: Shop,
) -> None:
    await order_many(club, AN, 8, chat=GROUP)
    await order_many(club, BINH, 2, chat=GROUP)
    running = [int(job.user_id) for job in await admit_all(club)]
    assert (6, 2) == (running.count(AN), running.count(BINH))


async def test_among_the_members_it_is_the_turn_of_who_has_the_fewest_running(club: Shop) -> None:
    await order_many(club, AN, 10, chat=GROUP)
    await admit_all(club, lanes=4)
    await order_many(club, BINH, 2, chat=GROUP)
    assert [BINH, BINH, AN, AN] == [job.user_id for job in await admit_all(club)]
