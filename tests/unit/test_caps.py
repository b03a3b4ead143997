"""How many a day: of a plan, of a group, of the whole bot; whatever comes at once and goes wrong."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from market import BOTH
from shop import CLIP, GRID, HOUR, NOON, SINGLE, Shop, audited_shop, opened_shop, outputs

from bot.chat.refusing import over_cap_lines
from bot.jobs import book, bulk
from bot.jobs.accept import Accepted, NotEnough, NotPriced, Order, Outcome
from bot.jobs.approvals import ApprovalState, add_approval, agree, find_approval
from bot.jobs.bulk import Part
from bot.jobs.bulk_orders import begin, begin_more, total_of
from bot.jobs.caps import OverCap, Room, Scope
from bot.jobs.facts import (
    Admitted,
    CancelAsked,
    DeadlinePassed,
    Delivered,
    Saved,
    SubmitAnswered,
    SubmitRefused,
)
from bot.jobs.moving import move_over
from bot.jobs.rules import GroupRules, Payer
from bot.model import AssetKind, ChatId, Operation, Place, Reason, Request, TaskId, UserId
from bot.store.port import Transaction

AN, BINH, CHI, GROUP, OTHER = 7, 8, 9, -100_123, -100_456
MIDNIGHT = NOON + 12 * HOUR
ANSWERED = SubmitAnswered(TaskId("t"), poll_at=NOON, deadline_at=NOON + HOUR)
MADE_HERE = Request(Operation.ENLARGE, hd="2k", references=("references/x.png",))
PLANS = """
[prices]
image = 100
video = 1000
[plans.free]
free_images_per_day = 6
[plans.monthly]
price = 5_000_000
days = 30
max_images_per_day = 10
[plans.turbo]
prices = {{ image = 200 }}
min_topup = 5_000_000
{limits}
"""


@asynccontextmanager
async def opened(folder: Path, limits: str = "") -> AsyncIterator[Shop]:
    """A shop whose monthly plan makes ten a day, with these limits of its own."""
    async with audited_shop(folder, PLANS.format(limits=f"[limits]\n{limits}")) as shop:
        yield shop


def count(outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """How many were taken on, and how many a cap turned away."""
    taken = sum(isinstance(each, Accepted) for each in outcomes)
    return taken, sum(isinstance(each, OverCap) for each in outcomes)


async def say_operator_is(shop: Shop, user: int) -> None:
    await shop.store.write(
        lambda tx: tx.run("setting_set", scope=0, name="admin_ids", value=f"[{user}]")
    )


async def told(shop: Shop) -> list[str]:
    """The keys under which the operator was told something."""
    sql = "SELECT key FROM outbox WHERE key LIKE 'day_full:%' ORDER BY outbox_id"
    return [row["key"] for row in await shop.store._reader.execute_fetchall(sql)]


# --- of a plan ----------------------------------------------------------------------------------


async def test_of_a_hundred_at_once_a_plan_of_ten_a_day_lets_exactly_ten_pictures_be_made(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as shop:
        await shop.pay_in(AN, 5_000_000, plan="monthly")
        assert (2, 98) == count(await asyncio.gather(*(shop.ask(AN) for _ in range(100))))
        asked = (shop.ask(AN, SINGLE) for _ in range(100))
        assert (2, 98) == count(await asyncio.gather(*asked))


async def test_what_the_cap_is_and_leaves_and_when_it_begins_anew_is_told_in_numbers(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as shop:
        await shop.pay_in(AN, 5_000_000, plan="monthly")
        for _ in range(2):
            await shop.order(AN)
        room = Room(Scope.PLAN, most=10, left=2, resets_at=MIDNIGHT)
        assert OverCap(AssetKind.IMAGE, 4, room) == await shop.ask(AN)
        assert 800 == (await shop.wallet(AN)).held_vnd


async def test_videos_and_what_is_made_here_count_for_no_pictures(tmp_path: Path) -> None:
    async with opened(tmp_path) as shop:
        await shop.pay_in(AN, 5_000_000, plan="monthly")
        await shop.order(AN, CLIP)
        for _ in range(3):
            await shop.order(AN, MADE_HERE, provider="local")
        for _ in range(10):
            await shop.order(AN, SINGLE)
        await shop.order(AN, CLIP)
        await shop.order(AN, MADE_HERE, provider="local")
        assert isinstance(await shop.ask(AN, SINGLE), OverCap)


async def test_what_failed_or_was_cancelled_counts_for_none_and_of_a_part_what_came(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as shop:
        await shop.pay_in(AN, 5_000_000, plan="monthly")
        partly, failed = await shop.order(AN), await shop.order(AN)
        await shop.happens(failed, Admitted(), SubmitRefused(Reason.REFUSED, "no"))
        cancelled = await shop.order(AN)
        await shop.happens(cancelled, CancelAsked())
        await shop.happens(partly, Admitted(), ANSWERED, Saved(outputs(partly, 3)), Delivered())
        assert 7 == count([await shop.ask(AN, SINGLE) for _ in range(9)])[0]


async def test_a_day_change_while_it_runs_leaves_it_to_the_day_it_was_accepted(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as shop:
        await shop.pay_in(AN, 5_000_000, plan="monthly")
        jobs = [await shop.order(AN), await shop.order(AN)]
        shop.now.at = MIDNIGHT - 1
        assert isinstance(await shop.ask(AN), OverCap)
        shop.now.at = MIDNIGHT
        for number, job in enumerate(jobs):
            answered = SubmitAnswered(TaskId(f"{number}"), poll_at=NOON, deadline_at=MIDNIGHT)
            await shop.happens(job, Admitted(), answered, Saved(outputs(job, 4)), Delivered())
        for _ in range(10):
            await shop.order(AN, SINGLE)
        over = await shop.ask(AN, SINGLE)
        assert isinstance(over, OverCap)
        assert MIDNIGHT + 24 * HOUR == over.room.resets_at


async def test_nobody_is_told_to_top_up_where_the_cap_would_refuse_them_all_the_same(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, "images_per_day = 8\nvideos_per_day = 0") as shop:
        await shop.grant(AN, 600)
        await shop.order(AN)
        await shop.order(AN)
        assert isinstance(await shop.ask(AN), OverCap)
        assert isinstance(await shop.ask(AN, CLIP), OverCap)


async def test_what_has_no_price_is_said_to_have_none_whatever_the_cap(tmp_path: Path) -> None:
    text = "[prices]\nimage = 100\n[limits]\nvideos_per_day = 0\n[plans.free]\n"
    async with opened_shop(tmp_path, text) as shop:
        assert isinstance(await shop.ask(AN, CLIP), NotPriced)


async def test_free_pictures_of_the_day_count_as_well(tmp_path: Path) -> None:
    text = "[prices]\nimage = 100\n[plans.free]\nfree_images_per_day = 6\nmax_images_per_day = 8\n"
    async with opened_shop(tmp_path, text) as shop:
        await shop.grant(AN, 10_000)
        assert (4, 0) == _held(await shop.ask(AN))
        assert (2, 200) == _held(await shop.ask(AN))
        assert isinstance(await shop.ask(AN, SINGLE), OverCap)


def _held(outcome: Outcome) -> tuple[int, int]:
    assert isinstance(outcome, Accepted)
    return outcome.job.held_free, outcome.job.held_vnd


async def test_where_the_group_pays_its_plans_cap_holds_for_all_members_together(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as shop:
        await shop.set_rules(GROUP, GroupRules(payer=Payer.GROUP))
        await shop.pay_in(GROUP, 5_000_000, plan="monthly")
        await shop.order(AN, chat=GROUP)
        await shop.order(BINH, chat=GROUP)
        over = await shop.ask(CHI, chat=GROUP)
        room = Room(Scope.PLAN, most=10, left=2, resets_at=MIDNIGHT)
        assert OverCap(AssetKind.IMAGE, 4, room, Payer.GROUP) == over
        assert isinstance(await shop.ask(AN), Accepted)  # who pays for themselves


# --- of a group and of the whole bot ------------------------------------------------------------


async def test_of_a_hundred_at_once_a_group_gets_what_it_may_whoever_asks_and_pays(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, "group_images_per_day = 10") as shop:
        people = range(1, 101)
        asked = (shop.ask(user, SINGLE, chat=GROUP) for user in people)
        assert (10, 90) == count(await asyncio.gather(*asked))
        over = await shop.ask(AN, SINGLE, chat=GROUP)
        assert isinstance(over, OverCap)
        assert (Scope.GROUP, 10, 0) == (over.room.scope, over.room.most, over.room.left)
        await shop.order(AN, SINGLE)  # in private
        await shop.order(BINH, SINGLE, chat=OTHER)


async def test_of_a_hundred_at_once_everybody_together_gets_what_the_bot_may_make(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, "images_per_day = 30\nvideos_per_day = 2") as shop:
        people = range(1, 101)
        assert (7, 93) == count(await asyncio.gather(*(shop.ask(user) for user in people)))
        for user in people:
            await shop.grant(user, 1_000)
        assert (2, 98) == count(await asyncio.gather(*(shop.ask(user, CLIP) for user in people)))


async def test_a_limit_of_zero_is_zero_and_unlimited_is_none(tmp_path: Path) -> None:
    limits = 'images_per_day = 0\nvideos_per_day = "unlimited"\ngroup_images_per_day = "unlimited"'
    async with opened(tmp_path, limits) as shop:
        await shop.grant(AN, 1_000)
        assert isinstance(await shop.ask(AN, SINGLE), OverCap)
        await shop.order(AN, CLIP)
        await shop.order(AN, MADE_HERE, provider="local")


async def test_the_tightest_cap_is_the_one_that_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path, "images_per_day = 11\ngroup_images_per_day = 2") as shop:
        await shop.pay_in(AN, 5_000_000, plan="monthly")
        over = await shop.ask(AN, GRID, chat=GROUP)
        assert isinstance(over, OverCap)
        assert Scope.GROUP is over.room.scope
        await shop.order(AN)
        await shop.order(BINH)
        over = await shop.ask(AN)
        assert isinstance(over, OverCap)
        assert (Scope.BOT, 3) == (over.room.scope, over.room.left)


async def test_a_late_gift_beyond_the_cap_leaves_no_less_than_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, "images_per_day = 4") as shop:
        late = await shop.order(AN)
        await shop.happens(late, Admitted(), ANSWERED, DeadlinePassed(poll_at=NOON))
        await shop.order(BINH)
        await shop.happens(late, Saved(outputs(late, 4)))
        over = await shop.ask(CHI, SINGLE)
        assert isinstance(over, OverCap)
        assert 0 == over.room.left


# --- moved, together, agreed to later -----------------------------------------------------------


async def test_a_job_that_is_moved_to_another_provider_does_not_count_twice(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, "images_per_day = 4\ngroup_images_per_day = 4") as shop:
        job = await shop.order(AN, GRID, provider="flow", chat=GROUP)
        assert isinstance(await shop.ask(AN, SINGLE), OverCap)
        moved = await shop.store.write(lambda tx: move_over(tx, shop.desk, BOTH, job, "apiframe"))
        assert isinstance(moved, Accepted)
        over = await shop.ask(AN, SINGLE)
        assert isinstance(over, OverCap)
        assert 0 == over.room.left


async def test_one_that_grows_when_it_is_moved_stays_where_it_is_once_the_cap_has_no_room(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, "images_per_day = 4") as shop:
        job = await shop.order(AN, SINGLE, provider="flow")  # one there is a grid elsewhere
        await shop.order(BINH, SINGLE)
        moved = await shop.store.write(lambda tx: move_over(tx, shop.desk, BOTH, job, "apiframe"))
        assert isinstance(moved, OverCap)
        assert job == await book.find_job(shop.store, job.job_id)


async def test_of_several_requests_as_many_are_begun_as_the_day_has_room_for_and_the_rest_tomorrow(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, "images_per_day = 10") as shop:
        await say_operator_is(shop, CHI)
        await shop.grant(AN, 10_000)
        await shop.order(AN, SINGLE)
        wishes = [dataclasses.replace(GRID, prompt=f"cat {n}") for n in range(4)]
        parts = [Part("apiframe", wish) for wish in wishes]
        total = await total_of(shop.desk, shop.store, UserId(AN), ChatId(AN), parts)
        over = OverCap(AssetKind.IMAGE, 4, Room(Scope.BOT, 10, 1, MIDNIGHT))
        assert (2, over) == (total.covered, total.full)
        place = Place(ChatId(AN), None, None)

        async def ask(tx: Transaction) -> tuple[int, int]:
            bulk_id = await bulk.add_bulk(tx, UserId(AN), place, parts, now=shop.now())
            asked = await bulk.find_bulk(tx, bulk_id)
            assert asked is not None
            return bulk_id, await begin(tx, shop.desk, asked)

        bulk_id, begun = await shop.store.write(ask)
        assert 2 == begun
        assert [f"day_full:image:{MIDNIGHT}:{CHI}"] == await told(shop)
        shop.now.at = MIDNIGHT
        before = await bulk.find_bulk(shop.store, bulk_id)
        assert before is not None
        rest_id = await shop.store.write(
            lambda tx: begin_more(tx, shop.desk, before, before.parts[before.begun :])
        )
        assert 2 == len(await bulk.jobs_of(shop.store, rest_id))


async def test_what_an_admin_agrees_to_on_a_full_day_goes_on_waiting(tmp_path: Path) -> None:
    async with opened(tmp_path, "group_images_per_day = 4") as shop:
        rules = GroupRules(payer=Payer.GROUP, ask_above_vnd=399)
        await shop.set_rules(GROUP, rules)
        await shop.grant(GROUP, 10_000)
        await shop.order(AN, SINGLE, chat=GROUP)
        await shop.add_admin(GROUP, BINH)
        order = Order(UserId(AN), Place(ChatId(GROUP), None, None), GRID, "apiframe")
        asked = await shop.store.write(
            lambda tx: add_approval(tx, order, 400, language="vi", now=shop.now())
        )

        async def press(tx: Transaction) -> Outcome | None:
            return await agree(tx, shop.desk, BOTH, asked, admin_id=UserId(BINH), at_most_vnd=400)

        assert isinstance(await shop.store.write(press), OverCap)
        still = await find_approval(shop.store, asked.approval_id)
        assert still is not None
        assert ApprovalState.ASKED is still.state
        shop.now.at = MIDNIGHT
        assert isinstance(await shop.store.write(press), Accepted)


# --- in words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "keys"),
    [
        (
            OverCap(AssetKind.IMAGE, 4, Room(Scope.PLAN, 10, 2, MIDNIGHT)),
            ["cap.most_plan_image", "cap.some_left_image", "cap.next_plan_or_fewer"],
        ),
        (
            OverCap(AssetKind.IMAGE, 4, Room(Scope.PLAN, 10, 0, MIDNIGHT), Payer.GROUP),
            ["cap.most_groups_plan_image", "cap.none_left_image", "cap.next_plan"],
        ),
        (
            OverCap(AssetKind.VIDEO, 1, Room(Scope.GROUP, 10, 0, MIDNIGHT), Payer.GROUP),
            ["cap.most_group_video", "cap.none_left_video", "cap.next_group"],
        ),
        (
            OverCap(AssetKind.VIDEO, 2, Room(Scope.BOT, 10, 1, MIDNIGHT)),
            ["cap.most_bot_video", "cap.some_left_video", "cap.next_bot_or_fewer"],
        ),
    ],
)
def test_whose_cap_it_is_what_is_left_and_what_can_be_done_are_three_sentences(
    over: OverCap, keys: list[str]
) -> None:
    assert keys == [line["key"] for line in over_cap_lines(over)]


async def test_money_that_is_lacking_is_told_once_the_day_has_room(tmp_path: Path) -> None:
    async with opened(tmp_path, "images_per_day = 10") as shop:
        await shop.order(AN)
        await shop.order(AN, SINGLE)
        assert isinstance(await shop.ask(AN), NotEnough)
