"""Smaller copies of films too large to send: one is made at a time, in a thread of its own.

A copy takes about as long as its film plays. Meanwhile the threads that everybody shares stay
free, and whoever wants the same copy waits for the same work. Knows nothing of messages.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot import media
from bot.errors import FileTooBig


class FilmCopies:
    """Made once, closed in the end; ``max_bytes`` is what a copy may have."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="film")
        self._under_way: dict[Path, asyncio.Task[None]] = {}

    async def make(self, film: Path, copy: Path) -> None:
        """Let ``copy`` be there. Raises BrokenMedia, FileTooBig, OSError.

        One that cannot be made small enough is remembered beside it and not tried again.
        """
        making = self._under_way.get(copy)
        if making is None:
            making = self._under_way[copy] = asyncio.create_task(self._make(film, copy))
            making.add_done_callback(lambda _: self._under_way.pop(copy))
        await asyncio.shield(making)  # others may wait for it too

    async def aclose(self) -> None:
        """What is being made is waited for: the next process would write to the same place."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)

    async def _make(self, film: Path, copy: Path) -> None:
        if not await asyncio.to_thread(self._is_there, copy):
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, self._write, film, copy)

    def _is_there(self, copy: Path) -> bool:
        if _given_up(copy).exists():
            raise FileTooBig(copy.name, self._max_bytes)
        return copy.exists()

    def _write(self, film: Path, copy: Path) -> None:
        try:
            media.film_copy(film, copy, self._max_bytes)
        except FileTooBig:
            _given_up(copy).touch()
            raise


def _given_up(copy: Path) -> Path:
    """The empty file which tells that this copy cannot be made."""
    return copy.with_name(f"{copy.name}.given-up")
