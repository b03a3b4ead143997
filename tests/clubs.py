"""A group whose wallet pays: its admin, its members, and who fills the wallet.

Knows nothing of any one story.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from shopping import give
from story import Message, Person, Story, living_bot, served_town, settings_for
from story import words as said

from bot.app import DATABASE_NAME
from bot.jobs.rules import GroupRules, Payer, set_rules
from bot.model import ChatId, UserId
from bot.money import ledger
from bot.money.auditing import verify
from bot.store.sqlite import open_store

PLANS = """
[prices]
image = {image}
image_hd = 150
[shop]
contact = "@shop"
[plans.free]
free_images_per_day = 40
free_videos_per_day = 2
threads = 20
"""
DRAW = "/img@easel_bot"
PAYS = GroupRules(payer=Payer.GROUP)


@dataclass
class Club:
    """A group of three whose admin is Bình, and the operator's hand beside the running bot."""

    story: Story
    plans: Path
    binh: Person
    an: Person
    chi: Person
    group: int
    keys: dict[str, str] = field(default_factory=dict)
    """The operator's, where they are not the usual ones."""

    @contextlib.asynccontextmanager
    async def opened(self, *, image: int = 100) -> AsyncIterator[None]:
        self.plans.write_text(PLANS.format(image=image))
        town, folder = self.story.town, self.story.data_dir
        async with living_bot(
            settings_for(town, folder, BOT_PLANS_FILE=str(self.plans), **self.keys)
        ):
            yield

    async def decides(self, rules: GroupRules) -> None:
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            await store.write(lambda tx: set_rules(tx, ChatId(self.group), rules))

    async def grant(self, amount_vnd: int) -> None:
        await give(self.story, self.group, amount_vnd)

    async def wallet(self) -> ledger.Wallet:
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            assert [] == await verify(store)
            return await ledger.read_wallet(store, UserId(self.group))

    async def asked_by(self, person: Person, words: str = f"{DRAW} a lake") -> Message:
        """What a member asked, and the message that asks the admins."""
        return await person.answer_to(person.say(words, chat=self.group), chat=self.group)

    def orders(self) -> int:
        return len(self.story.town.apiframe.tasks)

    async def reads(self, message: Message, wanted: str) -> Message:
        """The same message, once it says so."""
        return await self.an.sees(
            lambda m: m["message_id"] == message["message_id"] and wanted in said(m),
            chat=self.group,
        )


@contextlib.asynccontextmanager
async def built_club(folder: Path) -> AsyncIterator[Club]:
    """The group is there and the bot not yet; in the end its book is right."""
    async with served_town(folder / "town") as town:
        story = Story(town, folder / "data")
        binh, an, chi = (
            story.person("Bình", "vi"),
            story.person("An", "en"),
            story.person("Chi", "vi"),
        )
        group = story.group("Nhóm", binh, an, chi)
        club = Club(story, folder / "plans.toml", binh, an, chi, group)
        yield club
        await club.wallet()
