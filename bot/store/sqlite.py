"""The store on SQLite: one writer that commits in groups, one reader, migrations, backup.

Knows nothing of what the statements mean. The design is architecture.md §4: tasks sharing a
connection share a transaction, so all writes pass through one task, which runs whatever is
waiting inside one BEGIN IMMEDIATE, each in its own SAVEPOINT, commits once and only then
answers: one fsync for many, and nobody is told of a thing that is not durable.

What may wait (for another process's lock, for the disk) is done in the connection's thread. Between
BEGIN IMMEDIATE and COMMIT nothing waits, and a statement takes less time than going to a thread and
back: those run on the spot.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import structlog

from bot.errors import DatabaseTooNew, StoreError
from bot.store.connecting import SqliteReading, connect, load_statements
from bot.store.port import Dangling, Row, Topic

T = TypeVar("T")

GROUP_SIZE = 64
"""Writes that share a commit at most: a full group takes a few milliseconds."""

OTHER_PROCESS_CHECK_S = 0.5
"""How often to ask whether another process (`bot grant`) wrote."""

log = structlog.get_logger(__name__)


@dataclasses.dataclass(slots=True)
class _Write:
    work: Callable[[SqliteTransaction], Awaitable[Any]]
    answer: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class SqliteTransaction:
    """One change under way; see :class:`bot.store.port.Transaction`."""

    def __init__(self, connection: sqlite3.Connection, statements: Mapping[str, str]) -> None:
        self._connection = connection
        self._statements = statements
        self.woken: set[Topic] = set()

    async def all(self, statement: str, /, **values: Any) -> list[Row]:
        rows = self._connection.execute(self._statements[statement], values).fetchall()
        return [dict(row) for row in rows]

    async def one(self, statement: str, /, **values: Any) -> Row | None:
        rows = await self.all(statement, **values)
        return rows[0] if rows else None

    async def run(self, statement: str, /, **values: Any) -> int:
        return self._connection.execute(self._statements[statement], values).rowcount

    def wake(self, topic: Topic) -> None:
        self.woken.add(topic)


class SqliteWakeups:
    """Remembers a wake-up that comes while its loop is busy, so none is missed."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait(self, timeout_s: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        self._event.clear()


class SqliteStore(SqliteReading):
    """See :class:`bot.store.port.Store`. Made by :func:`open_store`."""

    def __init__(
        self,
        writer: aiosqlite.Connection,
        on_the_spot: sqlite3.Connection,
        reader: aiosqlite.Connection,
        statements: Mapping[str, str],
    ) -> None:
        """``on_the_spot``: the very connection that ``writer`` uses in its thread."""
        super().__init__(reader, statements)
        self._writer = writer
        self._on_the_spot = on_the_spot
        # Two threads on one connection would hear each other's errors: one at a time has it.
        self._writer_is_free = asyncio.Lock()
        self._writes: asyncio.Queue[_Write] = asyncio.Queue()
        self._group: list[_Write] = []
        self._is_closed = False
        self._ears: list[tuple[frozenset[Topic], SqliteWakeups]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._write_forever(), name="store-writer"),
            asyncio.create_task(self._watch_other_processes(), name="store-watch"),
        ]

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._turn_away()
        await self._reader.close()
        await self._writer.close()

    async def dangling(self) -> list[Dangling]:
        rows = await self._ask("PRAGMA foreign_key_check", {})
        return [Dangling(row["table"], row["rowid"], row["parent"]) for row in rows]

    async def write(self, work: Callable[[SqliteTransaction], Awaitable[T]]) -> T:
        if self._is_closed:
            raise StoreError("The database is closed")
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writes.put_nowait(_Write(work, answer))
        return await answer

    def wakeups(self, *topics: Topic) -> SqliteWakeups:
        ear = SqliteWakeups()
        self._ears.append((frozenset(topics), ear))
        return ear

    async def backup(self, target: Path) -> None:
        """A consistent copy while the bot works. Raises StoreError."""
        if target.exists():  # noqa: ASYNC240  # one look, before anything is under way
            raise StoreError(f"{target} is there already; name a file that is not")
        try:
            await asyncio.to_thread(_check_writable, target)
            async with aiosqlite.connect(target) as copy:
                await self._reader.backup(copy)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{target} could not be written: {error}") from error

    async def _write_forever(self) -> None:
        while True:
            group = self._group = [await self._writes.get()]
            while len(group) < GROUP_SIZE and not self._writes.empty():
                group.append(self._writes.get_nowait())
            woken: set[Topic] = set()
            async with self._writer_is_free:
                try:
                    await self._commit_group(group, woken)
                except sqlite3.Error as error:
                    # Nothing of the group is durable (disk full, locked): each hears the cause.
                    with contextlib.suppress(sqlite3.Error):
                        await self._writer.execute("ROLLBACK")
                    failure = _not_written(error)
                    for write in group:
                        write.error = write.error or failure
                    woken.clear()
            self._answer(group)
            self.ring(woken)

    async def _commit_group(self, group: list[_Write], woken: set[Topic]) -> None:
        # Here another process may be waited for, and at COMMIT the disk: in the thread, and nothing
        # is asked of the connection meanwhile.
        await self._writer.execute("BEGIN IMMEDIATE")
        for write in group:
            transaction = SqliteTransaction(self._on_the_spot, self._statements)
            self._on_the_spot.execute("SAVEPOINT one")
            try:
                write.result = await write.work(transaction)
            except Exception as error:  # noqa: BLE001  # raised again at whoever asked
                # A full disk is the database's trouble, a broken rule the asker's.
                is_rule = not isinstance(error, sqlite3.OperationalError)
                write.error = error if is_rule else _not_written(error)
                self._on_the_spot.execute("ROLLBACK TO one")
            else:
                woken |= transaction.woken
            self._on_the_spot.execute("RELEASE one")
            await asyncio.sleep(0)  # nobody else in the process waits for a whole group
        await self._writer.execute("COMMIT")

    def _turn_away(self) -> None:
        """Nobody is left waiting for a writer that has ended."""
        self._is_closed = True
        left = self._group
        while not self._writes.empty():
            left.append(self._writes.get_nowait())
        for write in left:
            write.error = write.error or StoreError("The database was closed before this was sure")
        self._answer(left)

    @staticmethod
    def _answer(group: list[_Write]) -> None:
        for write in group:
            if write.answer.done():  # who asked was cancelled meanwhile; the write stands
                continue
            if write.error is not None:
                write.answer.set_exception(write.error)
            else:
                write.answer.set_result(write.result)

    def ring(self, woken: Collection[Topic]) -> None:
        for topics, ear in self._ears:
            if not topics.isdisjoint(woken):
                ear.ring()

    async def _watch_other_processes(self) -> None:
        seen = await self._data_version()
        while True:
            await asyncio.sleep(OTHER_PROCESS_CHECK_S)
            version = await self._data_version()
            if version is not None and version != seen:
                seen = version
                self.ring(set(Topic))

    async def _data_version(self) -> int | None:
        """None: it cannot be told now (the disk, a lock); the next look sees what was missed."""
        # On the writer's connection its own commits do not change the number.
        try:
            async with self._writer_is_free:
                rows = await self._writer.execute_fetchall("PRAGMA data_version")
        except sqlite3.Error as error:
            log.warning("other_processes_not_seen", error=str(error))
            return None
        return int(next(iter(rows))[0])


def _not_written(error: Exception) -> StoreError:
    failure = StoreError(f"The database could not be written: {error}")
    failure.__cause__ = error
    return failure


@contextlib.asynccontextmanager
async def open_store(path: Path) -> AsyncIterator[SqliteStore]:
    """The database at ``path``, made or brought up to date first.

    Raises DatabaseTooNew, StoreError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writer, on_the_spot = await connect(path)
    try:
        await migrate(writer, path)
        reader, _ = await connect(path)
    except BaseException:
        await writer.close()
        raise
    store = SqliteStore(writer, on_the_spot, reader, load_statements())
    store.start()
    try:
        yield store
    finally:
        await store.aclose()


def _check_writable(path: Path) -> None:
    path.touch(exist_ok=False)


def restore(copy: Path, path: Path, *, overwrite: bool) -> None:
    """Put ``copy`` in the place of the database at ``path``; nobody may be working in it.

    Raises StoreError: there is a database already, or ``copy`` is none.
    """
    if path.exists() and not overwrite:
        raise StoreError(f"{path} is there already; add --force to overwrite it")
    try:
        with contextlib.closing(sqlite3.connect(copy)) as source:
            if source.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise StoreError(f"{copy} is damaged; take another backup")
            if source.execute("PRAGMA user_version").fetchone()[0] == 0:
                raise StoreError(f"{copy} is no backup of Easel's")  # an empty file, for one
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f"{path.name}-restoring")
            fresh.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(fresh)) as target:
                source.backup(target)
            for left in (
                path.with_name(f"{path.name}-wal"),
                path.with_name(f"{path.name}-shm"),
            ):
                left.unlink(missing_ok=True)
            fresh.replace(path)
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{copy} is no database: {error}") from error


def _migrations() -> list[tuple[int, str]]:
    folder = resources.files("bot.store").joinpath("migrations")
    found = [
        (int(file.name.split("_")[0]), file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".sql")
    ]
    return sorted(found)


async def migrate(connection: aiosqlite.Connection, path: Path) -> None:
    """Apply what is missing, each step whole or not at all, after a copy beside the database.

    Raises DatabaseTooNew.
    """
    version = await _version(connection)
    steps = _migrations()
    newest = steps[-1][0]
    if version > newest:
        raise DatabaseTooNew(
            f"{path} was written by a newer Easel (its version {version}, ours {newest}); "
            "run that version, or restore the backup made before the upgrade"
        )
    if 0 < version < newest:
        async with aiosqlite.connect(path.with_name(f"{path.stem}-before-{newest}.db")) as copy:
            await connection.backup(copy)
    for number, script in steps:
        if number > version:
            await _apply_step(connection, number, script)


async def _apply_step(connection: aiosqlite.Connection, number: int, script: str) -> None:
    try:
        await connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"
        )
    except sqlite3.OperationalError as error:
        await connection.execute("ROLLBACK")
        # `bot grant` beside a first `bot run`: whoever came first did it.
        if await _version(connection) < number:
            raise StoreError(f"The database is not Easel's, or is damaged: {error}") from error


async def _version(connection: aiosqlite.Connection) -> int:
    rows = await connection.execute_fetchall("PRAGMA user_version")
    return int(next(iter(rows))[0])
