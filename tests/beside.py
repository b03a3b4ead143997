"""The bot's database, read from beside it: for what no chat shows."""

import contextlib
import sqlite3
from typing import Any

from story import Story

from bot.app import DATABASE_NAME


def rows(story: Story, question: str, *values: Any) -> list[tuple[Any, ...]]:
    path = story.data_dir / DATABASE_NAME
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(question, values).fetchall()
