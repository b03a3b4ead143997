"""People whose Stars have reached Telegram: with a bot that knows of it, or with one that does not.

What /buy and its invoices do is told elsewhere; here a payment is there from the beginning.
"""

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from hurrying import Hurry
from story import Person, Story, living_bot, served_town, settings_for

from bot.app import DATABASE_NAME, Clocks
from bot.model import ChatId, UserId
from bot.money import ledger, payments
from bot.money.auditing import verify
from bot.money.payments import Paid, make_invoice
from bot.money.plan_file import load_plans
from bot.money.plans import Plans
from bot.money.stars import Offer
from bot.sandbox.invoices import Invoice
from bot.store.port import Transaction
from bot.store.sqlite import SqliteStore, open_store

RATE = 100
"""Đồng for a Star."""
PLANS = """
[prices]
image = 100
[stars]
vnd_per_star = 100
packs = [10, 20]
[shop]
contact = "@shop"
[plans.free]
threads = 3
[plans.monthly]
price = 5_000
days = 30
refund = 0.70
threads = 4
"""


@dataclasses.dataclass
class Till:
    """A shop that takes Stars, its operator, and its book seen from beside."""

    story: Story
    operator: Person
    store: SqliteStore
    plans: Plans
    hurry: Hurry

    async def person(self, name: str = "An", language: str = "en") -> Person:
        """Somebody the bot knows."""
        person = self.story.person(name, language)
        await person.answer_to(person.say("/jobs"))
        return person

    async def paid(
        self,
        person: Person,
        stars: int,
        plan: str | None = None,
        *,
        renews: bool = False,
        group: int | None = None,
    ) -> str:
        """They have paid, for themselves or for a group, and were credited; the charge."""
        payload = await self.offered(person, stars, plan, renews=renews, group=group)
        charge_id = self.paid_unheard(person, stars, payload, renews=renews)
        paid = Paid(charge_id, UserId(person.user_id), payload, stars, is_recurring=renews)
        now = self.hurry.wall()
        await self.store.write(lambda tx: payments.credit(tx, self.plans, paid, now=now))
        return charge_id

    async def offered(
        self,
        person: Person,
        stars: int,
        plan: str | None = None,
        *,
        renews: bool = False,
        group: int | None = None,
    ) -> str:
        """The payload of an invoice of ours."""
        user_id, now = UserId(person.user_id), self.hurry.wall()
        filled = group or user_id
        offer = Offer(stars, RATE, plan, renews)

        async def work(tx: Transaction) -> str:
            return await make_invoice(tx, user_id, UserId(filled), ChatId(filled), offer, now=now)

        return await self.store.write(work)

    def paid_unheard(
        self, person: Person, stars: int, payload: str, *, renews: bool = False
    ) -> str:
        """Telegram has their Stars, and its update about that is lost; the charge."""
        world = self.story.world
        invoice = Invoice("Stars", "Stars", payload, stars, is_subscription=renews)
        user: Any = world.chats.users[person.user_id]
        return world.till.stars.charge(user, invoice, int(self.hurry.wall() / 1000)).charge_id

    async def balance(self, person: Person) -> int:
        return (await ledger.read_wallet(self.store, UserId(person.user_id))).balance_vnd

    async def entries(self, person: Person) -> list[tuple[str, int]]:
        rows = await self.store._reader.execute_fetchall(
            "SELECT kind, amount_vnd FROM ledger_entry WHERE wallet_id = ? ORDER BY entry_id",
            (person.user_id,),
        )
        return [(row["kind"], row["amount_vnd"]) for row in rows]

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.story.world.calls)

    def goes_by(self, seconds: float) -> None:
        """The bot's clocks are put on."""
        self.hurry.ahead_s += seconds
        self.hurry.wake()


@contextlib.asynccontextmanager
async def open_till(folder: Path, more: str = "") -> AsyncIterator[Till]:
    """``more``: of the plan file."""
    plans = folder / "plans.toml"
    plans.write_text(PLANS + more)
    hurry = Hurry()
    async with served_town(folder / "town") as town:
        story = Story(town, folder / "data")
        operator = story.person("Operator", "en")
        environ = settings_for(
            town,
            story.data_dir,
            BOT_ADMIN_IDS=str(operator.user_id),
            BOT_PLANS_FILE=str(plans),
        )
        async with (
            living_bot(environ, clocks=Clocks(hurry.wall, hurry.steady)) as easel,
            open_store(story.data_dir / DATABASE_NAME) as store,
        ):
            hurry.wake = easel.wake
            await operator.answer_to(operator.say("/jobs"))  # their language is known now
            yield Till(story, operator, store, load_plans(plans), hurry)
            assert [] == await verify(store)
