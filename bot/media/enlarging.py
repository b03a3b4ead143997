"""More pixels for a picture, and nothing new in them. Never changes the original.

Knows nothing of jobs, chats or providers. All of it blocks and unpacks a picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from PIL import Image, ImageOps

from bot.errors import BrokenMedia
from bot.media.probing import is_turnable, open_image, unpacking

_QUALITY = 95


def enlarge(path: Path, into: IO[bytes], side: int) -> None:
    """Write the picture into an open file, its longer side now ``side`` pixels, by Lanczos.

    A PNG when something shows through it, else a JPEG that keeps its colours' detail. Raises
    BrokenMedia, also for a picture that would shrink, and OSError when the file cannot take it.
    """
    with unpacking:
        large, profile = _unpack_enlarged(path, side)
        if large.mode == "RGBA":
            large.save(into, "PNG", icc_profile=profile)
        else:
            large.save(into, "JPEG", quality=_QUALITY, subsampling=0, icc_profile=profile)


def _unpack_enlarged(path: Path, side: int) -> tuple[Image.Image, bytes | None]:
    """With the profile of its colours, where they were not changed."""
    with open_image(path) as image:
        if max(image.size) > side:
            raise BrokenMedia(path.name, f"{image.width}×{image.height} would shrink to {side}")
        upright = ImageOps.exif_transpose(image) if is_turnable(image) else image
        scale = side / max(upright.size)
        size = (max(1, round(upright.width * scale)), max(1, round(upright.height * scale)))
        shown = _as_shown(upright)
        profile = image.info.get("icc_profile") if image.mode == shown.mode else None
        return shown.resize(size, Image.Resampling.LANCZOS), profile


def _as_shown(image: Image.Image) -> Image.Image:
    """Its colours as plain red, green and blue; what shows through only where something does."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    most_transparent, _ = layer.getchannel("A").getextrema()
    return layer.convert("RGB") if most_transparent == 255 else layer
