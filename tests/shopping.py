"""A shop beside the running bot: who pays it gets their money or their plan. Knows no chats."""

from story import Person, Story

from bot import app
from bot.app import DATABASE_NAME
from bot.model import UserId
from bot.money import ledger, terms
from bot.money.ledger import Act, EntryKind
from bot.money.plan_file import load_plans
from bot.money.plans import Plans
from bot.money.topups import pay_in
from bot.store.sqlite import open_store


async def sell(story: Story, person: Person, amount_vnd: int, *, plan: str | None = None) -> None:
    """They have paid the shop, with the plan file beside the data folder or the shipped one."""
    plans, wallet_id = _plans(story), UserId(person.user_id)
    act = Act(f"sold:{app.wall_clock()}", "user 1", "paid at the counter", app.wall_clock())
    bought = None if plan is None else plans.plans[plan]
    async with open_store(story.data_dir / DATABASE_NAME) as store:
        await store.write(
            lambda tx: pay_in(tx, plans, wallet_id, EntryKind.GRANT, amount_vnd, act, plan=bought)
        )


async def give(story: Story, wallet_id: int, amount_vnd: int) -> None:
    """The shop enters this much by hand for a person or a group; the same twice enters once."""
    act = Act(f"grant:{wallet_id}:{amount_vnd}", "operator", "", app.wall_clock())
    async with open_store(story.data_dir / DATABASE_NAME) as store:
        await store.write(
            lambda tx: ledger.enter(tx, UserId(wallet_id), EntryKind.GRANT, amount_vnd, act)
        )


async def end_plan(story: Story, person: Person) -> None:
    """The shop ends the plan that lapses, and pays its share back."""
    plans, wallet_id = _plans(story), UserId(person.user_id)
    act = Act("", "user 1", "as agreed", app.wall_clock())
    async with open_store(story.data_dir / DATABASE_NAME) as store:
        await store.write(lambda tx: terms.end_early(tx, plans, wallet_id, act))


def _plans(story: Story) -> Plans:
    path = story.data_dir.parent / "plans.toml"
    return load_plans(path if path.exists() else None)
