"""Settings, the smallest thing to write into a database, and which of them are in it."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from bot.store.port import Transaction


async def set_value(tx: Transaction, name: str, value: str = "1") -> None:
    await tx.run("setting_set", scope=1, name=name, value=value)


def setting(name: str, value: str = "1") -> Callable[[Transaction], Awaitable[None]]:
    """A write that keeps this setting."""
    return lambda tx: set_value(tx, name, value)


def seen_from_outside(path: Path) -> list[str]:
    """The settings another process reads."""
    with closing(sqlite3.connect(path)) as other:
        return [row[0] for row in other.execute("SELECT name FROM setting ORDER BY name")]
