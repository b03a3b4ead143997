"""A wish moved to another provider: what can be moved, how it reads there, what it costs."""

import dataclasses
from pathlib import Path

import pytest
from market import BOTH
from shop import GRID, HOUR, NOON, Shop, a_job, opened_shop, outputs

from bot.errors import StaleJob
from bot.jobs import accounts, book, moving
from bot.jobs.accept import Accepted, NotEnough, Outcome
from bot.jobs.facts import Admitted, CancelAsked, SubmitRefused
from bot.jobs.rules import GroupRules, Payer
from bot.model import Job, JobState, Operation, Reason, Request

VARIED = Request(Operation.VARIATION, "a cat", count=4, strength="subtle", tile=2)
TILE = outputs(a_job(), 4)[2]
GROUP = -100_123
MONTHLY = """
[prices]
image = 100
[plans.free]
threads = 1
[plans.monthly]
price = 5_000
days = 30
refund = 0.70
"""


def moved(request: Request, provider: str = "flow", *, at: str = "apiframe") -> Request | None:
    return moving.moved_request(a_job(request=request, provider=at), provider, BOTH, TILE)


@pytest.mark.parametrize(
    ("ratio", "expected"), [(None, None), ("16:9", "16:9"), ("21:9", "16:9"), ("4:5", "1:1")]
)
def test_words_move_in_the_shape_that_is_nearest(ratio: str | None, expected: str | None) -> None:
    wish = dataclasses.replace(GRID, ratio=ratio, mode="fast")
    assert dataclasses.replace(GRID, ratio=expected) == moved(wish)


def test_a_number_of_pictures_the_other_cannot_make_becomes_its_own() -> None:
    single = Request(Operation.IMAGE, "a cat", count=1)
    assert dataclasses.replace(single, count=4) == moved(single, "apiframe", at="flow")


def test_a_variation_becomes_a_picture_from_the_picture() -> None:
    expected = Request(Operation.REFERENCE_IMAGE, "a cat", count=1, tile=2, references=(TILE.path,))
    assert expected == moved(VARIED)


@pytest.mark.parametrize(
    "request_",
    [
        dataclasses.replace(GRID, flags="--chaos 20"),
        dataclasses.replace(GRID, hd="4k"),
        dataclasses.replace(GRID, prompt="x" * 4_001),
        Request(Operation.UPSCALE, "a cat", strength="subtle", tile=2),
        Request(Operation.PAN, "a cat", count=4, direction="left", tile=2),
        Request(Operation.REFERENCE_IMAGE, "a cat", references=tuple("abcdefg")),
        Request(Operation.VIDEO, "waves", length_s=7),
        Request(Operation.VIDEO, "waves", voice="kore"),
    ],
    ids=str,
)
def test_what_the_other_cannot_do_as_it_was_meant_stays(request_: Request) -> None:
    assert None is moved(request_)


def test_nothing_moves_to_where_it_is() -> None:
    assert None is moved(GRID, "apiframe")


async def move(shop: Shop, job: Job, provider: str = "flow") -> Outcome | None:
    return await shop.store.write(lambda tx: moving.move_over(tx, shop.desk, BOTH, job, provider))


async def now_of(shop: Shop, job: Job) -> str:
    row = await shop.store.one("job_get", job_id=job.job_id)
    assert row is not None
    return str(row["state"])


async def test_what_is_moved_is_cancelled_and_accepted_with_the_same_money(shop: Shop) -> None:
    job = await shop.order(1)
    left = await shop.free_left(1)
    outcome = await move(shop, job)
    assert isinstance(outcome, Accepted)
    assert ("flow", GRID) == (outcome.job.provider, outcome.job.request)
    assert JobState.CANCELLED == await now_of(shop, job)
    assert left == await shop.free_left(1)
    assert [] == await shop.findings()
    assert None is await move(shop, await shop.happens(job, CancelAsked()))


async def test_the_hold_that_comes_back_pays_for_the_move(shop: Shop) -> None:
    for _ in range(10):
        await shop.order(1)  # all that is free today
    await shop.grant(1, 400)
    job = await shop.order(1)
    assert 0 == (await shop.wallet(1)).balance_vnd
    assert isinstance(await move(shop, job), Accepted)
    assert (0, 400) == ((await shop.wallet(1)).balance_vnd, (await shop.wallet(1)).held_vnd)
    assert [] == await shop.findings()


async def test_where_the_money_does_not_suffice_nothing_changes(shop: Shop) -> None:
    for _ in range(10):
        await shop.order(1)
    await shop.grant(1, 100)
    job = await shop.order(1, Request(Operation.IMAGE, "a cat"), provider="flow")
    assert isinstance(await move(shop, job, "apiframe"), NotEnough)
    assert JobState.QUEUED == await now_of(shop, job)
    assert 100 == (await shop.wallet(1)).held_vnd
    assert [] == await shop.findings()


@pytest.mark.parametrize("chat", [None, GROUP])
async def test_what_a_plan_that_is_over_by_now_paid_for_does_not_pay_for_the_move(
    tmp_path: Path, chat: int | None
) -> None:
    async with opened_shop(tmp_path, MONTHLY) as shop:
        await shop.set_rules(GROUP, GroupRules(payer=Payer.GROUP, cap_vnd=1_000))
        await shop.pay_in(chat or 1, 5_000, plan="monthly")
        shop.now.at += 30 * 24 * HOUR - 60_000
        job = await shop.order(1, chat=chat)
        shop.now.at += 120_000
        refused = await move(shop, job)
        assert isinstance(refused, NotEnough)
        assert (400, 0) == (refused.cost_vnd, refused.balance_vnd)
        assert JobState.QUEUED == await now_of(shop, job)
        assert [("hold", 400)] == await shop.entries(job)
        await shop.pay_in(chat or 1, 400)
        assert isinstance(await move(shop, job), Accepted)
        assert [] == await shop.findings()


async def test_what_was_paid_beside_a_plan_that_is_over_by_now_pays_for_the_move(
    tmp_path: Path,
) -> None:
    async with opened_shop(tmp_path, MONTHLY.replace("price = 5_000", "price = 300")) as shop:
        await shop.pay_in(1, 400, plan="monthly")
        job = await shop.order(1)
        shop.now.at += 31 * 24 * HOUR
        refused = await move(shop, job)
        assert isinstance(refused, NotEnough)
        assert (400, 100) == (refused.cost_vnd, refused.balance_vnd)
        await shop.pay_in(1, 300)
        assert isinstance(await move(shop, job), Accepted)
        assert [] == await shop.findings()


async def test_nobody_is_sent_to_a_provider_that_rests_too(shop: Shop) -> None:
    job = await shop.order(1)
    await shop.store.write(lambda tx: accounts.pause_by_hand(tx, "flow", now=NOON))
    assert {} == await moving.moves(shop.store, job, BOTH, now=NOON)
    assert None is await move(shop, job)


async def test_nobody_is_sent_to_a_provider_that_asked_to_be_left_alone(shop: Shop) -> None:
    job = await shop.order(1)
    until = NOON + 60_000
    await shop.store.write(lambda tx: accounts.leave_alone(tx, "flow", until=until, now=NOON))
    assert {} == await moving.moves(shop.store, job, BOTH, now=until - 1)
    assert ["flow"] == list(await moving.moves(shop.store, job, BOTH, now=until))


async def test_what_failed_is_moved_once_however_often_it_is_pressed(shop: Shop) -> None:
    job = await shop.happens(await shop.order(1), Admitted(), SubmitRefused(Reason.CREDITS))
    await shop.grant(1, 10_000)
    outcome = await move(shop, job)
    assert isinstance(outcome, Accepted)
    again = await book.find_job(shop.store, job.job_id)
    assert again is not None
    assert outcome.job.job_id == again.moved_to
    assert None is await move(shop, again)
    with pytest.raises(StaleJob):  # a press that had read it before
        await move(shop, job)
    assert 1 == len(await shop.store.all("jobs_in_state", state="queued"))
    assert [] == await shop.findings()


@pytest.mark.parametrize(
    ("reason", "expected"),
    [(Reason.CREDITS, ["flow"]), (Reason.KEY, ["flow"]), (Reason.REFUSED, [])],
)
async def test_what_failed_for_the_account_may_move_and_what_was_refused_may_not(
    shop: Shop, reason: Reason, expected: list[str]
) -> None:
    job = await shop.happens(await shop.order(1), Admitted(), SubmitRefused(reason))
    assert expected == list(await moving.moves(shop.store, job, BOTH, now=NOON))
