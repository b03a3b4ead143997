"""A file may say of itself as much as it likes: little of it is ever in memory to mark it."""

import io
import struct

import pytest

from bot.media.marking import _PLANNERS, METADATA_MAX_BYTES, PARTS_MAX, _Reading


class CountedFile(io.BytesIO):
    """How much of it was ever brought into memory, and in how many pieces."""

    taken_bytes = 0
    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.taken_bytes += len(piece)
        self.reads += 1
        return piece


MANY_BYTES = 26_000_000
PIECE_BYTES = 65_000
JPEG_END = b"\xff\xda\0\2\xff\xd9"


def many(piece: bytes) -> bytes:
    return piece * (MANY_BYTES // len(piece))


def jpeg_of(marker: int, said: bytes) -> bytes:
    segment = struct.pack(">BBH", 0xFF, marker, len(said) + 2) + said
    return b"\xff\xd8" + many(segment) + JPEG_END


def png_of(kind: bytes, said: bytes) -> bytes:
    chunks = [many(struct.pack(">I", len(said)) + kind + said + bytes(4))]
    chunks += [struct.pack(">I", 0) + end + bytes(4) for end in (b"IDAT", b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def webp_of(kind: bytes, said: bytes) -> bytes:
    chunks = b"VP8X" + struct.pack("<I", 10) + bytes(10)
    chunks += many(kind + struct.pack("<I", len(said)) + said)
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def mp4_of(kind: bytes, said: bytes) -> bytes:
    return many(struct.pack(">I", len(said) + 8) + kind + said)


XMP_UUID = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
C2PA_UUID = bytes.fromhex("D8FEC3D61B0E483C92975828877EC481")
ROOM = bytes(PIECE_BYTES)
TALKATIVE = {
    "a manifest in a JPEG": ("image/jpeg", jpeg_of(0xEB, ROOM)),
    "one in a JPEG, finely cut": ("image/jpeg", jpeg_of(0xEB, bytes(1_000))),
    "many XMPs in a JPEG": ("image/jpeg", jpeg_of(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + ROOM)),
    "notes in a JPEG": ("image/jpeg", jpeg_of(0xFE, ROOM)),
    "a manifest in a PNG": ("image/png", png_of(b"caBX", ROOM)),
    "notes in a PNG": ("image/png", png_of(b"iTXt", b"Comment\0\0\0\0\0" + ROOM)),
    "XMPs in a PNG": ("image/png", png_of(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + ROOM)),
    "a manifest in a WebP": ("image/webp", webp_of(b"C2PA", ROOM)),
    "XMPs in a WebP": ("image/webp", webp_of(b"XMP ", ROOM)),
    "a manifest in a film": ("video/mp4", mp4_of(b"uuid", C2PA_UUID + ROOM)),
    "XMPs in a film": ("video/mp4", mp4_of(b"uuid", XMP_UUID + ROOM)),
    "anything in a film": ("video/mp4", mp4_of(b"uuid", bytes(MANY_BYTES - 8))),
    "an endless user box": ("video/mp4", mp4_of(b"udta", bytes(MANY_BYTES - 8))),
}


@pytest.mark.parametrize("what", TALKATIVE)
def test_however_much_a_file_says_of_itself_little_of_it_is_read(what: str) -> None:
    mime, data = TALKATIVE[what]
    file = CountedFile(data)
    assert _PLANNERS[mime](_Reading(file), len(data))
    assert file.taken_bytes <= METADATA_MAX_BYTES + MANY_BYTES // 100


@pytest.mark.parametrize(
    ("mime", "data"),
    [
        ("image/jpeg", jpeg_of(0xFE, b"")),
        ("image/jpeg", b"\xff\xd8" + bytes([0xFF]) * MANY_BYTES + JPEG_END),
        ("image/png", png_of(b"tEXt", b"")),
        ("image/webp", webp_of(b"ANMF", b"")),
        ("video/mp4", mp4_of(b"free", b"")),
    ],
)
def test_a_file_of_nothing_but_small_parts_is_not_looked_through_to_its_end(
    mime: str, data: bytes
) -> None:
    file = CountedFile(data)
    with pytest.raises(ValueError, match="too many parts"):
        _PLANNERS[mime](_Reading(file), len(data))
    assert file.reads <= PARTS_MAX + 10
