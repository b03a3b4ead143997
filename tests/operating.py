"""A till whose operator sells plans and gives money by hand, and undoes both.

Knows nothing of requests.
"""

import asyncio
import dataclasses

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, multiple, rule
from till import PEOPLE, Till, wallets

from bot.model import UserId
from bot.money import corrections, ledger, terms
from bot.money.ledger import EntryKind
from bot.money.topups import pay_in


@dataclasses.dataclass(frozen=True)
class Sale:
    """A plan sold by hand."""

    key: str
    term_id: int
    """That it began or went on with."""


class Operating(Till):
    """Sales and grants, each told twice at once, and the buttons that undo them."""

    grants = Bundle[str]("grants")
    sales = Bundle[Sale]("sales")

    @rule(target=sales, whose=wallets, plan=st.sampled_from(["bulk", "monthly", "weekly"]))
    def a_plan_is_sold(self, whose: int, plan: str) -> Sale | MultipleResults[Sale]:
        """An operator's command is read twice at once, and is one sale."""
        wallet, shop = UserId(self.wallet_of(whose)), self.shop
        sold, price_vnd = shop.desk.plans.plans[plan], shop.desk.plans.plans[plan].price or 0
        act = shop.act(f"plan:{plan}:1={next(shop.numbers)}")

        async def sell() -> None:
            each = (
                shop.store.write(
                    lambda tx: pay_in(
                        tx, shop.desk.plans, wallet, EntryKind.GRANT, price_vnd, act, plan=sold
                    )
                )
                for _ in range(2)
            )
            await asyncio.gather(*each)

        refusal = self.refusal(sell())
        if refusal is not None:
            self.is_another_plan(refusal, plan)
            return multiple()
        self.came_in[wallet] += price_vnd
        term = self.runner.run(
            terms.same_running(shop.store, shop.desk.plans, sold, wallet, now=act.now)
        )
        assert term is not None
        return Sale(act.key, term.term_id)

    @rule(sale=sales)
    def a_sale_is_undone(self, sale: Sale) -> None:
        """As was said: nothing goes but what was sold; or nothing at all."""
        shop = self.shop
        entry = self.runner.run(ledger.entry_of(shop.store, sale.key))
        assert entry is not None
        term = self.runner.run(terms.find_term(shop.store, entry.term_id or sale.term_id))
        act = shop.act(f"correction:of:{sale.key}")
        if term is None or self.runner.run(ledger.is_known(shop.store, act.key)):
            return
        purses, wallet = shop.desk.purses, entry.wallet_id
        before = self.runner.run(purses.balance_of(shop.store, wallet))
        entries = self.runner.run(shop.rows("SELECT COUNT(*) AS entries FROM ledger_entry"))
        plans, ruled = shop.desk.plans, self.ruling_of(wallet)
        try:
            said = self.runner.run(
                corrections.foresee_undo(shop.store, plans, entry, term, now=act.now)
            )
        except corrections.LessIsLeft:
            said = None
        undoing = shop.store.write(lambda tx: corrections.undo_sale(tx, plans, entry, term, act))
        if (refusal := self.refusal(undoing)) is not None:
            assert isinstance(refusal, corrections.LessIsLeft)
            assert said is None
            assert entries == self.runner.run(
                shop.rows("SELECT COUNT(*) AS entries FROM ledger_entry")
            )
            return
        assert said is not None
        stays = self.runner.run(terms.find_term(shop.store, term.term_id))
        assert said.is_over == (stays is None)
        assert stays is None or said.ends_at == stays.ends_at
        if term.term_id == ruled:
            assert said.is_over == (term.term_id != self.ruling_of(wallet))
        self.went_out[wallet] += entry.amount_vnd
        after = self.runner.run(purses.balance_of(shop.store, wallet))
        assert before - entry.amount_vnd == after

    @rule(target=sales, user=st.sampled_from(PEOPLE))
    def a_plan_is_sold_twice_and_as_much_spent_as_once(self, user: int) -> MultipleResults[Sale]:
        self.a_plan_is_ended_early(user)
        sold = [self.a_plan_is_sold(user, "bulk") for _ in range(2)]
        self.all_but_so_much_is_taken_back(user, 900)
        return multiple(*(sale for sale in sold if isinstance(sale, Sale)))

    @rule(target=grants, whose=wallets, amount_vnd=st.integers(1, 2_500))
    def is_given_by_hand(self, whose: int, amount_vnd: int) -> str:
        wallet, shop = UserId(self.wallet_of(whose)), self.shop
        act = shop.act(f"grant:1={next(shop.numbers)}")
        self.write(lambda tx: pay_in(tx, shop.desk.plans, wallet, EntryKind.GRANT, amount_vnd, act))
        self.came_in[wallet] += amount_vnd
        return act.key

    @rule(grant=grants)
    def a_grant_is_taken_back(self, grant: str) -> None:
        """Many press the button at once; it goes once."""
        shop = self.shop
        entry = self.runner.run(ledger.entry_of(shop.store, grant))
        assert entry is not None
        act = shop.act(f"correction:of:{grant}")

        async def press() -> list[bool | BaseException]:
            each = (
                shop.store.write(
                    lambda tx: corrections.take_back(tx, entry.wallet_id, entry.amount_vnd, act)
                )
                for _ in range(2)
            )
            return await asyncio.gather(*each, return_exceptions=True)

        pressed = self.runner.run(press())
        if True in pressed:
            assert [True, False] == pressed
            self.went_out[entry.wallet_id] += entry.amount_vnd

    @rule(target=sales, user=st.sampled_from(PEOPLE), is_sold_first=st.booleans())
    def a_plan_is_paid_for_and_sold_and_the_first_of_it_had(
        self, user: int, *, is_sold_first: bool
    ) -> Sale | MultipleResults[Sale]:
        if not is_sold_first:
            self.paid(user, user, 70, "weekly")
            self.time_passes(1, is_swept=False)
        sale = self.a_plan_is_sold(user, "weekly")
        if is_sold_first:
            self.time_passes(1, is_swept=False)
            self.paid(user, user, 70, "weekly")
        self.time_passes(24, is_swept=False)
        return sale
