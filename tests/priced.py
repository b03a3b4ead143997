"""A shop where other prices may be written between two openings, and what its people have left.

Knows nothing of any one story, nor of Stars: who sells for those is in `counters`.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from shopping import give
from story import Person, Story, living_bot, served_town, settings_for, words

from bot.app import DATABASE_NAME
from bot.money.auditing import verify
from bot.store.sqlite import open_store

PLANS = """
[prices]
image = {image}
image_hd = 150
{video}
[shop]
contact = "@shop"
[plans.free]
free_images_per_day = {free}
threads = 20
"""


@dataclass
class Counter:
    """A shop whose prices, and how many pictures a day are free, the operator writes."""

    story: Story
    plans: Path

    @contextlib.asynccontextmanager
    async def opened(
        self, *, image: int = 100, free: int = 8, video: int | None = None
    ) -> AsyncIterator[None]:
        priced = "" if video is None else f"video = {video}"
        self.plans.write_text(PLANS.format(image=image, free=free, video=priced))
        town, folder = self.story.town, self.story.data_dir
        async with living_bot(settings_for(town, folder, BOT_PLANS_FILE=str(self.plans))):
            yield

    async def grant(self, person: Person, amount_vnd: int) -> None:
        await person.answer_to(person.say("/jobs"))
        await give(self.story, person.user_id, amount_vnd)

    async def verify(self) -> list[str]:
        async with open_store(self.story.data_dir / DATABASE_NAME) as store:
            return await verify(store)


@contextlib.asynccontextmanager
async def priced_counter(folder: Path) -> AsyncIterator[Counter]:
    """Nobody has opened it yet; in the end its book is right."""
    async with served_town(folder / "town") as town:
        counter = Counter(Story(town, folder / "data"), folder / "plans.toml")
        yield counter
        assert [] == await counter.verify()


async def balance(person: Person) -> str:
    told = words(await person.answer_to(person.say("/quota")))
    return next(line for line in told.splitlines() if line.startswith(("Balance", "Số dư")))
