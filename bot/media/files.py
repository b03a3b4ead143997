"""How a file reaches the disk: whole or not at all. Does not know what is in it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

from bot.errors import FileTooBig


def part_of(dest: Path) -> Path:
    """Where ``dest`` grows until it is whole.

    The name is fixed, so what a killed process left is overwritten by the next try.
    """
    return dest.with_name(f"{dest.name}.part")


def settle(dest: Path) -> None:
    """Let the finished part become ``dest``, to stay there through a power cut."""
    part = part_of(dest)
    _sync(part)
    part.replace(dest)
    _sync(dest.parent)


async def receive(stream: AsyncIterator[bytes], dest: Path, *, max_bytes: int) -> int:
    """Write ``stream`` to ``dest`` and return its size in bytes; at most a chunk is in memory.

    The folder of ``dest`` exists; one receive at a time writes to it. When the stream breaks,
    is cancelled or passes ``max_bytes`` (``FileTooBig``), nothing is left behind and an
    older ``dest`` stays as it was.
    """
    part = part_of(dest)
    size = 0
    file = await asyncio.to_thread(part.open, "wb")
    try:
        try:
            async for chunk in stream:
                size += len(chunk)
                if size > max_bytes:
                    raise FileTooBig(dest.name, max_bytes)
                await asyncio.to_thread(file.write, chunk)
        finally:
            file.close()
        await asyncio.to_thread(settle, dest)
    except BaseException:  # a cancelled download is undone like a broken one
        part.unlink(missing_ok=True)
        raise
    return size


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
