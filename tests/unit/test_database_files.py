"""The database as a file: made, opened, backed up, put back, and in words when it cannot be."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from kept_settings import seen_from_outside, setting
from story import PATIENCE_S

from bot.errors import DatabaseTooNew, DataFolderInUse, StoreError
from bot.money import auditing
from bot.store.folder import claim
from bot.store.sqlite import SqliteStore, open_store, restore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(path) as store:
        yield store


def lay(path: Path, content: bytes) -> None:
    """Put a file where it does not belong."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def read(path: Path) -> bytes:
    return path.read_bytes()


async def test_a_database_another_program_keeps_is_told_and_leaves_no_connection_behind(
    tmp_path: Path,
) -> None:
    before = set(threading.enumerate())
    with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None)) as holder:
        holder.execute("CREATE TABLE a (b)")  # no write-ahead log yet: to begin one takes the whole
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="close what else has it open"):
            async with open_store(tmp_path / "bot.db"):
                pass
    async with asyncio.timeout(PATIENCE_S):
        while left := set(threading.enumerate()) - before:
            if all(each.name.startswith("asyncio_") for each in left):  # the loop's own
                break
            await asyncio.sleep(0.01)


async def test_a_backup_and_a_check_of_the_book_ask_for_no_writers_turn(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    await store.write(setting("a"))
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        async with open_store(path) as other:
            await other.backup(tmp_path / "copy.db")
            assert [] == await auditing.verify(other)
        holder.execute("ROLLBACK")
    assert ["a"] == seen_from_outside(tmp_path / "copy.db")


async def test_a_new_folder_gets_a_database_and_an_old_one_keeps_what_it_has(path: Path) -> None:
    async with open_store(path) as store:
        await store.write(setting("a"))
    async with open_store(path) as store:
        assert {"value": "1"} == await store.one("setting_get", scope=1, name="a")
        assert [] == await store.all("counts")


async def test_a_database_of_a_newer_easel_is_refused_and_left_alone(path: Path) -> None:
    async with open_store(path):
        pass
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    with pytest.raises(DatabaseTooNew, match="newer Easel"):
        async with open_store(path):
            pass
    with closing(sqlite3.connect(path)) as newer:
        assert 99 == newer.execute("PRAGMA user_version").fetchone()[0]


@pytest.mark.parametrize("content", [b"no database", b"no database " * 1_000])
async def test_a_file_that_is_no_database_is_told_in_words(path: Path, content: bytes) -> None:
    lay(path, content)
    with pytest.raises(StoreError, match=r"cannot be read as a database .* restore a backup"):
        async with open_store(path):
            pass
    assert content == read(path)


async def test_a_folder_where_the_database_should_be_is_told_in_words(path: Path) -> None:
    lay(path / "a file in the folder of that name", b"")
    with pytest.raises(StoreError, match=r"bot\.db cannot be opened"):
        async with open_store(path):
            pass


async def test_a_backup_is_a_whole_database_and_can_be_put_back(
    store: SqliteStore, path: Path, tmp_path: Path
) -> None:
    await store.write(setting("a"))
    copy, elsewhere = tmp_path / "copy.db", tmp_path / "other" / "bot.db"
    await store.backup(copy)
    restore(copy, elsewhere, overwrite=False)
    async with open_store(elsewhere) as restored:
        assert {"value": "1"} == await restored.one("setting_get", scope=1, name="a")


@pytest.mark.parametrize("content", [b"", b"no database " * 1_000])
async def test_a_file_that_is_no_backup_overwrites_nothing(
    store: SqliteStore, path: Path, tmp_path: Path, content: bytes
) -> None:
    await store.write(setting("a"))
    wrong = tmp_path / "wrong.db"
    lay(wrong, content)
    with pytest.raises(StoreError, match=r"wrong\.db is no "):
        restore(wrong, path, overwrite=True)
    assert ["a"] == seen_from_outside(path)


def test_a_second_bot_in_the_folder_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with claim(folder), pytest.raises(DataFolderInUse, match="Another `bot run`"), claim(folder):
        pass
    with claim(folder):
        pass
