"""The bot's database, seen from beside it: for what no chat shows."""

import contextlib
import sqlite3
from typing import Any

from story import Story
from telling import until

from bot.app import DATABASE_NAME


def rows(story: Story, question: str, *values: Any) -> list[tuple[Any, ...]]:
    path = story.data_dir / DATABASE_NAME
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(question, values).fetchall()


def change(story: Story, statement: str, *values: Any) -> None:
    """What is not to be waited for: a state that a chat would bring about in many steps."""
    path = story.data_dir / DATABASE_NAME
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as database, database:
        database.execute(statement, values)


async def handled(story: Story) -> None:
    """Everything sent before was handled, and everything there was to say was said."""
    waiting = (
        "SELECT 1 FROM inbox WHERE state = 'new' "
        "UNION ALL SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending')"
    )
    await until(lambda: not story.world.updates.pending)
    await until(lambda: not rows(story, waiting))
