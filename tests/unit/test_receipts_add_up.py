"""Receipts add up: whatever happened to a wallet, its lines come to its balance, each once.

And to the balance after each of them, as the book itself has it.
"""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from payments import ask_back, paid, stays, went_back
from shop import GRID, HOUR, NOON, SINGLE, Shop, audited_shop, opened_shop, outputs

from bot.jobs import book, receipts
from bot.jobs.accept import Accepted
from bot.jobs.facts import Admitted, CancelAsked, DeadlinePassed, Ended, Saved, SubmitAnswered
from bot.jobs.receipts import EntryReceipt, JobReceipt, Receipt
from bot.jobs.rules import GroupRules, Payer
from bot.model import Job, JobId, Operation, Reason, Request, TaskId, UserId
from bot.money import corrections, ledger, refunds, terms
from bot.money.ledger import EntryKind, direction_of
from bot.money.topups import pay_in
from bot.store.port import Transaction

AN = 7
GROUP = -100_123
DAY = 24 * HOUR
ENLARGE = Request(Operation.ENLARGE, hd="2k")
PLANS = """
[prices]
image = 100
[plans.free]
free_images_per_day = 2
threads = 3
[plans.monthly]
price = 5_000_000
days = 30
refund = 0.70
threads = 4
[plans.unlimited]
price = 900
"""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with audited_shop(tmp_path, PLANS) as shop:
        yield shop


async def all_of(shop: Shop, wallet: int = AN, *, most: int = 4) -> list[Receipt]:
    """Page by page to the oldest; and back again it is the same."""
    lines: list[Receipt] = []
    edge = receipts.NEWEST
    while page := await receipts.older(shop.store, UserId(wallet), edge, most=most):
        lines += page
        edge = page[-1].edge
    back: list[Receipt] = lines[-1:]
    while back and (
        page := await receipts.newer(shop.store, UserId(wallet), back[-1].edge, most=most)
    ):
        back += page
    assert lines == back[::-1]
    return lines


async def balances(shop: Shop, wallet: int, lines: Sequence[Receipt]) -> list[int]:
    """After each line, as it is shown when that line is a page's first."""
    has = await shop.wallet(wallet)
    return [
        await receipts.balance_at(shop.store, UserId(wallet), line.edge, has.balance_vnd)
        for line in lines
    ]


async def booked_until(shop: Shop, wallet: int, at: int) -> int:
    """What the book's entries come to by then, those of a job where it was asked for."""
    rows = await shop.rows(
        "SELECT kind, amount_vnd FROM ledger_entry LEFT JOIN job USING (job_id)"
        f" WHERE wallet_id = {wallet} AND COALESCE(accepted_at, ledger_entry.created_at) <= {at}"
    )
    return sum(direction_of(EntryKind(row["kind"])) * row["amount_vnd"] for row in rows)


async def taken_on(shop: Shop, request: Request = GRID, *, chat: int | None = None) -> Job | None:
    outcome = await shop.ask(AN, request, chat=chat)
    return outcome.job if isinstance(outcome, Accepted) else None


async def made(shop: Shop, job: Job, count: int) -> None:
    task = TaskId(f"t-{job.job_id}")
    answered = SubmitAnswered(task, poll_at=NOON, deadline_at=NOON + HOUR)
    await shop.happens(job, Admitted(), answered, Saved(outputs(job, count)))


async def end_early(shop: Shop) -> None:
    act = shop.act(f"early:{next(shop.numbers)}")
    await shop.store.write(lambda tx: terms.end_early(tx, shop.desk.plans, UserId(AN), act))


async def test_ended_early_on_day_twelve_the_refund_and_what_is_gone_stand_in_one_line(
    tmp_path: Path,
) -> None:
    dear = PLANS.replace("image = 100", "image = 300_000").replace("_per_day = 2", "_per_day = 0")
    async with opened_shop(tmp_path, dear) as shop:
        await shop.pay_in(AN, 5_000_000, plan="monthly")
        shop.now.at += 1
        await made(shop, await shop.order(AN, GRID), 4)
        shop.now.at += 12 * DAY
        await end_early(shop)
        refund, job, bought = await all_of(shop)
    assert isinstance(refund, EntryReceipt)
    assert isinstance(bought, EntryReceipt)
    assert (EntryKind.REFUND, 2_660_000, 1_140_000, "monthly", True) == (
        *(refund.kind, refund.amount_vnd, refund.gone_vnd, refund.plan, refund.is_early),
    )
    assert (EntryKind.GRANT, 5_000_000, "monthly") == (bought.kind, bought.amount_vnd, bought.plan)
    assert [-3_800_000, -1_200_000] == [refund.moved_vnd, job.moved_vnd]


async def test_a_job_tells_what_was_held_taken_and_given_back(shop: Shop) -> None:
    await shop.grant(AN, 1_000)
    shop.now.at += 1
    job = await shop.order(AN, GRID)
    await made(shop, job, 3)
    line, _ = await all_of(shop)
    assert isinstance(line, JobReceipt)
    assert (200, 2, 100, 0) == (line.hold_vnd, line.hold_free, line.back_vnd, line.back_free)
    assert (2, 100) == (line.job.charged_free, line.job.charged_vnd)


async def test_one_payment_is_one_line_with_its_stars_whatever_the_plan_took_of_it(
    shop: Shop,
) -> None:
    await paid(shop, AN, 500_016, plan="monthly")
    [line] = await all_of(shop)
    assert isinstance(line, EntryReceipt)
    assert (5_000_160, 500_016, "monthly") == (line.amount_vnd, line.stars, line.plan)


async def test_stars_that_could_not_be_given_back_are_no_second_payment(shop: Shop) -> None:
    payment = await paid(shop, AN, 100)
    await ask_back(shop, payment.charge_id)
    await stays(shop, payment.charge_id)
    restored, reversed_, topup = await all_of(shop)
    assert isinstance(restored, EntryReceipt)
    assert isinstance(reversed_, EntryReceipt)
    assert isinstance(topup, EntryReceipt)
    assert (True, None) == (restored.is_restored, restored.stars)
    assert (EntryKind.REVERSAL, False, 100) == (*(reversed_.kind, topup.is_restored, topup.stars),)


async def test_a_group_sees_who_asked_and_nobody_sees_what_others_paid(shop: Shop) -> None:
    await shop.set_rules(GROUP, GroupRules(payer=Payer.GROUP))
    await shop.grant(GROUP, 1_000)
    shop.now.at += 1
    await shop.order(AN, SINGLE, chat=GROUP)
    own = await shop.order(AN, SINGLE)
    assert [100, 1_000] == [abs(line.moved_vnd) for line in await all_of(shop, GROUP)]
    assert [own.job_id] == [line.edge.job_id for line in await all_of(shop)]


async def test_however_far_back_a_line_is_the_balance_after_it_is_known(shop: Shop) -> None:
    for _ in range(320):
        await shop.pay_in(AN, 1)
        shop.now.at += 1
    lines = await all_of(shop, most=400)
    assert list(range(320, 0, -1)) == await balances(shop, AN, lines)


async def test_a_plan_without_days_is_named_where_it_is_sold_and_where_that_is_undone(
    shop: Shop,
) -> None:
    plan, sold = shop.desk.plans.plans["unlimited"], shop.act("plan:unlimited:7=5")

    async def sell(tx: Transaction) -> None:
        await pay_in(tx, shop.desk.plans, UserId(AN), EntryKind.GRANT, 900, sold, plan=plan)

    await shop.store.write(sell)
    shop.now.at += 1
    entry = await ledger.entry_of(shop.store, sold.key)
    [term] = await terms.running(shop.store, UserId(AN), now=shop.now())
    assert entry is not None
    undo = shop.act(f"correction:of:{sold.key}")
    await shop.store.write(lambda tx: corrections.undo_sale(tx, shop.desk.plans, entry, term, undo))
    shop.now.at += 1
    await shop.grant(AN, 500)
    shop.now.at += 1
    await shop.correct(AN, 100)
    taken, given, undone, bought = await all_of(shop)
    plans = [line.plan for line in (taken, given, undone, bought) if isinstance(line, EntryReceipt)]
    assert [None, None, "unlimited", "unlimited"] == plans


async def test_stars_given_back_say_how_many_and_of_which_payment(shop: Shop) -> None:
    await paid(shop, AN, 30)
    shop.now.at += 1
    payment = await paid(shop, AN, 500_016, plan="monthly", charge="stx_9:1")
    shop.now.at += 1
    await ask_back(shop, payment.charge_id)
    await stays(shop, payment.charge_id)
    shop.now.at += 1
    await ask_back(shop, payment.charge_id)
    shop.now.at += 1
    await went_back(shop, payment.charge_id)
    back, *_ = await all_of(shop)
    assert isinstance(back, EntryReceipt)
    assert (EntryKind.REVERSAL, 500_016, 2) == (back.kind, back.stars, back.payment)


async def test_a_group_reads_who_put_money_in(shop: Shop) -> None:
    seen = {"first_name": "Bình", "username": None, "language_code": None, "now": NOON}
    await shop.store.write(lambda tx: tx.run("user_seen", user_id=8, **seen))
    await paid(shop, 8, 30, wallet=GROUP)
    [line] = await all_of(shop, GROUP)
    assert isinstance(line, EntryReceipt)
    assert "Bình" == line.giver


async def test_what_was_enlarged_here_costs_nothing_and_is_no_receipt(shop: Shop) -> None:
    await shop.order(AN, ENLARGE)
    assert [] == await all_of(shop)


# --- whatever happens ---------------------------------------------------------------------------

Step = Callable[["History"], Coroutine[Any, Any, None]]


class History:
    """One wallet, and a group's, and what becomes of them."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.jobs: list[JobId] = []
        self.charges: list[str] = []

    async def ask(self, chat: int | None) -> None:
        job = await taken_on(self.shop, chat=chat)
        if job is not None:
            self.jobs.append(job.job_id)

    async def end(self, how: int) -> None:
        if not self.jobs:
            return
        job = await book.find_job(self.shop.store, self.jobs.pop(0))
        assert job is not None
        if how <= 4:
            await made(self.shop, job, how) if how else await self.shop.happens(job, CancelAsked())
        elif how == 5:
            await self.shop.happens(job, Ended(Reason.FAILED))
        else:
            task = TaskId(f"t-{job.job_id}")
            answered = SubmitAnswered(task, poll_at=NOON, deadline_at=NOON + HOUR)
            late = Saved(outputs(job, 4))
            await self.shop.happens(job, Admitted(), answered, DeadlinePassed(NOON), late)

    async def buy(self, stars: int) -> None:
        plan = "monthly" if stars >= 500_000 else None
        payment = await paid(self.shop, AN, stars, plan=plan)
        self.charges.append(payment.charge_id)

    async def give_back(self, how: int) -> None:
        if not self.charges:
            return
        charge = self.charges[how % len(self.charges)]
        try:
            await ask_back(self.shop, charge)
        except (refunds.NotEnoughLeft, terms.StillHeld):
            return
        await (stays if how % 2 else went_back)(self.shop, charge)

    async def end_plan(self, _: int) -> None:
        try:
            await end_early(self.shop)
        except terms.StillHeld:
            return

    async def days_pass(self, days: int) -> None:
        self.shop.now.at += days * DAY
        now = self.shop.now()
        await self.shop.store.write(lambda tx: terms.close_over(tx, UserId(AN), now=now))

    async def grant(self, amount_vnd: int) -> None:
        await self.shop.pay_in(AN, amount_vnd)
        await self.shop.grant(GROUP, amount_vnd)

    async def correct(self, amount_vnd: int) -> None:
        wallet = await self.shop.wallet(AN)
        term = await terms.lapsing_term(self.shop.store, UserId(AN), now=self.shop.now())
        if term is None and wallet.balance_vnd >= amount_vnd:
            await self.shop.correct(AN, amount_vnd)


def steps() -> st.SearchStrategy[list[Step]]:
    def of(act: Callable[[History, Any], Any], values: st.SearchStrategy[Any]) -> Any:
        return values.map(lambda value: lambda history: act(history, value))

    return st.lists(
        st.one_of(
            of(History.ask, st.sampled_from([None, GROUP])),
            of(History.end, st.integers(0, 6)),
            of(History.buy, st.sampled_from([30, 500_000, 500_016])),
            of(History.give_back, st.integers(0, 5)),
            of(History.end_plan, st.just(0)),
            of(History.days_pass, st.sampled_from([1, 12, 31])),
            of(History.grant, st.integers(1, 900)),
            of(History.correct, st.integers(1, 900)),
        ),
        min_size=1,
        max_size=25,
    )


@given(acts=steps())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happened_the_receipts_come_to_the_balance(acts: list[Step]) -> None:
    asyncio.run(_it_comes_to_the_balance(acts))


async def _it_comes_to_the_balance(acts: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with opened_shop(Path(folder), PLANS) as shop:
            await shop.tamper("PRAGMA synchronous = OFF")
            await shop.set_rules(GROUP, GroupRules(payer=Payer.GROUP))
            shop.now.step = 1  # so that no two acts share a moment
            history = History(shop)
            for act in acts:
                await act(history)
            for wallet, most in itertools.product((AN, GROUP), (1, 6)):
                lines = await all_of(shop, wallet, most=most)
                has = await shop.wallet(wallet)
                assert has.balance_vnd == sum(line.moved_vnd for line in lines)
                assert len(lines) == len({line.edge for line in lines})
                after = receipts.balances_after(lines, has.balance_vnd)
                assert after == await balances(shop, wallet, lines)
                assert after == [await booked_until(shop, wallet, line.edge.at) for line in lines]
                assert all(balance_vnd >= 0 for balance_vnd in after)
            assert [] == await shop.findings()
