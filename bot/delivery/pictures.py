"""In which form Telegram takes a file of ours: as a photo, a video, a document, or a smaller copy.

Told by what is written down of the file, which its header said; nothing is unpacked to find out.
Where a copy or a thumbnail is needed, one is made, once. Knows nothing of messages.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from bot import media
from bot.delivery.films import FilmCopies
from bot.delivery.uploads import Picture
from bot.errors import BrokenMedia, FileTooBig
from bot.jobs.codes import file_name
from bot.model import Asset, AssetKind

DOCUMENT_MAX_BYTES = 50_000_000
"""What Telegram's own servers take of a video or document (docs/telegram.md)."""
COPY_MAX_BYTES = 49_000_000

log = structlog.get_logger(__name__)


def is_too_big(asset: Asset) -> bool:
    """Telegram takes no such file in any form: what is sent is a smaller copy."""
    return asset.size_bytes > DOCUMENT_MAX_BYTES


class Pictures:
    """Made once. Both raise BrokenMedia, FileTooBig, OSError where a copy cannot be made."""

    def __init__(self, data_dir: Path, films: FilmCopies) -> None:
        self._data_dir = data_dir
        self._films = films

    async def to_look_at(self, asset: Asset) -> Picture:
        """A video or photo; as the file it is what no photo can be; a copy of what is too big."""
        path = self._data_dir / asset.path
        if asset.kind is AssetKind.VIDEO:
            return await self._film(asset, path)
        if asset.photo_file_id is not None:
            return Picture("photo", path, asset.photo_file_id)
        if _is_photo(asset) or is_too_big(asset):
            sendable = await self._sendable(asset, path)
            return Picture("photo", sendable, file_name=_file_name(asset, path))
        return await self.original(asset)

    async def original(self, asset: Asset) -> Picture:
        """The untouched file, as a document; a smaller copy where it is too big."""
        path = self._data_dir / asset.path
        if asset.document_file_id is not None:
            return Picture("document", path, asset.document_file_id)
        sendable = await self._sendable(asset, path)
        # Of what could be a photo, Telegram makes one itself.
        thumbnail = None if _is_photo(asset) else await asyncio.to_thread(_thumbnail, asset, path)
        name = _file_name(asset, sendable)
        return Picture("document", sendable, file_name=name, thumbnail=thumbnail)

    async def _film(self, asset: Asset, path: Path) -> Picture:
        is_new = asset.photo_file_id is None
        sendable = await self._sendable(asset, path) if is_new else path
        return Picture(
            "video",
            sendable,
            asset.photo_file_id,
            file_name=_file_name(asset, sendable),
            width=asset.width,
            height=asset.height,
            duration_s=asset.duration_s,
            thumbnail=await asyncio.to_thread(_thumbnail, asset, path) if is_new else None,
        )

    async def _sendable(self, asset: Asset, path: Path) -> Path:
        """The file, or a copy that fits, made once and kept beside it."""
        if not is_too_big(asset):
            return path
        if asset.kind is AssetKind.VIDEO:
            copy = path.with_name(f"copy-{asset.tile}.mp4")
            await self._films.make(path, copy)
        else:
            copy = path.with_name(f"copy-{asset.tile}.jpg")
            await asyncio.to_thread(_copy_photo, path, copy)
        return copy


def _is_photo(asset: Asset) -> bool:
    probe = media.ImageProbe(asset.mime, asset.width, asset.height, asset.size_bytes)
    return asset.kind is AssetKind.IMAGE and media.fits_photo(probe)


def _copy_photo(path: Path, copy: Path) -> None:
    if not copy.exists():
        media.photo_copy(path, copy)


def _thumbnail(asset: Asset, path: Path) -> Path | None:
    """None where none can be made: the file is worth sending without."""
    thumbnail = path.with_name(f"thumbnail-{asset.tile}.jpg")
    try:
        if thumbnail.exists():
            pass
        elif asset.kind is AssetKind.VIDEO:
            media.film_thumbnail(path, thumbnail)
        else:
            media.picture_thumbnail(path, thumbnail)
    except (BrokenMedia, FileTooBig) as error:
        log.warning("no_thumbnail", job=asset.job_id, tile=asset.tile, error=str(error))
        return None
    return thumbnail


def _file_name(asset: Asset, path: Path) -> str:
    return file_name(asset.job_id, asset.tile, path.suffix)
