"""Where the group pays: its wallet and nobody's allowance, a member's cap, an admin's yes."""

import asyncio
from pathlib import Path

import pytest
from market import BOTH
from shop import CLIP, GRID, HOUR, NOON, SINGLE, Shop, opened_shop, outputs

from bot.jobs.accept import Accepted, NeedsAdmin, NotEnough, NotPriced, Outcome
from bot.jobs.facts import Admitted, CancelAsked, Saved, SubmitAnswered, SubmitRefused
from bot.jobs.moving import move_over
from bot.jobs.purses import Quote
from bot.jobs.rules import GroupRules, Payer
from bot.model import AssetKind, ChatId, Job, Operation, Reason, Request, TaskId, UserId
from bot.money.ledger import Wallet

AN, BINH, GROUP = 7, 8, -100_123
DAY = 24 * HOUR
PAYS = GroupRules(payer=Payer.GROUP)
ANSWERED = SubmitAnswered(TaskId("t"), poll_at=NOON, deadline_at=NOON + HOUR)
MADE_HERE = Request(Operation.ENLARGE, hd="2k", references=("references/x.png",))


@pytest.fixture
async def group(shop: Shop) -> int:
    """A group that pays, with money."""
    await shop.set_rules(GROUP, PAYS)
    await shop.grant(GROUP, 2_000)
    return GROUP


async def test_the_groups_wallet_is_held_and_charged_and_nobodys_allowance_is_touched(
    shop: Shop, group: int
) -> None:
    await shop.grant(AN, 5_000)
    job = await shop.order(AN, chat=group)
    assert (GROUP, 0, 400) == (job.payer_id, job.held_free, job.held_vnd)
    assert Wallet(1_600, 400) == await shop.wallet(GROUP)
    job = await shop.happens(job, Admitted(), ANSWERED, Saved(outputs(job, 3)))
    assert (0, 300) == (job.charged_free, job.charged_vnd)
    assert Wallet(1_700, 0) == await shop.wallet(GROUP)
    assert (Wallet(5_000, 0), 40) == (await shop.wallet(AN), await shop.free_left(AN))
    assert [] == await shop.findings()


async def test_what_fails_or_is_cancelled_goes_back_to_the_groups_wallet(
    shop: Shop, group: int
) -> None:
    failed, cancelled = await shop.order(AN, chat=group), await shop.order(BINH, chat=group)
    await shop.happens(failed, Admitted(), SubmitRefused(Reason.REFUSED, "no"))
    await shop.happens(cancelled, CancelAsked())
    assert Wallet(2_000, 0) == await shop.wallet(GROUP)
    assert [] == await shop.findings()


async def test_a_rule_changed_while_it_runs_changes_nothing_for_that_request(
    shop: Shop, group: int
) -> None:
    made, failed = await shop.order(AN, chat=group), await shop.order(AN, chat=group)
    await shop.set_rules(group, GroupRules())
    of_an = await shop.order(AN, chat=group)
    assert (AN, 4, 0) == (of_an.payer_id, of_an.held_free, of_an.held_vnd)
    await shop.happens(made, Admitted(), ANSWERED, Saved(outputs(made, 4)))
    await shop.happens(failed, Admitted(), SubmitRefused(Reason.REFUSED, "no"))
    await shop.set_rules(group, PAYS)
    await shop.happens(of_an, CancelAsked())
    assert (Wallet(1_600, 0), 40) == (await shop.wallet(GROUP), await shop.free_left(AN))
    assert [] == await shop.findings()


async def test_of_a_hundred_at_once_with_room_for_eight_exactly_eight_are_accepted(
    shop: Shop,
) -> None:
    await shop.set_rules(GROUP, PAYS)
    await shop.grant(GROUP, 8 * 400 + 399)
    asked = (shop.ask(AN if n % 2 else BINH, chat=GROUP) for n in range(100))
    outcomes = await asyncio.gather(*asked)
    assert 8 == sum(isinstance(each, Accepted) for each in outcomes)
    assert Wallet(399, 3_200) == await shop.wallet(GROUP)
    assert [] == await shop.findings()


async def test_of_a_hundred_at_once_each_member_gets_as_many_as_the_cap_allows(shop: Shop) -> None:
    await shop.set_rules(GROUP, GroupRules(payer=Payer.GROUP, cap_vnd=8 * 400 + 399))
    await shop.grant(GROUP, 1_000_000)
    people = [AN if n % 2 else BINH for n in range(100)]
    outcomes = await asyncio.gather(*(shop.ask(user, chat=GROUP) for user in people))
    accepted = [each.job.user_id for each in outcomes if isinstance(each, Accepted)]
    assert (8, 8) == (accepted.count(UserId(AN)), accepted.count(UserId(BINH)))
    assert 84 == sum(isinstance(each, NotEnough) and each.is_capped for each in outcomes)
    assert Wallet(1_000_000 - 6_400, 6_400) == await shop.wallet(GROUP)


async def test_the_cap_is_of_the_operators_day_and_what_comes_back_may_be_spent_again(
    shop: Shop, group: int
) -> None:
    await shop.set_rules(group, GroupRules(payer=Payer.GROUP, cap_vnd=400))
    job = await shop.order(AN, chat=group)
    assert isinstance(await shop.ask(AN, SINGLE, chat=group), NotEnough)
    await shop.happens(job, CancelAsked())
    await shop.order(AN, chat=group)
    shop.now.at = NOON + 12 * HOUR - 1
    assert isinstance(await shop.ask(AN, SINGLE, chat=group), NotEnough)
    shop.now.at += 1
    await shop.order(AN, chat=group)


async def test_what_waits_since_yesterday_leaves_todays_cap_as_it_is(
    shop: Shop, group: int
) -> None:
    await shop.set_rules(group, GroupRules(payer=Payer.GROUP, cap_vnd=400))
    yesterday = await shop.order(AN, chat=group)
    shop.now.at += DAY
    await shop.order(AN, SINGLE, chat=group)
    purse = await shop.desk.purses.of(shop.store, UserId(AN), ChatId(group), freed=yesterday)
    assert (300, True) == (purse.balance_vnd, purse.is_capped)


async def test_what_is_lacking_is_told_apart_by_the_wallet_and_the_cap(
    shop: Shop, group: int
) -> None:
    dear = Request(Operation.IMAGE, "x", count=24)
    assert NotEnough(AssetKind.IMAGE, 24, 0, 0, 100, 2_000, Payer.GROUP) == await shop.ask(
        AN, dear, chat=group
    )
    await shop.set_rules(group, GroupRules(payer=Payer.GROUP, cap_vnd=500))
    assert NotEnough(
        AssetKind.IMAGE, 24, 0, 0, 100, 500, Payer.GROUP, is_capped=True
    ) == await shop.ask(AN, dear, chat=group)


async def test_a_video_without_a_price_has_none_for_the_group_though_the_member_has_free_ones(
    shop: Shop, group: int
) -> None:
    assert NotPriced(AssetKind.VIDEO, 1, 0, 0, "@your_shop", Payer.GROUP) == await shop.ask(
        AN, CLIP, chat=group
    )
    assert 2 == await shop.free_left(AN, AssetKind.VIDEO)


async def test_a_group_without_money_pays_for_nothing_but_what_is_made_here(shop: Shop) -> None:
    await shop.set_rules(GROUP, PAYS)
    assert NotEnough(AssetKind.IMAGE, 1, 0, 0, 100, 0, Payer.GROUP) == await shop.ask(
        AN, SINGLE, chat=GROUP
    )
    job = await shop.order(AN, MADE_HERE, chat=GROUP, provider="local")
    assert 0 == job.held_vnd


async def test_the_price_is_that_of_the_groups_plan(tmp_path: Path) -> None:
    text = "[prices]\nimage = 100\n[plans.free]\n[plans.bulk]\nprices = { image = 70 }\n"
    async with opened_shop(tmp_path, text) as shop:
        await shop.set_rules(GROUP, PAYS)
        await shop.grant(GROUP, 1_000)
        await shop.pay_in(GROUP, 100, plan="bulk")
        assert 280 == (await shop.order(AN, chat=GROUP)).held_vnd


# --- an admin's yes ---------------------------------------------------------------------------

ASKS = GroupRules(payer=Payer.GROUP, ask_above_vnd=399)


async def test_dearer_than_the_group_allows_is_not_accepted_without_an_admin(
    shop: Shop, group: int
) -> None:
    await shop.set_rules(group, ASKS)
    await shop.add_admin(group, BINH)
    assert NeedsAdmin(400) == await shop.ask(AN, chat=group)
    assert NeedsAdmin(400) == await shop.ask(AN, chat=group, agreed_by=AN)
    assert Wallet(2_000, 0) == await shop.wallet(group)
    assert isinstance(await shop.ask(AN, SINGLE, chat=group), Accepted)
    assert isinstance(await shop.ask(BINH, chat=group), Accepted)
    assert isinstance(await shop.ask(GROUP, chat=group), Accepted)  # an anonymous admin
    agreed = await shop.ask(AN, chat=group, agreed_by=BINH)
    assert isinstance(agreed, Accepted)
    assert (AN, GROUP) == (agreed.job.user_id, agreed.job.payer_id)


async def test_where_members_pay_nobody_is_asked(shop: Shop) -> None:
    await shop.set_rules(GROUP, GroupRules(ask_above_vnd=0))
    await shop.order(AN, chat=GROUP)
    await shop.grant(BINH, 5_000)
    await shop.order(BINH, Request(Operation.IMAGE, "x", count=44), chat=GROUP)


async def test_what_cannot_be_paid_is_not_asked_about(shop: Shop) -> None:
    await shop.set_rules(GROUP, ASKS)
    assert isinstance(await shop.ask(AN, GRID, chat=GROUP), NotEnough)


async def test_the_purse_says_what_the_ledger_takes(shop: Shop, group: int) -> None:
    purse = await shop.desk.purses.of(shop.store, UserId(AN), ChatId(group))
    quote = shop.desk.purses.reckon(purse, GRID)
    assert Quote(0, 4, 100) == quote
    job = await shop.order(AN, chat=group)
    assert quote is not None
    assert quote.cost_vnd == job.held_vnd


async def move(shop: Shop, job: Job, *, agreed_by: int | None = None) -> Outcome | None:
    admin_id = None if agreed_by is None else UserId(agreed_by)
    return await shop.store.write(
        lambda tx: move_over(tx, shop.desk, BOTH, job, "apiframe", agreed_by=admin_id)
    )


async def test_a_move_that_is_dearer_than_was_agreed_to_needs_an_admin(
    shop: Shop, group: int
) -> None:
    await shop.set_rules(group, ASKS)
    await shop.add_admin(group, BINH)
    job = await shop.order(AN, SINGLE, provider="flow", chat=group)
    assert NeedsAdmin(400) == await move(shop, job)
    assert Wallet(1_900, 100) == await shop.wallet(group)
    outcome = await move(shop, job, agreed_by=BINH)
    assert isinstance(outcome, Accepted)
    assert (GROUP, 400) == (outcome.job.payer_id, outcome.job.held_vnd)
    assert Wallet(1_600, 400) == await shop.wallet(group)
    assert [] == await shop.findings()


async def test_a_move_at_the_price_that_was_agreed_to_needs_no_second_yes(
    shop: Shop, group: int
) -> None:
    job = await shop.order(AN, provider="flow", chat=group)
    await shop.set_rules(group, ASKS)
    assert isinstance(await move(shop, job), Accepted)


async def test_what_waits_since_yesterday_moves_only_within_todays_cap(
    shop: Shop, group: int
) -> None:
    await shop.set_rules(group, GroupRules(payer=Payer.GROUP, cap_vnd=400))
    job = await shop.order(AN, provider="flow", chat=group)
    shop.now.at += DAY
    await shop.order(AN, SINGLE, chat=group)
    assert isinstance(await move(shop, job), NotEnough)
    assert Wallet(1_500, 500) == await shop.wallet(group)


# --- the book ---------------------------------------------------------------------------------


async def test_an_allowance_used_by_what_the_group_pays_is_found(shop: Shop, group: int) -> None:
    await shop.order(AN)
    job = await shop.order(AN, chat=group)
    await shop.tamper(
        "INSERT INTO allowance_use (user_id, day, kind, delta, job_id, key, created_at)"
        f" VALUES (7, '2026-09-22', 'image', 1, '{job.job_id}', 'k', 0)"
    )
    assert any("an allowance of 7 was used" in each for each in await shop.findings())


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        (
            "UPDATE ledger_entry SET wallet_id = 7 WHERE job_id IS NOT NULL",
            "is paid by -100123; an entry of it is of 7",
        ),
        ("UPDATE job SET payer_id = 7", "is paid by 7; an entry of it is of -100123"),
    ],
)
async def test_an_entry_in_somebody_elses_wallet_is_found(
    shop: Shop, group: int, sql: str, finding: str
) -> None:
    await shop.order(AN, chat=group)
    await shop.grant(AN, 1)
    await shop.rewrite(sql)
    assert any(finding in each for each in await shop.findings())
