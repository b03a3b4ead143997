"""A shop in a state machine: whatever money does, in any order. Knows nothing of requests."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

from bookkeeping import account_of, check_book, check_terms, left_of_terms
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
from payments import ask_back, foreseen, payment_of, stays, went_back
from shop import HOUR, Shop, opened_shop

from bot.errors import EaselError
from bot.jobs import receipts
from bot.model import ChatId, Job, UserId
from bot.money import corrections, payments, terms, vouchers
from bot.money.payments import Paid
from bot.money.reconciling import Transfer
from bot.money.refunds import NotEnoughLeft, PaymentState, find
from bot.money.stars import Offer
from bot.store.port import Transaction

T = TypeVar("T")

PEOPLE = (7, 8)
GROUP = -100_123
SUPERGROUP = -1_002_000_000_123
"""What the group becomes at any moment, and then again and again: it may be told twice."""
MOST_A_DAY = 40
RATE = 10
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


class Till(RuleBasedStateMachine):
    """A shop and all the ways money has in and out of it."""

    charges = Bundle[str]("charges")

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.shop: Shop = self.runner.run(
            self.stack.enter_async_context(opened_shop(folder, PLANS))
        )
        # Nothing is killed here, so nothing need reach the disk.
        self.runner.run(self.shop.tamper("PRAGMA synchronous = OFF"))
        self.shop.now.step = 1  # a code decides who goes first of two, and codes are by chance
        self.group = GROUP
        self.came_in = dict.fromkeys((*PEOPLE, GROUP), 0)
        self.went_out = dict.fromkeys((*PEOPLE, GROUP), 0)
        self.parts = dict[str, int]()
        self.listed: list[Transfer] = []
        for wallet, plan in ((PEOPLE[0], None), (PEOPLE[1], "monthly"), (GROUP, "weekly")):
            self.is_paid_in(wallet, 2_000, None)
            self.is_paid_in(wallet, 3_000, plan)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(self.stack.aclose())
            self.runner.close()

    # --- money comes and goes -----------------------------------------------------------------

    @rule(whose=wallets, amount_vnd=st.integers(1, 4_000), plan=plans)
    def is_paid_in(self, whose: int, amount_vnd: int, plan: str | None) -> None:
        wallet = self.wallet_of(whose)
        refusal = self.refusal(self.shop.pay_in(wallet, amount_vnd, plan=plan))
        if refusal is None:
            self.came_in[wallet] += amount_vnd
        else:
            self.is_another_plan(refusal, plan)

    @rule(whose=wallets, plan=st.sampled_from(["prepaid", "bulk", "monthly"]))
    def a_plan_is_given(self, whose: int, plan: str) -> None:
        wallet, given = UserId(self.wallet_of(whose)), self.shop.desk.plans.plans[plan]
        act = self.shop.act("given")
        entering = self.shop.store.write(lambda tx: terms.enter(tx, given, wallet, act))
        refusal = self.refusal(entering)
        if refusal is not None:
            self.is_another_plan(refusal, plan)

    def is_another_plan(self, refusal: EaselError, plan: str | None) -> None:
        assert isinstance(refusal, terms.AnotherPlanRuns)
        assert refusal.plan != plan

    @rule(whose=wallets, amount_vnd=st.integers(1, 2_500))
    def is_taken_back(self, whose: int, amount_vnd: int) -> None:
        wallet = self.wallet_of(whose)
        act = self.shop.act(f"back:{next(self.shop.numbers)}")
        lasting_vnd = self.runner.run(
            corrections.lasting_of(self.shop.store, UserId(wallet), now=self.shop.now())
        )
        taking = self.shop.store.write(
            lambda tx: corrections.take_back(tx, UserId(wallet), amount_vnd, act)
        )
        refusal = self.refusal(taking)
        assert (refusal is None) == (lasting_vnd >= amount_vnd)
        if refusal is None:
            self.went_out[wallet] += amount_vnd

    @rule(whose=wallets)
    def all_that_lasts_is_taken_back(self, whose: int) -> None:
        wallet, now = UserId(self.wallet_of(whose)), self.shop.now()
        lasting = corrections.lasting_of(self.shop.store, wallet, now=now)
        if lasting_vnd := self.runner.run(lasting):
            self.is_taken_back(whose, lasting_vnd)

    @rule(whose=wallets)
    def a_plan_is_ended_early(self, whose: int) -> None:
        wallet, act = self.wallet_of(whose), self.shop.act("early")
        before = self.runner.run(account_of(self.shop, wallet))
        try:
            ending = self.write(
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
        wallet = UserId(self.wallet_of(whose))
        purses, now = self.shop.desk.purses, self.shop.now()
        before = self.runner.run(purses.balance_of(self.shop.store, wallet))
        self.write(lambda tx: terms.close_over(tx, wallet, now=now))
        assert before == self.runner.run(purses.balance_of(self.shop.store, wallet))
        assert before == self.runner.run(self.shop.wallet(wallet)).balance_vnd
        assert 0 == self.write(lambda tx: terms.close_over(tx, wallet, now=now))

    @rule(hours=st.sampled_from([1, 24, 80]), is_swept=st.booleans())
    def time_passes(self, hours: int, *, is_swept: bool) -> None:
        self.shop.now.at += hours * HOUR
        if is_swept:
            for whose in (*PEOPLE, GROUP):
                self.what_is_over_lapses(whose)

    @rule(target=charges, user=st.sampled_from(PEOPLE), whose=wallets, stars=st.integers(1, 400))
    def stars_are_paid(self, user: int, whose: int, stars: int) -> str:
        return self.paid(user, user if whose in PEOPLE else self.group, stars, None)

    @rule(target=charges, user=st.sampled_from(PEOPLE), whose=wallets, plan=plans)
    def a_plan_is_paid_in_stars(self, user: int, whose: int, plan: str | None) -> str:
        stars = {"monthly": 300, "weekly": 70, "bulk": 90}.get(plan or "", 50)
        return self.paid(user, user if whose in PEOPLE else self.group, stars, plan)

    @rule(target=charges, user=st.sampled_from(PEOPLE))
    def a_plan_is_bought_twice_and_the_first_time_is_had(self, user: int) -> MultipleResults[str]:
        first = self.paid(user, user, 70, "weekly")
        self.time_passes(1, is_swept=False)
        second = self.paid(user, user, 70, "weekly")
        self.time_passes(24, is_swept=False)
        return multiple(first, second)

    @rule(target=charges, user=st.sampled_from(PEOPLE))
    def a_plan_is_bought_twice_and_as_much_spent_as_once(self, user: int) -> MultipleResults[str]:
        self.a_plan_is_ended_early(user)
        first, second = (self.paid(user, user, 30, "prepaid") for _ in range(2))
        self.all_but_so_much_is_taken_back(user, 300)
        return multiple(first, second)

    def all_but_so_much_is_taken_back(self, user: int, left_vnd: int) -> None:
        lasting = corrections.lasting_of(self.shop.store, UserId(user), now=self.shop.now())
        self.is_taken_back(user, self.runner.run(lasting) - left_vnd)

    def offered_and_paid(self, user: int, wallet: int, stars: int, plan: str | None) -> Paid:
        """By Telegram, which has not told us yet."""
        offer, now = Offer(stars, RATE, plan), self.shop.now()
        payload = self.write(
            lambda tx: payments.make_invoice(
                tx, UserId(user), UserId(wallet), ChatId(wallet), offer, now=now
            )
        )
        return Paid(f"stx{next(self.shop.numbers)}", UserId(user), payload, stars)

    def paid(self, user: int, wallet: int, stars: int, plan: str | None) -> str:
        """The same payment is told three times at once, and credited once."""
        shop, now = self.shop, self.shop.now()
        paid = self.offered_and_paid(user, wallet, stars, plan)
        self.is_listed(paid)

        async def tell() -> list[payments.Credit | None]:
            told = (
                shop.store.write(lambda tx: payments.credit(tx, shop.desk.plans, paid, now=now))
                for _ in range(3)
            )
            return await asyncio.gather(*told)

        [credit] = [each for each in self.runner.run(tell()) if each is not None]
        assert (wallet, stars * RATE) == (credit.wallet_id, credit.amount_vnd)
        self.came_in[wallet] += stars * RATE
        return paid.charge_id

    def is_listed(self, paid: Paid, *, is_refund: bool = False) -> None:
        """In Telegram's list of Stars."""
        self.listed.append(
            Transfer(
                *(paid.charge_id, paid.user_id, paid.stars, paid.payload),
                *(self.shop.now(), is_refund, False),
            )
        )

    @rule(charge=charges)
    def stars_are_asked_back(self, charge: str) -> None:
        refusal = self.refusal(ask_back(self.shop, charge))
        assert isinstance(refusal, NotEnoughLeft | terms.StillHeld | None)

    @rule(charge=charges)
    def stars_are_asked_back_and_the_shop_bears_what_is_missing(self, charge: str) -> None:
        payment = self.runner.run(payment_of(self.shop, charge))
        self.what_is_over_lapses(payment.wallet_id)  # a question that is refused writes nothing
        refusal = self.refusal(foreseen(self.shop, charge))
        if payment.state is not PaymentState.PAID or not isinstance(refusal, NotEnoughLeft):
            return
        bears_vnd = refusal.missing_vnd
        assert isinstance(
            self.refusal(ask_back(self.shop, charge, bears_vnd=bears_vnd - 1)), NotEnoughLeft
        )
        before = self.runner.run(self.shop.wallet(payment.wallet_id)).balance_vnd
        assert self.runner.run(ask_back(self.shop, charge, bears_vnd=bears_vnd))
        assert not self.runner.run(ask_back(self.shop, charge, bears_vnd=bears_vnd))
        self.came_in[self.wallet_of(payment.wallet_id)] += bears_vnd
        after = self.runner.run(self.shop.wallet(payment.wallet_id)).balance_vnd
        assert before - (payment.amount_vnd - bears_vnd) == after

    @rule(charge=charges)
    def stars_go_back_as_was_said(self, charge: str) -> None:
        """Nothing happens between the question, the yes and Telegram's answer."""
        payment = self.runner.run(payment_of(self.shop, charge))
        if payment.state is not PaymentState.PAID:
            return
        refusal = self.refusal(foreseen(self.shop, charge))
        bears_vnd = 0
        if refusal is not None:
            assert type(refusal) is type(self.refusal(ask_back(self.shop, charge)))
            if not isinstance(refusal, NotEnoughLeft):
                return
            bears_vnd = refusal.missing_vnd
        said = self.runner.run(foreseen(self.shop, charge, bears_vnd=bears_vnd))
        ruled = self.ruling_of(payment.wallet_id)
        before = self.runner.run(self.shop.wallet(payment.wallet_id)).balance_vnd
        assert self.runner.run(ask_back(self.shop, charge, bears_vnd=bears_vnd))
        self.came_in[self.wallet_of(payment.wallet_id)] += bears_vnd
        for other in said.going:
            self.runner.run(went_back(self.shop, self._charge_of(other)))
        back = self.runner.run(went_back(self.shop, charge))
        assert back is not None
        after = self.runner.run(self.shop.wallet(payment.wallet_id)).balance_vnd
        assert before - (payment.amount_vnd - bears_vnd) - said.lapse_vnd == after
        if said.plan is None:
            return
        term_id = said.plan.term.term_id
        term = self.runner.run(terms.find_term(self.shop.store, term_id))
        assert said.plan.is_over == (term is None)
        assert term is None or said.plan.ends_at == term.ends_at
        if term_id == ruled:  # and then it is what they have, or is not
            assert said.plan.is_over == (term_id != self.ruling_of(payment.wallet_id))

    def ruling_of(self, wallet: UserId) -> int | None:
        """Of the plan in force."""
        plans, now = self.shop.desk.plans, self.shop.now()
        term = self.runner.run(terms.term_of(self.shop.store, plans, wallet, now=now))
        return None if term is None else term.term_id

    def _charge_of(self, payment_id: int) -> str:
        payment = self.runner.run(find(self.shop.store, payment_id))
        assert payment is not None
        return payment.charge_id

    @rule(charge=charges)
    def stars_went_back(self, charge: str) -> None:
        self.runner.run(went_back(self.shop, charge))
        assert self.runner.run(went_back(self.shop, charge)) is None

    @rule(charge=charges)
    def stars_go_back_when_nothing_but_a_plan_is_left(self, charge: str) -> None:
        payment = self.runner.run(payment_of(self.shop, charge))
        wallet = payment.wallet_id
        self.all_that_lasts_is_taken_back(wallet)
        self.stars_went_back(charge)

    @rule(charge=charges)
    def stars_stay(self, charge: str) -> None:
        kept = self.runner.run(stays(self.shop, charge))
        if kept is not None:
            payment = kept.payment
            self.came_in[self.wallet_of(payment.wallet_id)] += payment.reversed_vnd

    @rule(whose=wallets, amount_vnd=st.integers(1, 900), hours=st.sampled_from([-1, 1]))
    def a_voucher_is_given_by_many_at_once(self, whose: int, amount_vnd: int, hours: int) -> None:
        wallet, shop, now = UserId(self.wallet_of(whose)), self.shop, self.shop.now()
        code, expires_at = f"CODE{next(shop.numbers)}", now + hours * HOUR
        self.write(
            lambda tx: vouchers.make(
                tx, code, amount_vnd, made_by="user 1", now=now, expires_at=expires_at
            )
        )

        async def give() -> list[vouchers.Filled | vouchers.Refused]:
            given = (
                shop.store.write(
                    lambda tx, user=user: vouchers.redeem(  # type: ignore[misc]
                        tx, shop.desk.plans, code, user_id=UserId(user), wallet_id=wallet, now=now
                    )
                )
                for user in PEOPLE
            )
            return await asyncio.gather(*given)

        filled = [each for each in self.runner.run(give()) if isinstance(each, vouchers.Filled)]
        assert [vouchers.Filled(amount_vnd)] * (hours > 0) == filled
        self.came_in[wallet] += amount_vnd * len(filled)

    def left_of_terms(self) -> dict[int, int]:
        return self.runner.run(left_of_terms(self.shop, self.parts))

    def note_terms(self, jobs: Sequence[Job], left_before: Mapping[int, int]) -> None:
        """How much of jobs just accepted the plan pays whose balance they spend first."""
        left = dict(left_before)
        for job in sorted(jobs, key=lambda job: job.accepted_at):
            if job.term_id is not None:
                self.parts[job.job_id] = min(job.held_vnd, left[job.term_id])
                left[job.term_id] -= self.parts[job.job_id]

    def wallet_of(self, whose: int) -> int:
        return whose if whose > 0 else self.group

    def refusal(self, doing: Coroutine[object, object, object]) -> EaselError | None:
        try:
            self.runner.run(doing)
        except EaselError as error:
            return error
        return None

    def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        return self.runner.run(self.shop.store.write(work))

    @invariant()
    def the_book_is_right(self) -> None:
        if hasattr(self, "runner"):
            self.runner.run(check_book(self.shop))

    @invariant()
    def a_plan_takes_only_what_was_bought_with_it(self) -> None:
        """And what was not: what jobs cost beside it, what goes out, is the rest's first."""
        if hasattr(self, "runner"):
            self.runner.run(check_terms(self.shop, self.parts))

    @invariant()
    def receipts_come_to_the_balance(self) -> None:
        for wallet in getattr(self, "came_in", {}):
            reading = receipts.older(self.shop.store, UserId(wallet), most=100_000)
            lines = self.runner.run(reading)
            balance_vnd = self.runner.run(self.shop.wallet(wallet)).balance_vnd
            assert balance_vnd == sum(line.moved_vnd for line in lines)

    @invariant()
    def everything_that_came_in_is_there_or_was_taken_or_went_out(self) -> None:
        for wallet, came_in_vnd in getattr(self, "came_in", {}).items():
            has = self.runner.run(account_of(self.shop, wallet))
            assert (came_in_vnd, self.went_out[wallet]) == (has.came_in, has.went_out)
            assert came_in_vnd == has.balance + has.held + has.charged + has.went_out + has.vanished
