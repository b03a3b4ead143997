"""The bot's database, seen from beside it: for what no chat shows."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

from story import PATIENCE_S, Story
from telling import until

from bot.app import DATABASE_NAME
from bot.chat.spill import FILE_NAME


def rows(story: Story, question: str, *values: Any) -> list[tuple[Any, ...]]:
    path = story.data_dir / DATABASE_NAME
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(question, values).fetchall()


async def change(story: Story, statement: str, *values: Any) -> None:
    """What is not to be waited for: a state that a chat would bring about in many steps."""

    def work() -> None:
        path = story.data_dir / DATABASE_NAME
        with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE_S)) as database, database:
            database.execute(statement, values)

    # In a thread: a bot in the midst of a write needs this loop to come to its end.
    await asyncio.to_thread(work)


@contextlib.asynccontextmanager
async def nobody_writes(story: Story, first: str = "SELECT 1") -> AsyncIterator[None]:
    """Another process holds the database, having done ``first``."""
    path = story.data_dir / DATABASE_NAME
    with contextlib.closing(
        sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
    ) as database:

        def take() -> None:
            database.execute(first)
            database.execute("BEGIN IMMEDIATE")

        await asyncio.to_thread(take)  # as above
        yield
        database.execute("ROLLBACK")


async def handled(story: Story) -> None:
    """Everything sent before was handled, and everything there was to say was said."""
    waiting = (
        "SELECT 1 FROM inbox WHERE state = 'new' "
        "UNION ALL SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending')"
    )
    await until(lambda: is_taken_in(story) and not rows(story, waiting))


def is_taken_in(story: Story) -> bool:
    """Whether every update is in the inbox: a slow commit leaves them in a file for a while."""
    return not story.world.updates.pending and not (story.data_dir / FILE_NAME).exists()
