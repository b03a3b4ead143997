"""The queue: who is next, how many at once, and how long somebody waits behind the others."""

import dataclasses
from collections.abc import Iterable

import pytest
from shop import GRID, HOUR, NOON, SINGLE, Shop, a_job, outputs

from bot.jobs import accounts, queue
from bot.jobs.facts import (
    CancelAsked,
    DeadlinePassed,
    Delivered,
    Fact,
    LaneOver,
    Saved,
    SubmitAnswered,
    SubmitLost,
    SubmitNotSent,
    Undecided,
)
from bot.jobs.queue import Outlook
from bot.jobs.rules import GroupRules, Payer
from bot.model import Job, Operation, Request, TaskId
from bot.store.port import Transaction

AN, BINH, CHI, DUNG = 7, 8, 9, 10
LENGTH = 60_000
"""How long one job takes here."""


def wish(number: int) -> Request:
    """One free picture, unlike every other."""
    return dataclasses.replace(SINGLE, prompt=f"cat {number}")


async def order_many(shop: Shop, user: int, count: int) -> list[Job]:
    """Things somebody asks for, a moment apart."""
    jobs = []
    for number in range(count):
        shop.now.at += 1
        jobs.append(await shop.order(user, wish(user * 1_000 + number)))
    return jobs


async def many_lanes_of_their_own(shop: Shop, *users: int, lanes: int | None) -> None:
    """As if their plan allowed so many jobs at the same time."""
    ids = ", ".join(map(str, users))
    await shop.tamper(
        f"UPDATE job SET user_lanes = {'NULL' if lanes is None else lanes} WHERE user_id IN ({ids})"
    )


async def admit_all(shop: Shop, *, lanes: int = 3) -> list[Job]:
    """Everybody who may have a lane now."""
    admitted = []
    while job := await shop.admit(lanes=lanes):
        admitted.append(await shop.happens(job, answered(job)))
    return admitted


def answered(job: Job) -> Fact:
    return SubmitAnswered(TaskId(f"t-{job.job_id}"), poll_at=NOON, deadline_at=NOON + HOUR)


async def finish(shop: Shop, jobs: Iterable[Job]) -> None:
    for job in jobs:
        await shop.happens(job, Saved(outputs(job, 1)), Delivered())


def who(jobs: Iterable[Job | None]) -> list[int | None]:
    return [None if job is None else job.user_id for job in jobs]


async def test_no_more_run_than_the_account_has_lanes(shop: Shop) -> None:
    for user in range(1, 9):
        await order_many(shop, user, 1)
    assert 3 == len(await admit_all(shop, lanes=3))
    assert None is await shop.admit(lanes=3)
    assert None is await shop.admit(lanes=0)


async def test_lanes_of_another_provider_are_its_own(shop: Shop) -> None:
    await shop.order(AN, provider="flow")
    assert None is await shop.admit(provider="apiframe")
    assert AN == (await shop.admit(provider="flow") or a_job()).user_id


async def test_a_person_runs_as_many_as_their_plan_allows(shop: Shop) -> None:
    await order_many(shop, AN, 4)
    assert [AN] == who(await admit_all(shop))
    await many_lanes_of_their_own(shop, AN, lanes=2)
    assert [AN] == who(await admit_all(shop))
    await many_lanes_of_their_own(shop, AN, lanes=None)
    assert [AN] == who(await admit_all(shop))


async def test_priority_goes_first_then_who_has_the_fewest_running_then_the_oldest(
    shop: Shop,
) -> None:
    await order_many(shop, AN, 2)
    await many_lanes_of_their_own(shop, AN, lanes=3)
    assert [AN] == who([await shop.admit()])
    for user in (CHI, BINH):
        await order_many(shop, user, 1)
    (late,) = await order_many(shop, DUNG, 1)
    await shop.tamper(f"UPDATE job SET priority = 1 WHERE job_id = '{late.job_id}'")
    assert [DUNG, CHI, BINH, AN, None] == who([await shop.admit(lanes=9) for _ in range(5)])


@pytest.mark.parametrize("own_lanes", [1, 3])
@pytest.mark.parametrize("lanes", [1, 2, 3])
async def test_one_job_waits_at_most_two_job_lengths_behind_somebodys_fifty(
    shop: Shop, lanes: int, own_lanes: int
) -> None:
    await shop.grant(AN, 10_000)
    await order_many(shop, AN, 50)
    await many_lanes_of_their_own(shop, AN, lanes=own_lanes)
    running = await admit_all(shop, lanes=lanes)
    (mine,) = await order_many(shop, BINH, 1)
    for _ in range(2):
        shop.now.at += LENGTH
        await finish(shop, running)
        running = await admit_all(shop, lanes=lanes)
        if mine.job_id in {job.job_id for job in running}:
            return
    raise AssertionError("still waiting after two job lengths")


async def test_three_with_fifty_each_do_not_keep_out_a_fourth_with_one(shop: Shop) -> None:
    for user in (AN, BINH, CHI):
        await shop.grant(user, 10_000)
        await order_many(shop, user, 50)
    running = await admit_all(shop)
    assert [AN, BINH, CHI] == who(running)
    await order_many(shop, DUNG, 1)
    turns = []
    for _ in range(2):
        shop.now.at += LENGTH
        await finish(shop, running)
        running = await admit_all(shop)
        turns += who(running)
    assert [AN, BINH, CHI, DUNG, AN, BINH] == turns


async def test_two_with_many_take_turns(shop: Shop) -> None:
    turns: list[int | None] = []
    for user in (AN, BINH):
        await order_many(shop, user, 5)
    for _ in range(6):
        shop.now.at += LENGTH
        running = await admit_all(shop, lanes=1)
        turns += who(running)
        await finish(shop, running)
    assert [AN, BINH, AN, BINH, AN, BINH] == turns


async def test_twins_are_not_submitted_side_by_side(shop: Shop) -> None:
    first = await shop.order(AN, GRID)
    shop.now.at += 1
    await shop.order(BINH, GRID)
    shop.now.at += 1
    await shop.order(CHI, wish(1))
    assert [AN, CHI] == who([await shop.admit(), await shop.admit()])
    assert None is await shop.admit()
    await shop.happens(first, SubmitLost(lookup_at=NOON, until=NOON))
    assert None is await shop.admit()  # a lost one could not be told from its twin
    await shop.happens(first, answered(first))
    assert [BINH] == who([await shop.admit()])


AN_AND_BINH = ("references/an.jpg", "references/binh.jpg")


@pytest.mark.parametrize(
    "operation", [Operation.REFERENCE_IMAGE, Operation.IMAGE_VIDEO, Operation.REFERENCE_VIDEO]
)
@pytest.mark.parametrize("state", ["submitting", "unknown"])
async def test_the_same_words_over_somebody_elses_picture_wait_for_a_lost_submit(
    shop: Shop, operation: Operation, state: str
) -> None:
    wishes = [Request(operation, "make it move", references=(path,)) for path in AN_AND_BINH]
    await shop.grant(AN, 10**6)
    await shop.grant(BINH, 10**6)
    await shop.order(AN, wishes[0], provider="flow")
    shop.now.at += 1
    retold = dataclasses.replace(wishes[1], prompt=" make  it move ", ratio="9:16")
    await shop.order(BINH, retold, provider="flow")
    first = await shop.admit(provider="flow")
    assert first is not None
    if state == "unknown":
        first = await shop.happens(first, SubmitLost(lookup_at=NOON, until=NOON + HOUR))
    assert None is await shop.admit(provider="flow")
    await shop.happens(first, answered(first))
    assert [BINH] == who([await shop.admit(provider="flow")])


async def test_the_same_words_for_a_picture_and_for_a_video_are_no_twins(shop: Shop) -> None:
    await shop.grant(BINH, 10**6)
    await shop.order(AN, Request(Operation.IMAGE, "waves"))
    shop.now.at += 1
    await shop.order(BINH, Request(Operation.VIDEO, "waves", length_s=8))
    assert [AN, BINH] == who([await shop.admit(), await shop.admit()])


async def test_steps_from_results_have_a_task_of_their_own_and_are_no_twins(shop: Shop) -> None:
    for user in (AN, BINH):
        await shop.order(user, Request(Operation.UPSCALE, tile=1))
        shop.now.at += 1
    assert [AN, BINH] == who([await shop.admit(), await shop.admit()])


async def test_a_twin_at_another_provider_is_no_twin(shop: Shop) -> None:
    await shop.order(AN, GRID)
    await shop.order(BINH, GRID, provider="flow")
    assert [AN, BINH] == who([await shop.admit(), await shop.admit(provider="flow")])


async def test_a_submit_that_did_not_arrive_frees_its_lane_and_waits_for_its_time(
    shop: Shop,
) -> None:
    job = await shop.order(AN)
    await shop.admit(lanes=1)
    await shop.happens(job, SubmitNotSent(retry_at=NOON + LENGTH))
    assert None is await shop.admit(lanes=1)
    assert {"due_at": NOON + LENGTH} == await shop.store.one("next_due", now=NOON)
    shop.now.at += LENGTH
    assert [AN] == who([await shop.admit(lanes=1)])


@pytest.mark.parametrize(
    "history", [[DeadlinePassed(poll_at=NOON)], [SubmitLost(NOON, NOON), Undecided(NOON)]]
)
async def test_a_lane_stays_taken_while_the_provider_may_still_work(
    shop: Shop, history: list[Fact]
) -> None:
    (job,) = await order_many(shop, AN, 1)
    await order_many(shop, BINH, 1)
    await shop.admit(lanes=1)
    if isinstance(history[0], DeadlinePassed):
        await shop.happens(job, answered(job))
    await shop.happens(job, *history)
    assert None is await shop.admit(lanes=1)
    await shop.happens(job, LaneOver())
    assert [BINH] == who([await shop.admit(lanes=1)])


async def test_what_was_cancelled_takes_nobodys_turn(shop: Shop) -> None:
    first, _ = await order_many(shop, AN, 2)
    await shop.happens(first, CancelAsked())
    assert first.job_id != (await shop.admit() or first).job_id


async def test_a_paused_account_is_given_nothing_but_one_job_to_try_it_with(shop: Shop) -> None:
    for user in (AN, BINH, CHI):
        await order_many(shop, user, 1)
    await shop.store.write(
        lambda tx: accounts.pause(tx, "apiframe", "credits", detail="", now=shop.now())
    )
    assert None is await shop.admit()

    await shop.store.write(lambda tx: accounts.put_on_trial(tx, "apiframe"))
    assert [AN, None] == who([await shop.admit(), await shop.admit()])
    await shop.store.write(lambda tx: accounts.resume(tx, "apiframe", now=shop.now()))
    assert [BINH, CHI] == who([await shop.admit(), await shop.admit()])


async def test_an_account_that_asked_to_be_left_alone_is_left_alone_by_all(shop: Shop) -> None:
    first = await shop.order(AN)
    await shop.order(BINH, provider="flow")
    for until in (NOON + HOUR, NOON + 1_000):  # a shorter wait does not cut the longer one short
        await shop.store.write(
            lambda tx, until=until: accounts.leave_alone(tx, "apiframe", until=until, now=NOON)  # type: ignore[misc]
        )
    assert await shop.admit() is None
    assert await shop.admit(provider="flow")
    due = await shop.store.one("next_due", now=NOON)
    assert due is not None
    assert NOON + HOUR == due["due_at"]
    shop.now.at = NOON + HOUR
    admitted = await shop.admit()
    assert admitted is not None
    assert first.job_id == admitted.job_id


@pytest.mark.parametrize("is_paused_too", [True, False])
async def test_an_operator_who_resumes_an_account_ends_the_pause_it_asked_for(
    shop: Shop, *, is_paused_too: bool
) -> None:
    first = await shop.order(AN)
    await shop.admit()
    await shop.happens(first, SubmitNotSent(retry_at=NOON + HOUR))

    async def fail(tx: Transaction) -> None:
        await accounts.leave_alone(tx, "apiframe", until=NOON + HOUR, now=NOON)
        if is_paused_too:
            await accounts.pause(tx, "apiframe", "credits", detail="", now=NOON)

    async def resume() -> bool:
        return await shop.store.write(lambda tx: accounts.resume(tx, "apiframe", now=NOON))

    await shop.store.write(fail)
    assert await shop.admit() is None
    assert [True, False] == [await resume(), await resume()]
    admitted = await shop.admit()
    assert admitted is not None
    assert first.job_id == admitted.job_id


async def test_the_outlook_counts_who_is_ahead_and_what_the_latest_took(shop: Shop) -> None:
    for user in (AN, BINH, CHI):
        await order_many(shop, user, 1)
    first, last = await order_many(shop, DUNG, 2)
    for job, expected in ((first, Outlook(3, 60.0 * (1 + 3 / 2))), (last, Outlook(4, 180.0))):
        assert expected == await queue.outlook(
            shop.store, job, lanes=2, typical_s=60.0, now=shop.now()
        )
    running = (await admit_all(shop, lanes=1))[0]
    assert Outlook(0, 45.0) == await queue.outlook(
        shop.store, running, lanes=2, typical_s=60.0, now=shop.now() + 15_000
    )
    assert Outlook(0, 0.0) == await queue.outlook(
        shop.store, running, lanes=2, typical_s=60.0, now=shop.now() + HOUR
    )


async def test_behind_somebodys_fifty_one_job_is_told_that_one_comes_before_it(shop: Shop) -> None:
    await shop.grant(AN, 10_000)
    await order_many(shop, AN, 50)
    (mine,) = await order_many(shop, BINH, 1)
    seen = await queue.outlook(shop.store, mine, lanes=1, typical_s=60.0, now=shop.now())
    assert Outlook(1, 120.0) == seen


async def test_an_account_without_lanes_has_an_outlook_too(shop: Shop) -> None:
    *_, last = await order_many(shop, AN, 2)
    seen = await queue.outlook(shop.store, last, lanes=0, typical_s=60.0, now=shop.now())
    assert 1 == seen.ahead


async def test_how_long_it_takes_is_learnt_from_the_latest_twenty(shop: Shop) -> None:
    async def typical() -> float:
        return await queue.typical_duration(
            shop.store, "apiframe", Operation.IMAGE, otherwise_s=45.0
        )

    assert 45.0 == await typical()
    for number, took_s in enumerate([500] * 5 + [30] * 9 + [40] * 11):
        job = await shop.order(AN, wish(number))
        await admit_all(shop)
        shop.now.at += took_s * 1_000
        await finish(shop, [job])
    assert 40.0 == await typical()


async def test_a_thousand_waiting_are_admitted_once_each(shop: Shop) -> None:
    await shop.tamper("PRAGMA synchronous = OFF")
    for user in range(1, 26):
        await order_many(shop, user, 40)
    await shop.tamper("UPDATE job SET user_lanes = NULL")
    seen: set[str] = set()
    for turn in range(10):
        running = await admit_all(shop, lanes=30)
        assert 30 == len(running)
        seen |= {job.job_id for job in running}
        assert (turn + 1) * 30 == len(seen)
        await finish(shop, running)


async def test_members_whose_group_pays_run_side_by_side_and_each_as_many_as_its_plan_says(
    shop: Shop,
) -> None:
    group = -100_123
    await shop.set_rules(group, GroupRules(payer=Payer.GROUP))
    await shop.grant(group, 10_000)
    for user in (AN, AN, BINH):
        shop.now.at += 1
        await shop.order(user, wish(user * 1_000 + shop.now.at % 1_000), chat=group)
    admitted = await admit_all(shop)
    assert [AN, BINH] == [job.user_id for job in admitted]
