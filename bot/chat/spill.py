"""Updates that the database does not take at once, in a file of their own until it does.

Telegram shows a hundred updates at a time, or makes so many calls, and shows the next only when
those are confirmed: while somebody else has the database, nobody would hear who is about to pay. So
after a moment what came is appended to this file, confirmed, and goes into the inbox from here, in
its order. Knows no meaning of an update; why it is so: docs/decisions/0012-pre-checkout.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

import structlog

from bot.chat.inbox import write_inbox
from bot.errors import StoreError
from bot.model import Clock
from bot.store.port import Store
from bot.store.rounds import STORE_PAUSE_S

FILE_NAME: Final = "inbox.spill"
PATIENCE_S: Final = 1.0
"""How long a commit is waited for."""
MOST: Final = 10_000
"""Updates in it, and in memory as long; more are not confirmed."""
LONG: Final = 1_000
"""With so many in it, what comes waits for a commit now and then, so that it can end."""
_AT_ONCE: Final = 100
"""Into the inbox in one write."""

log = structlog.get_logger(__name__)


class Spill:
    """Made by ``open_spill``."""

    def __init__(self, path: Path, store: Store, clock: Clock) -> None:
        self._path = path
        self._store = store
        self._clock = clock
        self._waiting: list[Any] = []
        self._in_file = 0
        """Updates in it, with those that are in the inbox by now."""
        self._is_behind = False
        """There is a file: what comes now lines up in it, after what came before."""
        self._file_is_free = asyncio.Lock()
        self._draining: asyncio.Task[None] | None = None

    async def keep(self, updates: Sequence[Any]) -> None:
        """Once this returns they are safe, in the inbox or in the file. Raises StoreError."""
        was_behind = self._is_behind
        if not was_behind:
            writing = asyncio.create_task(self._write(updates))
            writing.add_done_callback(_hear)
            if (await asyncio.wait({writing}, timeout=PATIENCE_S))[0]:
                return await writing
        async with self._file_is_free:
            is_over = was_behind and not self._is_behind
            if not is_over:
                await self._append(updates)
        if is_over:  # the file went while they waited for it
            return await self.keep(updates)
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return None

    async def take_in(self) -> None:
        """What was left when the bot ended goes into the inbox. Raises StoreError."""
        try:
            self._is_behind = await asyncio.to_thread(self._path.exists)
            self._waiting = await asyncio.to_thread(_read, self._path)
            self._in_file = len(self._waiting)
            while self._is_behind:
                await self._move()
        except OSError as error:
            raise _unusable(self._path, error) from error

    async def aclose(self) -> None:
        """What is left stays in the file."""
        if self._draining is not None:
            self._draining.cancel()
            await asyncio.gather(self._draining, return_exceptions=True)

    async def _append(self, updates: Sequence[Any]) -> None:
        if self._in_file + len(updates) > MOST:
            raise StoreError(f"{MOST} updates wait for the database; no more are taken")
        try:
            await asyncio.to_thread(_append, self._path, updates)
        except OSError as error:
            raise _unusable(self._path, error) from error
        self._waiting += updates
        self._in_file += len(updates)
        self._is_behind = True

    async def _drain(self) -> None:
        log.warning("inbox_spilled", hint="another program holds the database")
        while self._is_behind:
            try:
                await self._move()
            except Exception:  # whatever it is, they stay in the file and are tried again
                log.exception("spill_not_taken_in")
                await asyncio.sleep(STORE_PAUSE_S)

    async def _move(self) -> None:
        """The first of them into the inbox; the file goes with the last. Raises StoreError, OSError."""
        if self._in_file < LONG:
            await self._take()
        else:
            await self._take_alone()
        async with self._file_is_free:
            await self._remove_if_empty()

    async def _take_alone(self) -> None:
        """Nothing lines up behind them meanwhile, unless the commit takes too long to wait for.

        While something comes with every commit, the file would never end otherwise.
        """
        async with self._file_is_free:
            taking = asyncio.create_task(self._take())
            taking.add_done_callback(_hear)
            await asyncio.wait({taking}, timeout=PATIENCE_S)
            await self._remove_if_empty()
        await taking

    async def _take(self) -> None:
        if first := self._waiting[:_AT_ONCE]:
            await self._write(first)
            del self._waiting[: len(first)]

    async def _remove_if_empty(self) -> None:
        if self._is_behind and not self._waiting:
            await asyncio.to_thread(_remove, self._path)
            self._is_behind = False
            self._in_file = 0

    async def _write(self, updates: Sequence[Any]) -> None:
        await self._store.write(lambda tx: write_inbox(tx, updates, now=self._clock()))


@contextlib.asynccontextmanager
async def open_spill(folder: Path, store: Store, clock: Clock) -> AsyncIterator[Spill]:
    """In the data folder; what was left there is in the inbox before anything is handled.

    Raises StoreError.
    """
    spill = Spill(folder / FILE_NAME, store, clock)
    await spill.take_in()
    async with contextlib.aclosing(spill):
        yield spill


def _hear(writing: asyncio.Task[None]) -> None:
    """A write nobody waits for any more: what it could not write is in the file."""
    if not writing.cancelled():
        writing.exception()


def _append(path: Path, updates: Sequence[Any]) -> None:
    # A line that was cut off (a full disk, the power) was confirmed to nobody: each begins anew.
    line = f"\n{json.dumps(updates)}\n".encode()
    with path.open("ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path)


def _read(path: Path) -> list[Any]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    updates: list[Any] = []
    for line in content.split(b"\n"):
        try:
            updates += json.loads(line or b"[]")
        except (ValueError, TypeError):
            log.warning("spill_line_cut_off", length=len(line))
    return updates


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _sync_folder(path)


def _sync_folder(path: Path) -> None:
    """That the file is there, or gone, is on the disk as well."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unusable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be used ({error.strerror}): make room, or free the database")
