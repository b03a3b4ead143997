"""SQLite opened, and questions to it. Knows nothing of what the statements mean, nor of writing."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import aiosqlite

from bot.errors import StoreError
from bot.store.port import Row

STATEMENTS_KEPT = 512
"""Statements a connection keeps prepared: more than `queries.sql` has."""


def load_statements() -> dict[str, str]:
    """`queries.sql` by name: a block is a line ``-- name --``, comments, the statement."""
    text = resources.files("bot.store").joinpath("queries.sql").read_text(encoding="utf-8")
    parts = re.split(r"^-- (\w+) --$", text, flags=re.MULTILINE)
    names, bodies = parts[1::2], parts[2::2]
    if len(set(names)) != len(names):
        raise StoreError("queries.sql names a statement twice")
    return dict(zip(names, bodies, strict=True))


class SqliteReading:
    """See :class:`bot.store.port.Reading`: one connection, which answers one question at a time."""

    def __init__(self, reader: aiosqlite.Connection, statements: Mapping[str, str]) -> None:
        self._reader = reader
        self._statements = statements

    async def all(self, statement: str, /, **values: Any) -> list[Row]:
        return await self._ask(self._statements[statement], values)

    async def _ask(self, sql: str, values: Mapping[str, Any]) -> list[Row]:
        try:
            rows = await self._reader.execute_fetchall(sql, values)
        except sqlite3.Error as error:
            raise StoreError(f"The database could not be read: {error}") from error
        return [dict(row) for row in rows]

    async def one(self, statement: str, /, **values: Any) -> Row | None:
        rows = await self.all(statement, **values)
        return rows[0] if rows else None


@contextlib.asynccontextmanager
async def open_reading(path: Path) -> AsyncIterator[SqliteReading]:
    """A way of its own to ask: it waits for nobody else's questions. Raises StoreError.

    ``path``: of a database that ``open_store`` has brought up to date.
    """
    reader, _ = await connect(path)
    try:
        yield SqliteReading(reader, load_statements())
    finally:
        await reader.close()


async def connect(path: Path) -> tuple[aiosqlite.Connection, sqlite3.Connection]:
    """A connection with a thread of its own, and that connection itself. Raises StoreError."""
    # A connection that cannot be opened leaves its thread to answer a loop that may be gone.
    await asyncio.to_thread(_check_readable, path)
    itself = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS_KEPT
    )
    connection = await aiosqlite.Connection(lambda: itself, iter_chunk_size=64)
    connection.row_factory = sqlite3.Row
    try:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "busy_timeout = 10000",
        ):
            await connection.execute(f"PRAGMA {pragma}")
    except BaseException as error:
        await connection.close()  # its thread would keep the process
        if isinstance(error, sqlite3.Error):
            raise StoreError(
                f"{path} cannot be opened ({error}); close what else has it open"
            ) from error
        raise
    return connection, itself


def _check_readable(path: Path) -> None:
    """Raises StoreError with the cause and the fix."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as probe:
            probe.execute("PRAGMA user_version")
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"{path} cannot be opened ({error}); check that it is a file and may be written"
        ) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path} cannot be read as a database ({error}); restore a backup"
        ) from error
