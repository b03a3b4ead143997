"""Whatever people, providers, clocks and groups do, in any order: the book is right after every step."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

from bookkeeping import account_of, check_book, outputs_today
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)
from payments import ask_back, stays, went_back
from shop import CLIP, GRID, HOUR, NOON, SINGLE, Shop, opened_shop, outputs

from bot.errors import EaselError
from bot.jobs.accept import Accepted
from bot.jobs.facts import (
    Admitted,
    CancelAsked,
    DeadlinePassed,
    Delivered,
    Ended,
    Fact,
    LaneOver,
    Resolved,
    Saved,
    Settled,
    SubmitAnswered,
    SubmitLost,
    SubmitNotSent,
    Undecided,
)
from bot.jobs.migration import move_chat
from bot.jobs.rules import GroupRules, Payer, rules_of
from bot.model import ChatId, Job, Reason, Request, TaskId, UserId
from bot.money import corrections, payments, terms
from bot.money.payments import Paid
from bot.money.refunds import NotEnoughLeft
from bot.money.stars import Offer
from bot.store.port import Transaction

T = TypeVar("T")

PEOPLE = (7, 8)
GROUP = -100_123
SUPERGROUP = -1_002_000_000_123
"""What the group becomes at any moment, and then again and again: it may be told twice."""
CAP_VND = 900
MOST_A_DAY = 40
RATE = 10
RULES = {
    "members pay": GroupRules(),
    "the group pays": GroupRules(payer=Payer.GROUP),
    "as far as the cap": GroupRules(payer=Payer.GROUP, cap_vnd=CAP_VND),
    "an admin agrees": GroupRules(payer=Payer.GROUP, ask_above_vnd=200),
}
PLANS = f"""
[prices]
image = 100
[plans.free]
free_images_per_day = 2
free_videos_per_day = 1
threads = 2
[plans.prepaid]
min_topup = 300
[plans.bulk]
price = 900
[plans.monthly]
price = 3_000
days = 3
refund = 0.70
[plans.weekly]
price = 700
days = 1
refund = 0.55
[stars]
vnd_per_star = {RATE}
packs = [50]
[limits]
images_per_day = {MOST_A_DAY}
"""
plans = st.sampled_from([None, "prepaid", "bulk", "monthly", "weekly"])
wallets = st.sampled_from((*PEOPLE, GROUP))


class Book(RuleBasedStateMachine):
    """People ask and pay, lanes are given, things end; `bot ledger --verify` finds nothing, ever."""

    jobs = Bundle[Job]("jobs")
    charges = Bundle[str]("charges")

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "plans.toml"
        file.write_text(PLANS, encoding="utf-8")
        self.shop: Shop = self.runner.run(self.stack.enter_async_context(opened_shop(folder, file)))
        # Nothing is killed here, so nothing need reach the disk.
        self.runner.run(self.shop.tamper("PRAGMA synchronous = OFF"))
        self.shop.now.step = 1  # a code decides who goes first of two, and codes are by chance
        self.group = GROUP
        self.came_in = dict.fromkeys((*PEOPLE, GROUP), 0)
        self.went_out = dict.fromkeys((*PEOPLE, GROUP), 0)
        self.tasks = 0
        for wallet in self.came_in:
            self.is_paid_in(wallet, 2_000, None)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.stack.aclose())
            self.runner.close()

    # --- money comes and goes -----------------------------------------------------------------

    @rule(whose=wallets, amount_vnd=st.integers(1, 4_000), plan=plans)
    def is_paid_in(self, whose: int, amount_vnd: int, plan: str | None) -> None:
        wallet = self._wallet(whose)
        refusal = self._refusal(self.shop.pay_in(wallet, amount_vnd, plan=plan))
        if refusal is None:
            self.came_in[wallet] += amount_vnd
        else:
            self._is_another_plan(refusal, plan)

    @rule(whose=wallets, plan=st.sampled_from(["prepaid", "bulk", "monthly"]))
    def a_plan_is_given(self, whose: int, plan: str) -> None:
        wallet, given = UserId(self._wallet(whose)), self.shop.desk.plans.plans[plan]
        act = self.shop.act("given")
        entering = self.shop.store.write(lambda tx: terms.enter(tx, given, wallet, act))
        refusal = self._refusal(entering)
        if refusal is not None:
            self._is_another_plan(refusal, plan)

    def _is_another_plan(self, refusal: EaselError, plan: str | None) -> None:
        assert isinstance(refusal, terms.AnotherPlanRuns)
        assert refusal.plan != plan

    @rule(whose=wallets, amount_vnd=st.integers(1, 2_500))
    def is_taken_back(self, whose: int, amount_vnd: int) -> None:
        wallet = self._wallet(whose)
        act = self.shop.act(f"back:{next(self.shop.numbers)}")
        lasting_vnd = self.runner.run(
            corrections.lasting_of(self.shop.store, UserId(wallet), now=self.shop.now())
        )
        taking = self.shop.store.write(
            lambda tx: corrections.take_back(tx, UserId(wallet), amount_vnd, act)
        )
        refusal = self._refusal(taking)
        assert (refusal is None) == (lasting_vnd >= amount_vnd)
        if refusal is None:
            self.went_out[wallet] += amount_vnd

    @rule(whose=wallets)
    def a_plan_is_ended_early(self, whose: int) -> None:
        wallet, act = self._wallet(whose), self.shop.act("early")
        before = self.runner.run(account_of(self.shop, wallet))
        try:
            ending = self._write(
                lambda tx: terms.end_early(tx, self.shop.desk.plans, UserId(wallet), act)
            )
        except terms.StillHeld:
            return
        if ending is None:
            return
        share = {"monthly": 70, "weekly": 55}[ending.term.plan]
        assert ending.left_vnd * share // 100 == ending.refund_vnd
        self.went_out[wallet] += ending.refund_vnd
        after = self.runner.run(account_of(self.shop, wallet))
        assert before.balance - ending.left_vnd == after.balance

    @rule(whose=wallets)
    def what_is_over_lapses(self, whose: int) -> None:
        """It takes nothing that anybody could still have spent."""
        wallet = UserId(self._wallet(whose))
        purses, now = self.shop.desk.purses, self.shop.now()
        before = self.runner.run(purses.balance_of(self.shop.store, wallet))
        self._write(lambda tx: terms.close_over(tx, wallet, now=now))
        assert before == self.runner.run(purses.balance_of(self.shop.store, wallet))
        assert before == self.runner.run(self.shop.wallet(wallet)).balance_vnd
        assert 0 == self._write(lambda tx: terms.close_over(tx, wallet, now=now))

    @rule(target=charges, user=st.sampled_from(PEOPLE), whose=wallets, stars=st.integers(1, 400))
    def stars_are_paid(self, user: int, whose: int, stars: int) -> str:
        return self._paid(user, user if whose in PEOPLE else self.group, stars, None)

    @rule(target=charges, user=st.sampled_from(PEOPLE), whose=wallets, plan=plans)
    def a_plan_is_paid_in_stars(self, user: int, whose: int, plan: str | None) -> str:
        stars = {"monthly": 300, "weekly": 70, "bulk": 90}.get(plan or "", 50)
        return self._paid(user, user if whose in PEOPLE else self.group, stars, plan)

    def _paid(self, user: int, wallet: int, stars: int, plan: str | None) -> str:
        """The same payment is told three times at once, and credited once."""
        shop, now = self.shop, self.shop.now()
        offer = Offer(stars, RATE, plan)
        payload = self._write(
            lambda tx: payments.make_invoice(
                tx, UserId(user), UserId(wallet), ChatId(wallet), offer, now=now
            )
        )
        charge = f"stx{next(shop.numbers)}"
        paid = Paid(charge, UserId(user), payload, stars)

        async def tell() -> list[payments.Credit | None]:
            told = (
                shop.store.write(lambda tx: payments.credit(tx, shop.desk.plans, paid, now=now))
                for _ in range(3)
            )
            return await asyncio.gather(*told)

        [credit] = [each for each in self.runner.run(tell()) if each is not None]
        assert (wallet, stars * RATE) == (credit.wallet_id, credit.amount_vnd)
        self.came_in[wallet] += stars * RATE
        return charge

    @rule(charge=charges)
    def stars_are_asked_back(self, charge: str) -> None:
        refusal = self._refusal(ask_back(self.shop, charge))
        assert isinstance(refusal, NotEnoughLeft | terms.StillHeld | None)

    @rule(charge=charges)
    def stars_went_back(self, charge: str) -> None:
        self.runner.run(went_back(self.shop, charge))
        assert self.runner.run(went_back(self.shop, charge)) is None

    @rule(charge=charges)
    def stars_stay(self, charge: str) -> None:
        payment = self.runner.run(stays(self.shop, charge))
        if payment is not None:
            self.came_in[self._wallet(payment.wallet_id)] += payment.reversed_vnd

    # --- groups -------------------------------------------------------------------------------

    @rule(spoke_first=st.booleans(), plan=plans)
    def the_group_moves(self, *, spoke_first: bool, plan: str | None) -> None:
        if spoke_first and self.group == GROUP:
            self.runner.run(self.shop.pay_in(SUPERGROUP, 700, plan=plan))
            self.came_in[GROUP] += 700
        old, new = ChatId(GROUP), ChatId(SUPERGROUP)
        moving = self.shop.store.write(lambda tx: move_chat(tx, old, new, now=self.shop.now()))
        assert (self.group == GROUP) == self.runner.run(moving)
        self.group = SUPERGROUP
        for sums in (self.came_in, self.went_out):
            sums[SUPERGROUP] = sums.get(SUPERGROUP, 0) + sums[GROUP]
            sums[GROUP] = 0

    @rule(rules=st.sampled_from(sorted(RULES)))
    def the_group_decides(self, rules: str) -> None:
        self.runner.run(self.shop.set_rules(self.group, RULES[rules]))

    # --- requests -----------------------------------------------------------------------------

    @rule(
        target=jobs,
        user=st.sampled_from(PEOPLE),
        chat=st.sampled_from([None, GROUP]),
        request=st.sampled_from([GRID, SINGLE, CLIP]),
    )
    def ask(self, user: int, chat: int | None, request: Request) -> Job | MultipleResults[Job]:
        chat = chat and self.group
        rules = self.runner.run(rules_of(self.shop.store, ChatId(chat or user)))
        outcome = self.runner.run(self.shop.ask(user, request, chat=chat))
        if not isinstance(outcome, Accepted):
            return multiple()
        job = outcome.job
        assert self.runner.run(outputs_today(self.shop)) <= MOST_A_DAY or request is CLIP
        if rules.payer is Payer.MEMBER:
            assert user == job.payer_id
        else:
            assert (self.group, 0) == (job.payer_id, job.held_free)
            assert job.held_vnd <= (rules.ask_above_vnd or job.held_vnd)
            self._is_within(rules.cap_vnd, user)
        return job

    def _is_within(self, cap_vnd: int | None, user: int) -> None:
        if cap_vnd is not None:
            spent = self.shop.desk.purses.spent_of_group(
                self.shop.store, UserId(user), ChatId(self.group)
            )
            assert self.runner.run(spent) <= cap_vnd

    @rule(target=jobs, many=st.integers(2, 8), chat=st.sampled_from([None, GROUP]))
    def many_ask_at_once(self, many: int, chat: int | None) -> MultipleResults[Job]:
        async def ask_all() -> list[object]:
            people = [PEOPLE[number % len(PEOPLE)] for number in range(many)]
            asks = (self.shop.ask(user, GRID, chat=chat and self.group) for user in people)
            return list(await asyncio.gather(*asks))

        outcomes = self.runner.run(ask_all())
        return multiple(*(each.job for each in outcomes if isinstance(each, Accepted)))

    @rule(job=jobs, count=st.integers(1, 4), reason=st.sampled_from([Reason.FAILED, Reason.BROKEN]))
    def everything_happens_at_once(self, job: Job, count: int, reason: Reason) -> None:
        facts = (
            DeadlinePassed(poll_at=NOON),
            Saved(outputs(job, count)),
            Ended(reason),
            CancelAsked(),
            Settled(),
        )

        async def all_of_it() -> None:
            await asyncio.gather(*(self.shop.happens(job, fact) for fact in facts))

        self.runner.run(all_of_it())

    @rule(lanes=st.integers(0, 3))
    def admit(self, lanes: int) -> None:
        self.runner.run(self.shop.admit(lanes=lanes))

    @rule(job=jobs, is_its_turn=st.booleans())
    def is_taken(self, job: Job, *, is_its_turn: bool) -> None:
        if is_its_turn:
            self._happens(job, Admitted())
        self.tasks += 1
        task = TaskId(f"t-{self.tasks}")
        self._happens(job, SubmitAnswered(task, poll_at=NOON, deadline_at=NOON + HOUR))

    @rule(job=jobs, count=st.integers(1, 5))
    def is_saved(self, job: Job, count: int) -> None:
        self._happens(job, Saved(outputs(job, count)))

    @rule(
        job=jobs,
        fact=st.sampled_from(
            [
                SubmitNotSent(retry_at=NOON),
                SubmitLost(lookup_at=NOON, until=NOON),
                Undecided(lane_until=NOON),
                Ended(Reason.FAILED, "no"),
                DeadlinePassed(poll_at=NOON),
                LaneOver(),
                CancelAsked(),
                Resolved(),
                Delivered(),
                Settled(),
            ]
        ),
    )
    def something_happens(self, job: Job, fact: Fact) -> None:
        self._happens(job, fact)

    @rule(hours=st.sampled_from([1, 24, 24, 80]))
    def time_passes(self, hours: int) -> None:
        self.shop.now.at += hours * HOUR

    def _happens(self, job: Job, fact: Fact) -> None:
        self.runner.run(self.shop.happens(job, fact))

    def _wallet(self, whose: int) -> int:
        return whose if whose > 0 else self.group

    def _refusal(self, doing: Coroutine[object, object, object]) -> EaselError | None:
        try:
            self.runner.run(doing)
        except EaselError as error:
            return error
        return None

    def _write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        return self.runner.run(self.shop.store.write(work))

    @invariant()
    def the_book_is_right(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(check_book(self.shop))

    @invariant()
    def everything_that_came_in_is_there_or_was_taken_or_went_out(self) -> None:
        for wallet, came_in_vnd in getattr(self, "came_in", {}).items():
            has = self.runner.run(account_of(self.shop, wallet))
            assert (came_in_vnd, self.went_out[wallet]) == (has.came_in, has.went_out)
            assert came_in_vnd == has.balance + has.held + has.charged + has.went_out + has.vanished


Book.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestBook = Book.TestCase
