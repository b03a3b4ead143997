"""Bringing a finished task's files to our disk. Knows nothing of jobs' states or money.

A file that is there is whole (it is renamed into place once it is), so a fetch broken off by a
crash goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path

import structlog

from bot import media
from bot.errors import BrokenMedia
from bot.model import Asset, AssetKind, Job, TaskId
from bot.providers.port import Provider, RemoteAsset

Probe = media.ImageProbe | media.VideoProbe

ASSET_MAX_BYTES = 512 * 1024 * 1024
"""Nothing we order is larger; a provider that sends more is broken or lies."""

EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
}
GRID_NAME = "grid.jpg"

log = structlog.get_logger(__name__)


async def fetch(
    job: Job,
    task_id: TaskId,
    remote: Sequence[RemoteAsset],
    provider: Provider,
    data_dir: Path,
    *,
    is_drawn: bool,
) -> tuple[Asset, ...]:
    """All files of ``job`` as assets, with the grid (tile 0) when there are several pictures.

    ``is_drawn``: AI made them, which each says of itself from then on.
    A file that fails keeps none of the others from arriving: they are there for the next try.
    Raises what opening a provider's file raises, BrokenMedia, FileTooBig, OSError.
    """
    folder = _folder_of(job, data_dir)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    fetches = (
        _fetch_one(job, task_id, asset, provider, folder, is_drawn=is_drawn) for asset in remote
    )
    answers = await asyncio.gather(*fetches, return_exceptions=True)
    assets: list[Asset] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        assets.append(_below(answer, data_dir))
    pictures = [asset for asset in assets if asset.kind is AssetKind.IMAGE]
    if len(pictures) > 1:
        paths = {asset.tile: data_dir / asset.path for asset in pictures}
        # People count the places: one that never came leaves its own empty.
        places = [paths.get(tile) for tile in range(1, max(paths) + 1)]
        grid = await asyncio.to_thread(_make_grid, job, places, folder / GRID_NAME)
        assets.insert(0, _below(grid, data_dir))
    return tuple(assets)


async def fetched(
    job: Job, remote: Sequence[RemoteAsset], data_dir: Path
) -> tuple[RemoteAsset, ...]:
    """Those of ``remote`` that are on our disk."""
    folder = _folder_of(job, data_dir)

    def present() -> tuple[RemoteAsset, ...]:
        return tuple(asset for asset in remote if _find_present(folder, _tile_of(asset)))

    return await asyncio.to_thread(present)


def _tile_of(remote: RemoteAsset) -> int:
    """Its number stays the provider's, also beside one that never came: steps from it go by it."""
    return remote.index + 1


def _folder_of(job: Job, data_dir: Path) -> Path:
    return data_dir / "media" / job.job_id


async def _fetch_one(
    job: Job,
    task_id: TaskId,
    remote: RemoteAsset,
    provider: Provider,
    folder: Path,
    *,
    is_drawn: bool,
) -> Asset:
    tile = _tile_of(remote)
    present = await asyncio.to_thread(_find_present, folder, tile)
    if present is None:
        raw = folder / f"{tile}.raw"
        async with provider.open(task_id, remote) as stream:
            await media.receive(stream, raw, max_bytes=ASSET_MAX_BYTES)
        if is_drawn:
            await asyncio.to_thread(_mark, raw)
        present = await asyncio.to_thread(_name_by_content, raw)
    return await asyncio.to_thread(_measure, job, tile, present)


def _find_present(folder: Path, tile: int) -> Path | None:
    known = {f".{extension}" for extension in EXTENSIONS.values()}
    return next((path for path in folder.glob(f"{tile}.*") if path.suffix in known), None)


def _mark(raw: Path) -> None:
    """Before it has its name: what is named is whole, and marked."""
    try:
        media.mark(raw)
    except BrokenMedia as error:  # whether it is any use is found out when it is measured
        log.warning("not_marked", file=raw.name, folder=raw.parent.name, detail=error.detail)


def _name_by_content(raw: Path) -> Path:
    mime = media.sniff(raw)
    if mime is None or mime not in EXTENSIONS:
        raw.unlink()
        raise BrokenMedia(raw.name, "it is neither a picture nor a video")
    return raw.rename(raw.with_suffix(f".{EXTENSIONS[mime]}"))


def _measure(job: Job, tile: int, path: Path) -> Asset:
    try:
        return _probe(job, tile, path)
    except BrokenMedia:
        path.unlink(missing_ok=True)  # so that the next try fetches it again
        raise


def _probe(job: Job, tile: int, path: Path) -> Asset:
    is_video = (media.sniff(path) or "").startswith("video/")
    probe: Probe = media.probe_video(path) if is_video else media.probe_image(path)
    asset = _asset(job, tile, path, probe)
    if asset.kind is not job.request.operation.output_kind:
        raise BrokenMedia(path.name, f"a {asset.kind} where a {job.request.operation} was ordered")
    return asset


def _make_grid(job: Job, tiles: Sequence[Path | None], dest: Path) -> Asset:
    return _asset(job, 0, dest, media.grid(tiles, dest))


def _asset(job: Job, tile: int, path: Path, probe: Probe) -> Asset:
    if isinstance(probe, media.VideoProbe):
        kind, duration_s = AssetKind.VIDEO, probe.duration_s
    else:
        kind, duration_s = AssetKind.IMAGE, None
    return Asset(
        job_id=job.job_id,
        tile=tile,
        kind=kind,
        path=str(path),
        mime=probe.mime,
        width=probe.width,
        height=probe.height,
        size_bytes=probe.size_bytes,
        duration_s=duration_s,
    )


def _below(asset: Asset, data_dir: Path) -> Asset:
    return dataclasses.replace(asset, path=str(Path(asset.path).relative_to(data_dir)))
