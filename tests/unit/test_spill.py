"""What the database does not take at once waits in a file: none is lost, and none is kept twice."""

import asyncio
import contextlib
import itertools
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from shop import Shop
from story import PATIENCE_S

from bot.chat.inbox import write_inbox
from bot.chat.spill import FILE_NAME, LONG, MOST, Spill, open_spill
from bot.errors import StoreError
from bot.store.port import Store, Transaction

AN, BINH = 7, 8


def update(number: int, user: int = AN) -> dict[str, Any]:
    return {"update_id": number, "message": {"chat": {"id": user}, "text": f"no. {number}"}}


def line(*numbers: int) -> bytes:
    return b"\n" + json.dumps([update(each) for each in numbers]).encode() + b"\n"


@pytest.fixture
def file(shop: Shop) -> Path:
    return shop.folder / FILE_NAME


@pytest.fixture
async def spill(shop: Shop) -> AsyncIterator[Spill]:
    async with open_spill(shop.folder, shop.store, shop.now) as spill:
        yield spill


@contextlib.contextmanager
def nobody_writes(shop: Shop) -> Iterator[None]:
    """Another process holds the database."""
    with contextlib.closing(sqlite3.connect(shop.folder / "bot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


class NeverQuiet:
    """A store in a busy hour: while it commits what was spilled, fifty updates more come."""

    MOST = 100
    """Times."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._numbers = itertools.count(1)
        self._coming: list[asyncio.Task[None]] = []
        self.file = shop.folder / FILE_NAME
        self.spill: Spill

    def __getattr__(self, name: str) -> object:
        return getattr(self._shop.store, name)

    @property
    def times(self) -> int:
        return len(self._coming)

    async def write(self, work: Callable[[Transaction], Awaitable[None]]) -> None:
        is_there = await asyncio.to_thread(self.file.exists)
        if is_there and self.times < self.MOST:
            some = [update(next(self._numbers)) for _ in range(50)]
            coming = asyncio.create_task(self.spill.keep(some))
            self._coming.append(coming)
            await asyncio.wait({coming}, timeout=0.05)
        await self._shop.store.write(work)

    async def all_came(self) -> None:
        await asyncio.gather(*self._coming)


async def kept(shop: Shop) -> list[int]:
    """The updates in the inbox, in the order in which they are handled."""
    rows = await shop.store._reader.execute_fetchall(
        "SELECT update_id FROM inbox WHERE state = 'new' ORDER BY received_at, update_id"
    )
    return [row["update_id"] for row in rows]


def spilled(file: Path) -> int:
    """How many updates the file has."""
    with contextlib.suppress(FileNotFoundError):
        return file.read_bytes().count(b"update_id")
    return 0


def have_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the disk is here, a commit is waited for."""
    monkeypatch.setattr("bot.chat.spill.PATIENCE_S", PATIENCE_S)


async def gone(file: Path) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await asyncio.to_thread(file.exists):
            await asyncio.sleep(0.01)


async def left(shop: Shop, file: Path, content: bytes) -> list[int]:
    """What a start makes of what the last one left."""
    await asyncio.to_thread(file.write_bytes, content)
    async with open_spill(shop.folder, shop.store, shop.now):
        assert not await asyncio.to_thread(file.exists)
        return await kept(shop)


async def test_what_is_written_at_once_is_in_no_file(
    shop: Shop, spill: Spill, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_patience(monkeypatch)
    await spill.keep([update(1), update(2)])
    assert [1, 2] == await kept(shop)
    assert not file.exists()


async def test_while_nobody_can_write_it_is_in_the_file_and_follows_in_its_order(
    shop: Shop, spill: Spill, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.now.step = 1
    with nobody_writes(shop):
        for number in (5, 3, 4):
            await spill.keep([update(number)])
        assert [] == await kept(shop)
        assert line(5) + line(3) + line(4) == file.read_bytes()
    await gone(file)
    assert {3, 4, 5} == set(await kept(shop))
    assert 3 == len(await kept(shop))
    have_patience(monkeypatch)
    await spill.keep([update(6)])
    assert 6 == (await kept(shop))[-1]
    assert not file.exists()


async def test_two_who_wait_for_the_database_at_once_are_both_kept(
    shop: Shop, spill: Spill, file: Path
) -> None:
    with nobody_writes(shop):
        await asyncio.gather(*(spill.keep([update(n, user=n)]) for n in range(1, 21)))
    await gone(file)
    assert list(range(1, 21)) == sorted(await kept(shop))


async def test_killed_before_the_database_had_it_the_next_start_has_it(
    shop: Shop, file: Path
) -> None:
    assert [1, 2, 3] == await left(shop, file, line(1, 2) + line(3))


async def test_killed_after_the_database_had_it_the_next_start_does_not_have_it_twice(
    shop: Shop, file: Path
) -> None:
    await shop.store.write(lambda tx: write_inbox(tx, [update(1)], now=shop.now()))
    await shop.store.write(lambda tx: tx.run("inbox_settle", update_id=1, state="done", error=None))
    assert [2] == await left(shop, file, line(1) + line(2))


async def test_cut_off_anywhere_the_lines_before_and_after_are_whole(
    shop: Shop, file: Path
) -> None:
    last = line(2)
    for cut in range(len(last) - 2):  # the last letter but the newline makes it whole
        await shop.tamper("DELETE FROM inbox")
        assert [1, 3] == await left(shop, file, line(1) + last[:cut] + line(3))


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\x00", b"\n7\n", b"\nnull\n{}\n"])
async def test_a_file_of_something_else_stands_in_nobodys_way(
    shop: Shop, file: Path, content: bytes
) -> None:
    assert [] == await left(shop, file, content)


async def test_what_cannot_be_written_anywhere_is_not_confirmed(
    shop: Shop, spill: Spill, file: Path
) -> None:
    file.mkdir()
    with nobody_writes(shop), pytest.raises(StoreError, match="cannot be used"):
        await spill.keep([update(1)])
    file.rmdir()
    await spill.keep([update(1)])  # Telegram brings it again
    assert [1] == await kept(shop)


async def test_a_full_database_is_told_and_fills_no_file(
    shop: Shop, spill: Spill, file: Path
) -> None:
    await shop.tamper("PRAGMA query_only = ON")
    with pytest.raises(StoreError):
        await spill.keep([update(1)])
    assert not file.exists()
    await shop.tamper("PRAGMA query_only = OFF")
    await spill.keep([update(1)])
    assert [1] == await kept(shop)


async def test_a_flood_without_end_does_not_fill_the_disk(
    shop: Shop, spill: Spill, file: Path
) -> None:
    with nobody_writes(shop):
        await spill.keep([update(number) for number in range(MOST)])
        size = file.stat().st_size
        with pytest.raises(StoreError, match="no more are taken"):
            await spill.keep([update(MOST)])
        assert size == file.stat().st_size
    await gone(file)
    assert list(range(MOST)) == sorted(await kept(shop))


async def test_the_file_goes_though_more_comes_with_every_commit(shop: Shop, file: Path) -> None:
    busy = NeverQuiet(shop)
    async with open_spill(shop.folder, cast("Store", busy), shop.now) as busy.spill:
        with nobody_writes(shop):
            await busy.spill.keep([update(100_000)])
        await gone(file)
        assert LONG <= 50 * busy.times
        assert busy.times < NeverQuiet.MOST
        await busy.all_came()
        assert 50 * busy.times + 1 == len(await kept(shop))


async def test_what_came_into_the_file_and_left_it_counts_until_it_is_gone(
    shop: Shop, spill: Spill, file: Path
) -> None:
    with nobody_writes(shop):
        await spill.keep([update(number) for number in range(MOST - 1)])
    async with asyncio.timeout(PATIENCE_S):
        while await asyncio.to_thread(file.exists):
            with contextlib.suppress(StoreError):
                await spill.keep([update(MOST), update(MOST + 1)])
            assert (await asyncio.to_thread(spilled, file)) <= MOST
    assert set(range(MOST - 1)) <= set(await kept(shop))


async def test_it_is_on_the_disk_before_it_is_confirmed(
    shop: Shop, spill: Spill, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []

    def sync(number: int) -> None:
        synced.append(Path(f"/proc/self/fd/{number}").readlink().name)
        really(number)

    really = os.fsync
    monkeypatch.setattr(os, "fsync", sync)
    with nobody_writes(shop):
        await spill.keep([update(1)])
        assert [FILE_NAME, shop.folder.name] == synced
    await gone(file)
