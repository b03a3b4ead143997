"""What Telegram does with a picture or video it is given: measures it, and makes smaller copies.

It does not know about chats or file ids, only about files on disk. Lengths in pixels, times in
seconds.
"""

from dataclasses import dataclass
from pathlib import Path

import av
from PIL import Image, ImageOps, UnidentifiedImageError

from bot.sandbox.refusal import Refusal, bad_request
from bot.sandbox.sniffing import media_type_of

# The sides of Telegram's thumbnail boxes s, m, x and y (core.telegram.org/api/files).
BOXES = (90, 320, 800, 1280)
_PREVIEW = 320
_LONGEST_SUM = 10_000
_LARGEST_RATIO = 20
_KINDS = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "image/webp": "photo",
    "image/gif": "animation",
    "video/mp4": "video",
}


@dataclass(frozen=True)
class Size:
    path: Path
    width: int
    height: int


@dataclass(frozen=True)
class Clip:
    width: int
    height: int
    duration_s: int


def measure(path: Path) -> tuple[int, int]:
    """Width and height as shown; from the header only.

    Raises Refusal 400 when it is no picture, or one Telegram would not take as a photo.
    """
    try:
        with Image.open(path) as picture:
            width, height = picture.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _wrong_dimensions() from None
    except (UnidentifiedImageError, OSError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    too_long = width + height > _LONGEST_SUM
    if too_long or max(width, height) > _LARGEST_RATIO * min(width, height):
        raise _wrong_dimensions()
    return width, height


def reencode(path: Path) -> list[Size]:
    """The sizes of a photo, smallest first, each a JPEG beside `path`; the ratio is kept."""
    try:
        with Image.open(path) as picture:
            current = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, SyntaxError):  # Pillow's words for a file that stops in the middle
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    longest = max(current.size)
    wanted = [box for box in BOXES if box < longest] + [min(longest, BOXES[-1])]
    sizes = []
    for box in sorted(set(wanted), reverse=True):
        current.thumbnail((box, box))
        target = path.with_name(f"{path.stem}_{box}.jpg")
        current.save(target, "JPEG", quality=87)
        sizes.append(Size(target, *current.size))
    return sizes[::-1]


def preview(path: Path) -> Size | None:
    """The small JPEG Telegram shows beside a picture sent as a file; None: it is no picture."""
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (_PREVIEW, _PREVIEW))
            small = ImageOps.exif_transpose(picture).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    except (OSError, SyntaxError):  # no picture, or one that stops in the middle
        return None
    small.thumbnail((_PREVIEW, _PREVIEW))
    target = path.with_name(f"{path.stem}_preview.jpg")
    small.save(target, "JPEG", quality=87)
    return Size(target, *small.size)


def measure_clip(path: Path) -> Clip:
    """What a person's app would say about a video; zeros where it cannot be read."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            seconds = (container.duration or 0) / av.time_base
            return Clip(stream.width, stream.height, round(seconds))
    except (av.FFmpegError, IndexError):
        return Clip(0, 0, 0)


def kind_of(head: bytes) -> str:
    """`photo`, `video`, `animation` or `document`, by the first bytes (16 are enough)."""
    return _KINDS.get(media_type_of(head) or "", "document")


def _wrong_dimensions() -> Refusal:
    return bad_request("PHOTO_INVALID_DIMENSIONS")
