"""A shop that sells for Stars: its bot, opened and closed, and people who buy from it.

Knows nothing of any one story.
"""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from beside import rows
from story import Message, Person, Story, living_bot, served_town, settings_for, words
from telling import press

from bot.i18n import I18n
from bot.money.payments import Refusal
from bot.sandbox.limits import Limits
from bot.sandbox.till import PaymentRefused

PLANS = """
[prices]
image = 100
[stars]
vnd_per_star = {rate}
packs = [100, 200, 500]
[shop]
contact = "@shop"
[plans.free]
free_images_per_day = 40
[plans.prepaid]
min_topup = 50_000
threads = 3
[plans.monthly]
price = 330_000
days = 30
refund = 0.70
[plans.weekly]
price = 90_000
days = 7
[plans.forever]
price = 9_000_000
"""


@dataclasses.dataclass
class Counter:
    """A shop's bot, which may be closed and opened again with other prices."""

    story: Story
    plans: Path

    @contextlib.asynccontextmanager
    async def opened(
        self, more: Mapping[str, str] | None = None, *, rate: int = 330, text: str = PLANS
    ) -> AsyncIterator[None]:
        """``more``: settings; ``rate``: đồng for a Star."""
        await asyncio.to_thread(self.plans.write_text, text.format(rate=rate))
        own = {"BOT_PLANS_FILE": str(self.plans), **(more or {})}
        async with living_bot(settings_for(self.story.town, self.story.data_dir, **own)):
            yield

    async def invoice(self, person: Person, label: str, *, chat: int | None = None) -> Message:
        """What a button of /buy brings."""
        line = "/buy" if chat is None else "/buy@easel_bot"
        sold = await person.answer_to(person.say(line, chat=chat), chat=chat)
        assert "The invoice is on its way." == await press(person, sold, label)
        return await person.sees(lambda m: "invoice" in m, chat=chat, after=sold)

    async def pay(self, person: Person, invoice: Message) -> str:
        chat_id, message_id = invoice["chat"]["id"], invoice["message_id"]
        return await self.story.world.pay(person.user_id, chat_id, message_id)

    async def refused(self, person: Person, invoice: Message) -> str:
        with pytest.raises(PaymentRefused) as refused:
            await self.pay(person, invoice)
        return refused.value.words

    def balance(self, wallet: int) -> int:
        found = rows(self.story, "SELECT balance_vnd FROM wallet WHERE wallet_id = ?", wallet)
        return int(found[0][0]) if found else 0


@contextlib.asynccontextmanager
async def built_counter(folder: Path) -> AsyncIterator[Counter]:
    """Whoever pays there waits ten seconds for the bot, as at Telegram."""
    async with served_town(folder / "town", limits=Limits.off()) as town:
        yield Counter(Story(town, folder / "data"), folder / "plans.toml")


def is_thanks(message: Message) -> bool:
    return words(message).startswith("💚")


def sentence(refusal: Refusal) -> str:
    """Why somebody may not pay, in English."""
    return I18n.load().tongue("en").text(refusal)
