"""Pictures enlarged on this machine, behind the same port as the services: free, and at once.

Keeps no state: a task's handle says all there is to do, which is done whenever its file is
opened. Knows no job, chat or money.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from bot import media
from bot.errors import BrokenMedia, Rejected
from bot.model import HD_SIDE, AssetKind, Millis, Operation, TaskId
from bot.providers.port import (
    Capabilities,
    Failed,
    OperationSpec,
    Provider,
    RemoteAsset,
    Snapshot,
    Submission,
    Succeeded,
    Uploads,
)

_NAME = "local"
_CHUNK_BYTES = 256 * 1024

_CAPABILITIES = Capabilities(
    operations={
        Operation.ENLARGE: OperationSpec(
            typical_s=5.0, hd=tuple(HD_SIDE), min_references=1, max_references=1
        )
    },
    prompt_max=4000,  # nobody reads it
    poll_batch=100,
    can_find_submitted=True,
    uploads=Uploads(("image/jpeg", "image/png", "image/webp"), 64 * 1024 * 1024),
)


class Local(Provider):
    """Our own machine. ``data_dir``: where the pictures handed over lie, and room for large ones."""

    name = _NAME
    title = "Easel"
    capabilities = _CAPABILITIES

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    async def upload(self, file: Path) -> str:
        """As in the port: it is here already, and its handle is its path below the data folder."""
        if not file.is_relative_to(self._data_dir):
            raise Rejected(_NAME, f"{file.name} lies outside the data folder")
        return file.relative_to(self._data_dir).as_posix()

    async def submit(self, submission: Submission) -> TaskId:
        """As in the port. A picture that is as large already is Rejected: nothing shrinks here."""
        request = submission.request
        side = HD_SIDE.get(request.hd or next(iter(HD_SIDE)))
        if request.operation is not Operation.ENLARGE or side is None:
            raise Rejected(_NAME, f"{request.operation} is not made here")
        if len(submission.references) != 1:
            raise Rejected(_NAME, "one picture is enlarged at a time")
        [handle] = submission.references
        await asyncio.to_thread(_check_room, self._data_dir / handle, side)
        return TaskId(f"{secrets.token_hex(8)}:{side}:{handle}")

    async def poll(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Snapshot]:
        """As in the port: what can be made is as good as done."""
        snapshots: dict[TaskId, Snapshot] = {}
        for task_id in task_ids:
            order = self._read(task_id)
            if order is None:
                continue
            is_there = await asyncio.to_thread(order[0].is_file)
            result = Succeeded((RemoteAsset(AssetKind.IMAGE, 0),))
            snapshots[task_id] = result if is_there else Failed("the picture is gone")
        return snapshots

    @contextlib.asynccontextmanager
    async def open(
        self, task_id: TaskId, asset: RemoteAsset
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """As in the port: made now, kept only while it is read."""
        order = self._read(task_id)
        if order is None or asset.index != 0:
            raise Rejected(_NAME, "no such file")
        file = await asyncio.to_thread(_make, *order, self._data_dir)
        try:
            async with contextlib.aclosing(_chunks(file)) as chunks:
                yield chunks
        finally:
            await asyncio.to_thread(file.close)

    async def find_submitted(
        self, submission: Submission, *, since: Millis, claimed: frozenset[TaskId]
    ) -> TaskId | None:
        """As in the port: ordering costs nothing here, so a lost order is simply a new one."""
        _ = since, claimed
        ordered = Submission(submission.request, references=submission.request.references)
        try:
            return await self.submit(ordered)
        except Rejected:
            return None

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _read(self, task_id: TaskId) -> tuple[Path, int] | None:
        """The picture and its side; None for a handle that is not ours."""
        _, _, order = task_id.partition(":")
        side, _, handle = order.partition(":")
        if side not in map(str, HD_SIDE.values()) or not handle:
            return None
        return self._data_dir / handle, int(side)


def _check_room(path: Path, side: int) -> None:
    try:
        picture = media.probe_image(path)
    except (BrokenMedia, OSError) as error:
        raise Rejected(_NAME, "the picture cannot be read") from error
    if max(picture.width, picture.height) >= side:
        raise Rejected(_NAME, f"the picture has {picture.width}×{picture.height} pixels already")


def _make(path: Path, side: int, folder: Path) -> IO[bytes]:
    """The enlarged picture, for the caller to close.

    Without a name it is gone with its last reader, even one that is killed.
    """
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile(dir=folder))
        try:
            media.enlarge(path, file, side)
        except (BrokenMedia, FileNotFoundError) as error:
            raise Rejected(_NAME, "the picture cannot be read") from error
        file.seek(0)
        stack.pop_all()
        return file


async def _chunks(file: IO[bytes]) -> AsyncGenerator[bytes, None]:
    while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
        yield chunk
