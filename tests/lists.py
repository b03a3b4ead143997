"""A till whose Telegram says not everything at once: what nobody heard of, its list of Stars shows.

Knows nothing of requests.
"""

from hypothesis import strategies as st
from hypothesis.stateful import MultipleResults, initialize, multiple, rule
from operating import Operating
from payments import payment_of
from till import PEOPLE, RATE, plans, wallets

from bot.jobs import reconciling
from bot.model import UserId
from bot.money.payments import Paid, credit
from bot.money.reconciling import Differences, compare
from bot.money.refunds import PaymentState, find_charge


class Lists(Operating):
    """Payments and refunds whose update is lost, and the comparison that finds them."""

    @initialize()
    def has_heard_of_all(self) -> None:
        self.unheard: list[tuple[int, Paid]] = []

    @rule(user=st.sampled_from(PEOPLE), whose=wallets, stars=st.integers(1, 400), plan=plans)
    def stars_are_paid_and_nobody_hears(
        self, user: int, whose: int, stars: int, plan: str | None
    ) -> None:
        wallet = user if whose in PEOPLE else self.group
        paid = self.offered_and_paid(user, wallet, stars, plan)
        self.is_listed(paid)
        self.unheard.append((user if whose in PEOPLE else whose, paid))

    @rule(charge=Operating.charges)
    def stars_go_back_and_nobody_hears(self, charge: str) -> None:
        payment = self.runner.run(payment_of(self.shop, charge))
        paid = Paid(charge, payment.user_id, "", payment.stars)
        self.is_listed(paid, is_refund=True)

    @rule()
    def what_nobody_heard_of_goes_back_as_well(self) -> None:
        for _, paid in self.unheard:
            self.is_listed(paid, is_refund=True)

    @rule(target=Operating.charges, may_be_on_its_way=st.booleans())
    def the_lists_are_compared(self, *, may_be_on_its_way: bool) -> MultipleResults[str]:
        """Twice: the second time they agree, and what is told late is nothing new."""
        before = self.shop.now() - reconciling.SETTLES_MS * may_be_on_its_way
        plans, now = self.shop.desk.plans, self.shop.now()
        found = self._compare(before)
        self.runner.run(reconciling.mend(self.shop.store, plans, found, now=now))
        assert self._compare(before).are_none
        self._is_known_to_be_back(before)
        came: list[str] = []
        for whose, paid in list(self.unheard):
            payment = self.runner.run(find_charge(self.shop.store, paid.charge_id))
            if payment is None:
                assert may_be_on_its_way
                continue
            self._is_told_late(paid)
            self.unheard.remove((whose, paid))
            came.append(paid.charge_id)
            if payment.state is PaymentState.PAID:
                wallet = UserId(self.wallet_of(whose))
                assert (wallet, paid.stars * RATE) == (payment.wallet_id, payment.amount_vnd)
                self.came_in[wallet] += payment.amount_vnd
            else:
                assert 0 == payment.amount_vnd
        return multiple(*came)

    def _is_known_to_be_back(self, before: int) -> None:
        for each in self.listed:
            if each.is_refund and each.at < before:
                payment = self.runner.run(payment_of(self.shop, each.charge_id))
                assert PaymentState.REFUNDED == payment.state

    def _is_told_late(self, paid: Paid) -> None:
        plans, now = self.shop.desk.plans, self.shop.now()
        assert self.write(lambda tx: credit(tx, plans, paid, now=now)) is None

    def _compare(self, before: int) -> Differences:
        return self.runner.run(compare(self.shop.store, self.listed, since=0, before=before))
