"""An operator in the chat, and what the book says after what they did with money."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from beside import change, rows
from story import Message, Person, Story, living_bot, served_town, settings_for
from story import words as words_of

from bot.money.auditing import verify
from bot.store.sqlite import open_store

PLANS = """
[prices]
image = 100
[plans.free]
threads = 1
[plans.prepaid]
min_topup = 500
[plans.bulk]
price = 2_000
[plans.staff]
threads = 9
[plans.monthly]
price = 5_000
days = 30
refund = 0.70
[plans.weekly]
price = 900
days = 7
"""
"""Where nothing is free, and a picture is a large part of a plan."""


@contextlib.asynccontextmanager
async def run_by(
    folder: Path, language: str = "en", **more: str
) -> AsyncIterator[tuple[Story, Person]]:
    """A bot and its operator; in the end the book adds up."""
    async with served_town(folder / "town") as town:
        story = Story(town, folder / "data")
        boss = story.person("Boss", language)
        settings = settings_for(town, story.data_dir, BOT_ADMIN_IDS=str(boss.user_id), **more)
        async with living_bot(settings):
            yield story, boss
        async with open_store(story.data_dir / "bot.db") as store:
            assert [] == await verify(store)


async def said(person: Person, line: str, *, to: Message | None = None, chat: int = 0) -> Message:
    """What the bot answers, in the private chat unless a group is named."""
    where = chat or person.user_id
    return await person.answer_to(person.say(line, chat=where, to=to), chat=where)


async def told(person: Person, line: str, *, to: Message | None = None, chat: int = 0) -> str:
    """As ``said``, the words alone."""
    return words_of(await said(person, line, to=to, chat=chat))


def book(story: Story) -> list[tuple[Any, ...]]:
    """Every entry: whose, what, how much, by whom and why."""
    return rows(
        story,
        "SELECT wallet_id, kind, amount_vnd, author, reason FROM ledger_entry ORDER BY entry_id",
    )


async def balance_of(story: Story, person: Person) -> int:
    found = rows(story, "SELECT balance_vnd FROM wallet WHERE wallet_id = ?", person.user_id)
    return int(found[0][0]) if found else 0


async def read_again(story: Story, message: Message) -> None:
    """The same message reaches the bot once more, as another update."""
    await change(
        story,
        "INSERT INTO inbox (update_id, lane, payload, received_at) "
        "SELECT update_id + 1000000, lane, payload, received_at FROM inbox "
        "WHERE payload ->> '$.message.message_id' = ? AND lane = ?",
        message["message_id"],
        message["chat"]["id"],
    )


def times(person: Person, part: str, chat: int | None = None) -> int:
    """How many messages of the bot there say it."""
    return sum(1 for message in person.from_bot(chat) if part in words_of(message))


def with_plans(folder: Path) -> dict[str, str]:
    """The settings of a shop with these plans."""
    file = folder / "plans.toml"
    file.write_text(PLANS)
    return {"BOT_PLANS_FILE": str(file)}
