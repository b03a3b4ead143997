"""Little is left: one line, once, where it can be read, with the way to more."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from beside import handled
from story import Message, Person, Story, labels, living_bot, served_town, settings_for
from story import words as said

from bot import app
from bot.app import DATABASE_NAME
from bot.jobs.rules import GroupRules, Payer, set_rules
from bot.model import ChatId, UserId
from bot.money import ledger
from bot.money.plan_file import load_plans
from bot.money.topups import pay_in
from bot.store.sqlite import open_store

DRAW = "/img@easel_bot"
PLANS = """
[prices]
image = 100
[shop]
contact = "@shop"
[plans.free]
threads = 20
"""
STARS = "[stars]\nvnd_per_star = 330\npacks = [200]\n"


class Town:
    """People who pay for everything, and the operator's hand beside the running bot."""

    def __init__(self, story: Story, plans: Path) -> None:
        self.story = story
        self.plans = plans
        self.an = story.person("An", "vi")
        self.kate = story.person("Kate", "en")
        self.group = story.group("Nhóm", self.kate, self.an)

    @contextlib.asynccontextmanager
    async def opened(self, more: str = "") -> AsyncIterator[None]:
        self.plans.write_text(PLANS + more)
        town, folder = self.story.town, self.story.data_dir
        async with living_bot(settings_for(town, folder, BOT_PLANS_FILE=str(self.plans))):
            yield
            await handled(self.story)

    async def pay_in(self, wallet_id: int, amount_vnd: int, key: str = "once") -> None:
        act = ledger.Act(f"{key}:{wallet_id}", "test", "", app.wall_clock())
        plans = load_plans(self.plans)
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            await store.write(
                lambda tx: pay_in(
                    tx, plans, UserId(wallet_id), ledger.EntryKind.GRANT, amount_vnd, act
                )
            )

    async def group_pays(self) -> None:
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            rules = GroupRules(payer=Payer.GROUP)
            await store.write(lambda tx: set_rules(tx, ChatId(self.group), rules))

    async def draws(self, person: Person, words: str, *, chat: int | None = None) -> Message:
        result = await person.result_of(person.say(words, chat=chat), chat=chat)
        await handled(self.story)
        return result

    def hints(self, person: Person, *, chat: int | None = None) -> list[Message]:
        return [message for message in person.from_bot(chat) if "💳" in said(message)]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with served_town(tmp_path / "town") as served:
        yield Town(Story(served, tmp_path / "data"), tmp_path / "plans.toml")


async def test_a_low_balance_is_told_once_in_a_line_with_a_button_to_top_up(town: Town) -> None:
    async with town.opened(STARS):
        await town.pay_in(town.an.user_id, 1_600)
        await town.draws(town.an, "/img hồ sen")
        assert [] == town.hints(town.an)
        await town.draws(town.an, "/img mèo")
        await town.draws(town.an, "/img mưa")
        (hint,) = town.hints(town.an)
        assert "💳 Số dư của bạn còn 800 ₫ (khoảng 8 ảnh) · /buy" == said(hint)
        assert [["💳 Nạp thêm"]] == labels(hint)
        await town.pay_in(town.an.user_id, 800, "again")
        await town.draws(town.an, "/img gió")
        assert 2 == len(town.hints(town.an))


async def test_without_stars_it_names_whom_to_ask(town: Town) -> None:
    async with town.opened():
        await town.pay_in(town.kate.user_id, 450)
        await town.draws(town.kate, "/img a lake")
        (hint,) = town.hints(town.kate)
        expected = "💳 ₫50 left on your balance (not enough for a picture) · top up with @shop"
        assert expected == said(hint)
        assert [] == labels(hint)


async def test_who_asks_in_a_group_from_their_own_wallet_reads_it_in_private_alone(
    town: Town,
) -> None:
    async with town.opened():
        await town.pay_in(town.kate.user_id, 900)
        town.kate.say("/quota")
        await town.kate.sees("Balance")
        await town.draws(town.kate, f"{DRAW} a lake", chat=town.group)
        (hint,) = town.hints(town.kate)
        expected = "💳 ₫500 left on your balance (about 5 pictures) · top up with @shop"
        assert expected == said(hint)
        assert [] == town.hints(town.kate, chat=town.group)


async def test_a_groups_wallet_is_told_of_in_the_answer_itself_and_costs_no_message(
    town: Town,
) -> None:
    async with town.opened(STARS):
        await town.group_pays()
        await town.pay_in(town.group, 900)
        held = town.story.town.apiframe.hold_next("/imagine")
        asked = town.an.say(f"{DRAW} hồ sen", chat=town.group)
        status = await town.an.answer_to(asked, chat=town.group)
        expected = "💳 Ví của nhóm còn 500 ₫ (khoảng 5 ảnh) · /buy@easel_bot"
        assert expected in said(status).splitlines()
        held.release()
        result = await town.an.result_of(asked, chat=town.group)
        assert expected == said(result).splitlines()[-1]
        again = await town.draws(town.kate, f"{DRAW} a cat", chat=town.group)
        assert "💳" not in said(again)
        assert [] == town.hints(town.an)
        messages = [
            m for m in town.an.from_bot(town.group) if m["message_id"] < again["message_id"]
        ]
        assert [result["message_id"]] == [m["message_id"] for m in messages]
