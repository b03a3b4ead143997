"""Draws the small forms of pictures and videos that Telegram takes. Never changes an original.

Knows nothing of jobs, chats or providers. All of it blocks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps

from bot.errors import FileTooBig
from bot.media.files import part_of, settle
from bot.media.marking import is_marked
from bot.media.probing import (
    PHOTO_MAX_BYTES,
    PHOTO_MAX_RATIO,
    ImageProbe,
    is_sideways,
    is_turnable,
    open_image,
    open_video,
    probe_image,
    unpacking,
)
from bot.media.xmp import marked

TILES_MAX = 16
GRID_SIDE = 2048
"""Longest side of a grid in pixels: four tiles as large as a phone shows them."""
COPY_SIDE = 4096
"""Longest side of a copy in pixels: a photo has at most 10,000, both sides together."""
THUMBNAIL_SIDE = 320
THUMBNAIL_MAX_BYTES = 200_000
"""Telegram's limits of a thumbnail."""
GAP = 8
FIELD = (24, 24, 27)
"""What shows through gaps, beside odd tiles and behind transparent ones."""
QUALITIES = (90, 80, 65, 50, 35)


def grid(tiles: Sequence[Path | None], dest: Path) -> ImageProbe:
    """Lay one to sixteen tiles in reading order on a JPEG that fits Telegram's photo limits.

    As wide as high where that goes: two stand side by side, three leave the last field plain.
    The place of a None stays plain too. Every field has the first tile's ratio; a tile of another ratio is shown whole, with the
    field around it. Raises BrokenMedia.
    """
    first = next(filter(None, tiles), None)
    if first is None or len(tiles) > TILES_MAX:
        raise ValueError(f"a grid has one to {TILES_MAX} tiles, not {len(tiles)}")
    columns = math.ceil(math.sqrt(len(tiles)))
    rows = math.ceil(len(tiles) / columns)
    width, height = _cell(probe_image(first), columns, rows)
    with unpacking:
        canvas = Image.new(
            "RGB", (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP), FIELD
        )
        for place, path in enumerate(tiles):
            if path is None:
                continue
            tile = _unpack_within(path, width, height)
            row, column = divmod(place, columns)
            left = column * (width + GAP) + (width - tile.width) // 2
            top = row * (height + GAP) + (height - tile.height) // 2
            canvas.paste(tile, (left, top))
        return _write_jpeg(canvas, dest, PHOTO_MAX_BYTES)


def photo_copy(path: Path, dest: Path) -> ImageProbe:
    """A JPEG of the picture that fits Telegram's photo limits, for one too large to send at all.

    A strip beyond the allowed ratio gets a field beside it. It says what the original says of who
    made it. Raises BrokenMedia.
    """
    said = marked(None) if is_marked(path) else b""
    with unpacking:
        image = _unpack_within(path, COPY_SIDE, COPY_SIDE)
        width = max(image.width, -(-image.height // PHOTO_MAX_RATIO))
        height = max(image.height, -(-image.width // PHOTO_MAX_RATIO))
        if (width, height) != image.size:
            image = ImageOps.pad(image, (width, height), color=FIELD)
        return _write_jpeg(image, dest, PHOTO_MAX_BYTES, xmp=said)


def picture_thumbnail(path: Path, dest: Path) -> ImageProbe:
    """A JPEG of the picture, as small as Telegram wants it. Raises BrokenMedia."""
    with unpacking:
        image = _unpack_within(path, THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        return _write_jpeg(image, dest, THUMBNAIL_MAX_BYTES)


def film_thumbnail(path: Path, dest: Path) -> ImageProbe:
    """A JPEG of the video's first frame, as small as Telegram wants it. Raises BrokenMedia."""
    with unpacking:
        with open_video(path) as (_, frame):
            scale = min(1.0, THUMBNAIL_SIDE / max(frame.width, frame.height))
            small = frame.reformat(
                width=max(1, round(frame.width * scale)),
                height=max(1, round(frame.height * scale)),
            )
            image: Image.Image = small.to_image()  # type: ignore[no-untyped-call]  # PyAV's gap
            image = image.rotate(frame.rotation, expand=True)
        return _write_jpeg(image, dest, THUMBNAIL_MAX_BYTES)


def _cell(first: ImageProbe, columns: int, rows: int) -> tuple[int, int]:
    """Width and height of a field: the first tile's ratio, and not larger than that tile."""
    # Half of Telegram's ratio, one less for a gap as wide as the strip is high: two strips in a
    # row stay within it.
    limit = PHOTO_MAX_RATIO / 2 - 1
    ratio = min(limit, max(1 / limit, first.width / first.height))
    room_x = (GRID_SIDE - GAP * (columns - 1)) / columns
    room_y = (GRID_SIDE - GAP * (rows - 1)) / rows
    width = min(room_x, room_y * ratio, max(first.width, first.height * ratio))
    width = max(width, GAP, GAP * ratio)
    return round(width), round(width / ratio)


def _unpack_within(path: Path, width: int, height: int) -> Image.Image:
    """The picture as people see it, shrunk to fit and on a plain field where transparent.

    Shrinking comes first: of a JPEG only the needed detail is unpacked then.
    """
    with open_image(path) as image:
        room = (height, width) if is_sideways(image) else (width, height)
        image.thumbnail(room, Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(image) if is_turnable(image) else image
        if not upright.has_transparency_data:
            return upright.convert("RGB")
        layer = upright.convert("RGBA")
        plain = Image.new("RGB", layer.size, FIELD)
        plain.paste(layer, mask=layer)
        return plain


def _write_jpeg(image: Image.Image, dest: Path, max_bytes: int, *, xmp: bytes = b"") -> ImageProbe:
    part = part_of(dest)
    try:
        for quality in QUALITIES:
            image.save(part, "JPEG", quality=quality, xmp=xmp)
            size_bytes = part.stat().st_size
            if size_bytes <= max_bytes:
                settle(dest)
                return ImageProbe("image/jpeg", image.width, image.height, size_bytes)
        raise FileTooBig(dest.name, max_bytes)
    finally:
        part.unlink(missing_ok=True)
