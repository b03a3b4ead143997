"""What a file is: its type, size and length, told without unpacking pictures (but for GIF).

Knows nothing of who asks. Names and headers of strangers are not believed, only the bytes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from bot.errors import BrokenMedia, TooManyPixels

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

PIXELS_MAX = 60_000_000
"""An unpacked pixel takes four bytes; a 4K picture has 17 million, twice that each way 67."""

PHOTO_MAX_BYTES = 10_000_000
PHOTO_MAX_SIDES = 10_000
PHOTO_MAX_RATIO = 20
"""Telegram's limits of a photo (docs/telegram.md, "Media"): bytes, width + height in pixels,
longer side through the shorter."""

AV_TIME_BASE = 1_000_000
"""FFmpeg counts a container's duration in microseconds."""

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
"""What we handle, as Pillow calls it."""
_TAIL_BYTES = 64 * 1024
_BOX_HEADER_BYTES = 8

# Unpacked pictures are the only large thing in memory (tens of MB each), so one is unpacked at a
# time in the whole process. A thread lock and not an asyncio one: the work runs in threads, and
# it must also hold for callers of different event loops. Only a film being copied goes on beside
# it (`filming.py`): it takes minutes and holds few pictures.
unpacking = threading.Lock()


@dataclasses.dataclass(frozen=True, slots=True)
class ImageProbe:
    """A picture as people see it: pixels after the turn its header asks for."""

    mime: str
    width: int
    height: int
    size_bytes: int


@dataclasses.dataclass(frozen=True, slots=True)
class VideoProbe:
    """A video as people see it. ``duration_s`` is None when the file does not say."""

    mime: str
    width: int
    height: int
    size_bytes: int
    duration_s: float | None


def sniff(path: Path) -> str | None:
    """The mime type its first bytes speak for; None for anything we do not handle."""
    with path.open("rb") as file:
        return _sniff(file)


def probe_image(path: Path) -> ImageProbe:
    """What the picture is, without unpacking it; only of a GIF nothing else tells that it is whole.

    Raises BrokenMedia for what is no picture, is cut short, or has more than ``PIXELS_MAX``.
    """
    mime = _expect(path, "image/")
    with open_image(path) as image:
        width, height = image.size
        if is_sideways(image):
            width, height = height, width
    _check_whole_image(path, mime)
    return ImageProbe(mime, width, height, path.stat().st_size)


def probe_video(path: Path) -> VideoProbe:
    """What the video is; its first frame is unpacked, since that alone tells how it is turned.

    Raises BrokenMedia for what is no MP4 or QuickTime video, is cut short, or does not play.
    """
    mime = _expect(path, "video/")
    with unpacking, open_video(path) as (container, frame):
        width, height = frame.width, frame.height
        if frame.rotation % 180:
            width, height = height, width
        duration_s = None if container.duration is None else container.duration / AV_TIME_BASE
    return VideoProbe(mime, width, height, path.stat().st_size, duration_s)


def fits_photo(probe: ImageProbe) -> bool:
    """Telegram takes it as a photo; what does not fit goes as a document, or as a copy."""
    short, long = sorted((probe.width, probe.height))
    return (
        probe.size_bytes <= PHOTO_MAX_BYTES
        and probe.width + probe.height <= PHOTO_MAX_SIDES
        and long <= short * PHOTO_MAX_RATIO
    )


def is_turnable(image: Image.Image) -> bool:
    """Its header may ask for a turn. Only JPEG (MPO is one with more behind it) is listened to:
    of a PNG, Pillow would unpack everything to find out, and viewers do not turn it.
    """
    return image.format in {"JPEG", "MPO"}


def is_sideways(image: Image.Image) -> bool:
    """The header asks for a quarter turn (Exif 2.32, orientation 5 to 8)."""
    return is_turnable(image) and image.getexif().get(ExifTags.Base.Orientation) in {5, 6, 7, 8}


@contextlib.contextmanager
def open_image(path: Path, formats: tuple[str, ...] = FORMATS) -> Iterator[ImageFile.ImageFile]:
    """The picture with its header read; hold ``unpacking`` to go further. What goes wrong
    with it inside becomes BrokenMedia.
    """
    with (
        path.open("rb") as file,
        _pillow_complaints(path.name),
        Image.open(file, formats=formats) as image,
    ):
        if image.width * image.height > PIXELS_MAX:
            raise TooManyPixels(path.name, f"{image.width}×{image.height} pixels are too many")
        yield image


@contextlib.contextmanager
def open_video(path: Path) -> Iterator[tuple[InputContainer, VideoFrame]]:
    """The video and its first frame; hold ``unpacking``. What goes wrong with it inside becomes
    BrokenMedia.
    """
    import av  # noqa: PLC0415  # 22 MB that a bot without videos does not need

    _expect(path, "video/")
    _check_whole_boxes(path)
    try:
        # The demuxer is named: left to guess, it would follow a playlist's links. Titles and
        # the like may be in any encoding.
        with av.open(path, format="mov", metadata_errors="replace") as container:
            if not container.streams.video:
                raise BrokenMedia(path.name, "a video without pictures")
            stream = container.streams.video[0]
            stream.thread_count = 1  # each further thread holds frames of its own
            frame = next(container.decode(stream), None)
            if frame is None:
                raise BrokenMedia(path.name, "a video without a frame")
            yield container, frame
    except av.FFmpegError as error:
        raise BrokenMedia(path.name, str(error)) from error


@contextlib.contextmanager
def _pillow_complaints(file_name: str) -> Iterator[None]:
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixels(file_name, "too many pixels") from error
    except UnidentifiedImageError as error:
        raise BrokenMedia(file_name, "no picture we know") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error) as error:
        raise BrokenMedia(file_name, str(error) or type(error).__name__) from error


def _expect(path: Path, kind: str) -> str:
    mime = sniff(path)
    if mime is None or not mime.startswith(kind):
        raise BrokenMedia(path.name, f"expected {kind}*, found {mime or 'nothing we know'}")
    return mime


def _sniff(file: IO[bytes]) -> str | None:
    head = file.read(12)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] != b"ftyp":
        return None
    match head[8:12]:
        case b"qt  ":
            return "video/quicktime"
        case b"avif" | b"avis" | b"heic" | b"heix" | b"mif1" | b"msf1":
            return None  # pictures in the same container
        case _:
            return "video/mp4"


def _check_whole_image(path: Path, mime: str) -> None:
    match mime:
        case "image/png":
            with open_image(path) as image:
                image.verify()
        case "image/jpeg":
            is_whole = _jpeg_ends(path)
        case "image/webp":
            is_whole = _riff_ends(path)
        case _:
            is_whole = _last_bytes(path).rstrip(b"\0").endswith(b";")
            # The end mark is an everyday byte: where the cut happens to fall behind one, only
            # unpacking tells.
            with unpacking, open_image(path) as image:
                image.load()
    if mime != "image/png" and not is_whole:
        raise BrokenMedia(path.name, "cut short")


def _jpeg_ends(path: Path) -> bool:
    """Pillow's verify does not look: search the end mark behind the header, which may hold a
    small preview with an end mark of its own.
    """
    with open_image(path) as image:
        assert image.fp is not None
        header_end = image.fp.tell()
    tail = _last_bytes(path)
    tail_start = path.stat().st_size - len(tail)
    return b"\xff\xd9" in tail[max(0, header_end - tail_start) :]


def _riff_ends(path: Path) -> bool:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8)[4:], "little")
    return path.stat().st_size >= size + 8


def _last_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return file.read()


def _check_whole_boxes(path: Path) -> None:
    """Walk the outermost boxes (ISO 14496-12, 4.2): the last must end where the file does."""
    end = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        while at + _BOX_HEADER_BYTES <= end:
            file.seek(at)
            size = int.from_bytes(file.read(_BOX_HEADER_BYTES)[:4], "big")
            if size == 0:  # the box reaches to the end, wherever that is
                return
            if size == 1:  # a 64-bit size follows
                size = int.from_bytes(file.read(8), "big")
            if size < _BOX_HEADER_BYTES:
                raise BrokenMedia(path.name, "unreadable box")
            at += size
    if at > end:
        raise BrokenMedia(path.name, "cut short")
