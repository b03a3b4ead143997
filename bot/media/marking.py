"""Says in a file that AI made it, beside its picture and never in it (docs/decisions/0008).

Knows nothing of jobs, chats or providers. All of it blocks. A file is copied piece by piece with
a few bytes put in between, so its pictures are never unpacked and never whole in memory.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from bot.errors import BrokenMedia
from bot.media.files import part_of, settle
from bot.media.probing import sniff
from bot.media.xmp import PACKET_MAX_BYTES, marked, names_ai, says_ai

METADATA_MAX_BYTES = 4_000_000
"""What is read in all of what a file says of itself; what is beyond is passed by."""
PARTS_MAX = 100_000
"""Looks at the head of a part; a film of an hour has some thousands."""
JPEG_SEGMENT_MAX_BYTES = 65_533
_COPY_BYTES = 1024 * 1024

_PNG_KEYWORD: Final = b"XML:com.adobe.xmp\0"
_JPEG_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_MP4_XMP: Final = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
_MP4_C2PA: Final = bytes.fromhex("D8FEC3D61B0E483C92975828877EC481")
_WEBP_XMP_FLAG: Final = 0x04
_WEBP_ALPHA_FLAG: Final = 0x10


@dataclasses.dataclass(frozen=True, slots=True)
class _Splice:
    """``new`` in place of ``length`` bytes from ``at`` on."""

    at: int
    length: int
    new: bytes


_Splices = Sequence[_Splice]


class _Reading:
    """A file looked through part by part. However much it says, little of it is in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._heads_left = PARTS_MAX
        self._manifest = bytearray()

    def head(self, at: int, length: int) -> bytes:
        """A few bytes that tell what a part is. Raises ValueError where there is no end of parts."""
        self._heads_left -= 1
        if self._heads_left < 0:
            raise ValueError("too many parts")
        return self._read(at, length)

    def packet(self, at: int, length: int) -> bytes:
        """An XMP packet; of one too long to be read, enough to tell that it is."""
        return self._read(at, min(length, PACKET_MAX_BYTES + 1))

    def keep_manifest(self, at: int, length: int) -> None:
        """A piece of a signed manifest: it may be cut anywhere."""
        room = METADATA_MAX_BYTES - PACKET_MAX_BYTES - len(self._manifest)
        self._manifest += self._read(at, min(length, room))

    @property
    def is_signed_as_ai(self) -> bool:
        return names_ai(self._manifest)

    def _read(self, at: int, length: int) -> bytes:
        self._file.seek(at)
        return self._file.read(max(0, length))


def is_marked(path: Path) -> bool:
    """It says that AI made it, in its XMP or in a signed manifest. False where none can be read."""
    try:
        return not _plan(path)
    except BrokenMedia:
        return False


def mark(path: Path) -> None:
    """Let a PNG, JPEG, WebP or MP4 say that AI made it; one that says so stays byte for byte.

    Killed anywhere, the file is as it was or marked. Raises BrokenMedia for another kind of file
    and for one whose parts cannot be told apart: it stays as it was.
    """
    splices = _plan(path)
    if not splices:
        return
    part = part_of(path)
    try:
        with path.open("rb") as source, part.open("wb") as target:
            for splice in sorted(splices, key=lambda each: each.at):
                _copy(source, target, splice.at - source.tell())
                target.write(splice.new)
                source.seek(splice.length, os.SEEK_CUR)
            shutil.copyfileobj(source, target, _COPY_BYTES)
        settle(path)
    finally:
        part.unlink(missing_ok=True)


def _plan(path: Path) -> _Splices:
    """What to put where; nothing for a marked one."""
    planner = _PLANNERS.get(sniff(path) or "")
    if planner is None:
        raise BrokenMedia(path.name, "nothing that takes a mark")
    try:
        with path.open("rb") as file:
            return planner(_Reading(file), path.stat().st_size)
    except (struct.error, zlib.error, IndexError, ValueError) as error:
        raise BrokenMedia(path.name, str(error) or type(error).__name__) from error


def _copy(source: IO[bytes], target: IO[bytes], length: int) -> None:
    while length:
        piece = source.read(min(length, _COPY_BYTES))
        if not piece:
            raise OSError("the file became shorter while it was copied")
        target.write(piece)
        length -= len(piece)


# --- PNG (ISO 15948; the XMP chunk: ISO 16684-3, 4.2) -----------------------------------------


def _plan_png(file: _Reading, size: int) -> _Splices:
    pixels_at = 0
    old: _Splice | None = None
    for kind, at, length in _png_chunks(file, size):
        if kind == b"IDAT" and not pixels_at:
            pixels_at = at
        if kind == b"caBX":
            file.keep_manifest(at + 8, length)
        if kind == b"iTXt" and file.head(at + 8, len(_PNG_KEYWORD)) == _PNG_KEYWORD:
            old = _Splice(at, length + 12, b"")
    packet = None if old is None else _png_xmp(file.packet(old.at + 8, old.length - 12))
    if file.is_signed_as_ai or (packet is not None and says_ai(packet)):
        return ()
    if not pixels_at:
        raise ValueError("a PNG without pixels")
    chunk = _png_chunk(b"iTXt", _PNG_KEYWORD + b"\0\0\0\0" + marked(packet))
    return (dataclasses.replace(old or _Splice(pixels_at, 0, b""), new=chunk),)


def _png_chunks(file: _Reading, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, place and length of the data of each chunk."""
    at = 8
    while at < size:
        length, kind = struct.unpack(">I4s", file.head(at, 8))
        yield kind, at, length
        at += length + 12
        if kind == b"IEND":
            return
    raise ValueError("a PNG without an end")


def _png_xmp(data: bytes) -> bytes:
    is_packed = data[len(_PNG_KEYWORD)] == 1
    text = data[len(_PNG_KEYWORD) + 2 :].split(b"\0", 2)[2]  # behind two names of languages
    return zlib.decompressobj().decompress(text, PACKET_MAX_BYTES + 1) if is_packed else text


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


# --- JPEG (ITU T.81, B.1.1; the XMP segment: ISO 16684-3, 4.3) --------------------------------


def _plan_jpeg(file: _Reading, size: int) -> _Splices:
    place = 2
    old: _Splice | None = None
    for marker, at, length in _jpeg_segments(file, size):
        name = file.head(at + 4, min(length - 2, len(_JPEG_XMP))) if marker == 0xE1 else b""
        if marker == 0xE0 or name.startswith(b"Exif"):
            place = at + 2 + length  # readers look for these first
        if name == _JPEG_XMP:
            old = _Splice(at, length + 2, b"")
        if marker == 0xEB:
            file.keep_manifest(at + 12, length - 10)  # behind eight bytes of counting
    packet = None
    if old is not None:
        packet = file.packet(old.at + 4, old.length - 4)[len(_JPEG_XMP) :]
    if file.is_signed_as_ai or (packet is not None and says_ai(packet)):
        return ()
    segment = _JPEG_XMP + marked(packet)
    if len(segment) > JPEG_SEGMENT_MAX_BYTES:
        raise ValueError("no room for the mark")
    new = struct.pack(">2sH", b"\xff\xe1", len(segment) + 2) + segment
    return (dataclasses.replace(old or _Splice(place, 0, b""), new=new),)


def _jpeg_segments(file: _Reading, size: int) -> Iterator[tuple[int, int, int]]:
    """Marker, place and length (its own two bytes counted) of each segment before the pixels."""
    at = 2
    while at < size:
        lead, marker, length = struct.unpack(">BBH", file.head(at, 4))
        if lead != 0xFF:
            raise ValueError("a JPEG without order")
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker == 0xDA:
            return
        yield marker, at, length
        at += length + 2
    raise ValueError("a JPEG without pixels")


# --- WebP (RFC 9649) --------------------------------------------------------------------------


def _plan_webp(file: _Reading, size: int) -> _Splices:
    end = int.from_bytes(file.head(4, 4), "little") + 8
    if end > size:
        raise ValueError("a WebP cut short")
    first = b""
    splices: list[_Splice] = []
    packet_at: tuple[int, int] | None = None
    old = _Splice(end, 0, b"")
    for kind, at, length in _webp_chunks(file, end):
        first = first or kind
        if kind == b"C2PA":
            file.keep_manifest(at + 8, length)
        if kind == b"XMP ":
            packet_at = (at + 8, length)
            old = _Splice(at, 8 + length + length % 2, b"")
    packet = None if packet_at is None else file.packet(*packet_at)
    if file.is_signed_as_ai or (packet is not None and says_ai(packet)):
        return ()
    if first == b"VP8X":
        flags = file.head(20, 1)[0] | _WEBP_XMP_FLAG
        splices.append(_Splice(20, 1, bytes([flags])))
    else:
        splices.append(_Splice(12, 0, _webp_chunk(b"VP8X", _webp_header(file, first))))
    splices.append(dataclasses.replace(old, new=_webp_chunk(b"XMP ", marked(packet))))
    grown = sum(len(splice.new) - splice.length for splice in splices)
    return (_Splice(4, 4, struct.pack("<I", end - 8 + grown)), *splices)


def _webp_chunks(file: _Reading, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and length of the data of each chunk."""
    at = 12
    while at < end:
        kind, length = struct.unpack("<4sI", file.head(at, 8))
        yield kind, at, length
        at += 8 + length + length % 2
    if at != end:
        raise ValueError("a WebP cut short")


def _webp_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _webp_header(file: _Reading, kind: bytes) -> bytes:
    """The header that a simple file, which may say nothing of itself, goes without."""
    data = file.head(20, 10)
    flags = _WEBP_XMP_FLAG
    if kind == b"VP8L":  # 9.1: a signature, then 14 bits each of width and height less one
        bits = int.from_bytes(data[1:5], "little")
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
        if bits >> 28 & 1:
            flags |= _WEBP_ALPHA_FLAG
    elif kind == b"VP8 ":  # RFC 6386, 9.1: six bytes, then 14 bits each, above them a scale
        width, height = (side & 0x3FFF for side in struct.unpack("<HH", data[6:10]))
        width, height = width - 1, height - 1
    else:
        raise ValueError("a WebP without pixels")
    return bytes([flags, 0, 0, 0]) + width.to_bytes(3, "little") + height.to_bytes(3, "little")


# --- MP4 and QuickTime (ISO 14496-12, 4.2; the XMP box: ISO 16684-3, 4.9) ---------------------


def _plan_mp4(file: _Reading, size: int) -> _Splices:
    splices: list[_Splice] = []
    packet_at: tuple[int, int] | None = None
    for kind, at, header, length in _mp4_boxes(file, size):
        who = file.head(at + header, 16) if kind == b"uuid" else b""
        said_at = (at + header + 16, length - header - 16)
        if who == _MP4_C2PA:
            file.keep_manifest(*said_at)
        if who == _MP4_XMP:
            packet_at = said_at
            # What stands behind it is found by its place in the file, so it keeps its room.
            splices.append(_Splice(at + 4, 4, b"free"))
        if not int.from_bytes(file.head(at, 4), "big"):  # it ends with the file, so far
            splices.append(_Splice(at, 4, struct.pack(">I", length)))
    packet = None if packet_at is None else file.packet(*packet_at)
    if file.is_signed_as_ai or (packet is not None and says_ai(packet)):
        return ()
    said = _MP4_XMP + marked(packet)
    return (*splices, _Splice(size, 0, struct.pack(">I4s", len(said) + 8, b"uuid") + said))


def _mp4_boxes(file: _Reading, size: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Type, place, length of the head, and length with it, of each outermost box."""
    at = 0
    while at < size:
        length, kind = struct.unpack(">I4s", file.head(at, 8))
        header = 8
        if length == 1:
            header, length = 16, int.from_bytes(file.head(at + 8, 8), "big")
        elif length == 0:
            length = size - at
        if length < header:
            raise ValueError("an unreadable box")
        yield kind, at, header, length
        at += length
    if at != size:
        raise ValueError("an MP4 cut short")


_PLANNERS: Final[dict[str, Callable[[_Reading, int], _Splices]]] = {
    "image/png": _plan_png,
    "image/jpeg": _plan_jpeg,
    "image/webp": _plan_webp,
    "video/mp4": _plan_mp4,
    "video/quicktime": _plan_mp4,
}
