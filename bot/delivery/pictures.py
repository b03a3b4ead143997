"""In which form Telegram takes a file of ours: as a photo, a video, or a document.

Knows nothing of messages. Blocks: it reads headers, and may unpack a picture.
"""

from __future__ import annotations

from pathlib import Path

from bot import media
from bot.delivery.telegram import Picture
from bot.model import Asset, AssetKind

DOCUMENT_MAX_BYTES = 50_000_000
"""What Telegram's own servers take of a video or document (docs/telegram.md)."""
THUMBNAIL_NAME = "thumbnail.jpg"


def to_look_at(asset: Asset, data_dir: Path) -> Picture | None:
    """A photo or video to look at; a document where Telegram would refuse the photo.

    None when it is too big for Telegram in every form.
    """
    path = data_dir / asset.path
    if asset.kind is AssetKind.VIDEO:
        return _video(asset, path)
    if asset.photo_file_id is not None:
        return Picture("photo", path, asset.photo_file_id)
    probe = media.probe_image(path)
    if media.fits_photo(probe):
        return Picture("photo", path, file_name=_file_name(asset))
    copy = path.with_name(f"photo-{asset.tile}.jpg")
    media.photo_copy(path, copy)
    return Picture("photo", copy, file_name=_file_name(asset))


def _video(asset: Asset, path: Path) -> Picture | None:
    if asset.photo_file_id is None and asset.size_bytes > DOCUMENT_MAX_BYTES:
        return None
    thumbnail = path.with_name(THUMBNAIL_NAME)
    if asset.photo_file_id is None and not thumbnail.exists():
        media.thumbnail(path, thumbnail)
    return Picture(
        "video",
        path,
        asset.photo_file_id,
        file_name=_file_name(asset),
        width=asset.width,
        height=asset.height,
        duration_s=asset.duration_s,
        thumbnail=thumbnail,
    )


def original(asset: Asset, data_dir: Path) -> Picture:
    """The untouched file."""
    return Picture(
        "document",
        data_dir / asset.path,
        asset.document_file_id,
        file_name=_file_name(asset),
    )


def _file_name(asset: Asset) -> str:
    return f"easel-{asset.job_id}-{asset.tile}{Path(asset.path).suffix}"
