"""The words "made by AI" are put beside the pixels, for every kind of file providers send."""

import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from samples import clip

from bot import media
from bot.errors import BrokenMedia
from bot.media.marking import is_marked, mark
from bot.media.xmp import AI_SOURCE, IPTC_EXT, PACKET_MAX_BYTES, marked, says_ai

SIZE = (62, 39)
KINDS = ["png", "jpg", "webp", "webp lossless", "webp see-through", "mp4"]
OTHER_XMP = b"""<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
<r:Description r:about='uuid:42' xmlns:dc='http://purl.org/dc/elements/1.1/'>
<dc:creator><r:Seq><r:li>M&#233;o &amp; co</r:li></r:Seq></dc:creator></r:Description>
</r:RDF></x:xmpmeta>


<?xpacket end='w'?>"""


def a_picture(mode: str = "RGB") -> Image.Image:
    picture = Image.effect_mandelbrot(SIZE, (-2, -1.5, 1, 1.5), 60).convert(mode)
    if mode == "RGBA":
        picture.putalpha(90)
    return picture


def a_file(folder: Path, kind: str, *, xmp: bytes | None = None) -> Path:
    suffix, _, way = kind.partition(" ")
    path = folder / f"{kind.replace(' ', '-')}.{suffix}"
    more: dict[str, Any] = {"xmp": xmp} if xmp else {}
    match suffix:
        case "mp4":
            path.write_bytes(clip())
        case "webp":
            see_through = way == "see-through"
            a_picture("RGBA" if see_through else "RGB").save(path, lossless=bool(way), **more)
        case "jpg":
            a_picture().save(path, exif=_exif(), dpi=(72, 72), **more)
        case _:
            a_picture().save(path)
            if xmp:
                path.write_bytes(with_png_chunk(path.read_bytes(), b"XML:com.adobe.xmp", xmp))
    return path


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = "a window"
    return exif


def with_png_chunk(data: bytes, keyword: bytes, text: bytes) -> bytes:
    """A PNG whose packed text stands behind the pixels."""
    body = b"iTXt" + keyword + b"\0\1\0en\0mark\0" + zlib.compress(text)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:-12] + chunk + data[-12:]


def what_is_seen(path: Path) -> str:
    """A hash of all it shows, every frame."""
    if path.suffix == ".mp4":
        with av.open(str(path)) as film:
            frames = [bytes(frame.planes[0]) for frame in film.decode(video=0)]
        return hashlib.sha256(b"".join(frames)).hexdigest()
    with Image.open(path) as picture:
        return hashlib.sha256(picture.tobytes() + picture.mode.encode()).hexdigest()


def xmp_in(path: Path) -> bytes:
    """Its XMP, read by somebody else's eyes."""
    if path.suffix == ".mp4":
        data = path.read_bytes()
        at = data.index(bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC"))
        (length,) = struct.unpack(">I", data[at - 8 : at - 4])
        assert b"uuid" == data[at - 4 : at]
        return data[at + 16 : at - 8 + length]
    with Image.open(path) as picture:
        picture.load()  # a PNG's may stand behind the pixels
        found = picture.info.get("xmp") or picture.info["XML:com.adobe.xmp"]
    return found if isinstance(found, bytes) else str(found).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_says_that_ai_made_it_and_shows_what_it_showed(tmp_path: Path, kind: str) -> None:
    path = a_file(tmp_path, kind)
    seen = what_is_seen(path)
    assert not is_marked(path)
    mark(path)
    assert is_marked(path)
    assert AI_SOURCE.encode() in xmp_in(path)
    assert seen == what_is_seen(path)
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_says_so_stays_byte_for_byte(tmp_path: Path, kind: str) -> None:
    path = a_file(tmp_path, kind)
    mark(path)
    before = path.read_bytes()
    mark(path)
    assert before == path.read_bytes()


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "webp see-through"])
def test_what_else_its_xmp_says_is_kept(tmp_path: Path, kind: str) -> None:
    path = a_file(tmp_path, kind, xmp=OTHER_XMP)
    seen = what_is_seen(path)
    mark(path)
    packet = xmp_in(path)
    assert "Méo &amp; co" in packet.decode().replace("&#233;", "é")
    assert says_ai(packet)
    assert seen == what_is_seen(path)


def test_the_xmp_of_a_film_is_kept_and_nothing_in_it_moves(tmp_path: Path) -> None:
    path = a_file(tmp_path, "mp4")
    seen = what_is_seen(path)
    body = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC") + OTHER_XMP
    data = path.read_bytes()
    (first,) = struct.unpack(">I", data[:4])
    box = struct.pack(">I4s", len(body) + 8, b"uuid") + body
    path.write_bytes(data + box)
    mark(path)
    said = path.read_bytes()
    assert data[:first] == said[:first]
    assert 2 == said.count(b"creator><r:Seq>")  # the old one is left as room nobody reads
    assert 1 == said.count(b"uuid\xbe\x7a")
    assert is_marked(path)
    assert seen == what_is_seen(path)


def test_a_film_whose_last_box_has_no_end_of_its_own_gets_one(tmp_path: Path) -> None:
    path = a_file(tmp_path, "mp4")
    data = path.read_bytes()
    at, last = 0, 0
    while at < len(data):
        last, at = at, at + int.from_bytes(data[at : at + 4], "big")
    path.write_bytes(data[:last] + bytes(4) + data[last + 4 :])
    seen = what_is_seen(path)
    mark(path)
    assert is_marked(path)
    assert seen == what_is_seen(path)


def test_a_jpeg_keeps_its_exif_in_front(tmp_path: Path) -> None:
    path = a_file(tmp_path, "jpg")
    mark(path)
    data = path.read_bytes()
    assert data.index(b"Exif\0") < data.index(b"http://ns.adobe.com/xap/1.0/")
    with Image.open(path) as picture:
        assert "a window" == picture.getexif()[0x010E]


def test_a_see_through_webp_stays_see_through(tmp_path: Path) -> None:
    path = a_file(tmp_path, "webp see-through")
    mark(path)
    with Image.open(path) as picture:
        assert ("RGBA", SIZE) == (picture.mode, picture.size)


def test_a_signed_manifest_that_says_so_is_believed_and_never_broken(tmp_path: Path) -> None:
    manifest = b"jumb c2pa " + AI_SOURCE.encode()
    png = a_file(tmp_path, "png")
    data = png.read_bytes()
    body = b"caBX" + manifest
    chunk = struct.pack(">I", len(manifest)) + body + struct.pack(">I", zlib.crc32(body))
    png.write_bytes(data[:33] + chunk + data[33:])
    jpg = a_file(tmp_path, "jpg")
    data = jpg.read_bytes()
    cut = [manifest[:30], manifest[30:]]
    parts = [
        b"\xff\xeb" + struct.pack(">H", len(each) + 10) + b"JP" + bytes(6) + each for each in cut
    ]
    jpg.write_bytes(data[:2] + b"".join(parts) + data[2:])
    mp4 = a_file(tmp_path, "mp4")
    who = bytes.fromhex("D8FEC3D61B0E483C92975828877EC481") + manifest
    mp4.write_bytes(mp4.read_bytes() + struct.pack(">I4s", len(who) + 8, b"uuid") + who)
    for path in (png, jpg, mp4):
        before = path.read_bytes()
        mark(path)
        assert before == path.read_bytes()


@pytest.mark.parametrize(
    "said",
    [
        'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"',
        "Iptc4xmpExt:DigitalSourceType='x'",
    ],
)
def test_a_file_that_claims_to_be_a_photograph_is_set_right(said: str) -> None:
    packet = marked(None).decode()
    start = packet.index("Iptc4xmpExt:DigitalSourceType")
    end = packet.index("/>", start)
    lie = f"{packet[:start]}{said}{packet[end:]}".encode()
    assert not says_ai(lie)
    answer = marked(lie)
    assert says_ai(answer)
    assert b"digitalCapture" not in answer
    assert 1 == answer.count(b":DigitalSourceType")


def test_the_element_form_is_read_and_set_right_too() -> None:
    packet = marked(None).decode()
    about = '<rdf:Description rdf:about="" xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
    element = f"<i:DigitalSourceType>{AI_SOURCE}</i:DigitalSourceType></rdf:Description>"
    end = packet.index("</rdf:RDF>")
    start = packet.index("<rdf:Description")
    said = f"{packet[:start]}{about}{element}{packet[end:]}"
    assert says_ai(said.encode())
    lie = said.replace(AI_SOURCE, "x")
    assert not says_ai(lie.encode())
    assert 1 == marked(lie.encode()).count(b":DigitalSourceType")


@pytest.mark.parametrize(
    "trap",
    [
        b"",
        b"\xff\xfe no xml",
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        b"</rdf:RDF><rdf:RDF>",
    ],
)
def test_xmp_that_cannot_be_read_gives_way_to_one_that_can(trap: bytes) -> None:
    assert says_ai(marked(trap))


def with_inside(inside: str) -> bytes:
    """A packet as long as is read at the most, filled up with so much more of this."""
    packet = marked(None).decode().replace(AI_SOURCE, "digitalCapture")
    most = (PACKET_MAX_BYTES - len(packet.encode())) // len(inside)
    return packet.replace("</x:xmpmeta>", inside * most + "</x:xmpmeta>").encode()


@pytest.mark.timeout(60)  # what goes back over it again and again takes many minutes
@pytest.mark.parametrize(
    "inside", [" ", "\n", "<!--<a:DigitalSourceType>-->", "<?a <a:DigitalSourceType>?>", "<i/>"]
)
def test_a_packet_full_of_anything_is_set_right_in_one_go(inside: str) -> None:
    packet = with_inside(inside)
    assert not says_ai(packet)
    answer = marked(packet)
    assert says_ai(answer)
    assert b"digitalCapture" not in answer


def test_the_room_before_the_end_of_a_packet_is_not_carried_along() -> None:
    roomy = OTHER_XMP.replace(b"<?xpacket end", b" " * 4_000 + b"\n<?xpacket end")
    assert b"</x:xmpmeta>\n<?xpacket end" in marked(roomy)


def test_a_packet_too_long_to_be_read_gives_way() -> None:
    long = OTHER_XMP.replace(b"co</r:li>", b"o" * PACKET_MAX_BYTES + b"</r:li>")
    assert marked(None) == marked(long)


def test_another_claim_that_cannot_be_taken_out_takes_the_packet_with_it() -> None:
    packet = marked(None).decode()
    claim = "<i:DigitalSourceType><!-- x -->digitalCapture</i:DigitalSourceType>"
    about = f'<rdf:Description xmlns:i="{IPTC_EXT}">{claim}</rdf:Description>'
    end, start = packet.index("</rdf:RDF>"), packet.index("<rdf:Description")
    assert marked(None) == marked(f"{packet[:start]}{about}{packet[end:]}".encode())


@given(text=st.text())
def test_whatever_a_provider_writes_the_mark_is_there_once_and_stays(text: str) -> None:
    once = marked(text.encode("utf-8", errors="surrogatepass"))
    assert says_ai(once)
    assert says_ai(marked(once))


def test_a_description_in_other_words_is_not_mistaken_for_the_mark(tmp_path: Path) -> None:
    talk = OTHER_XMP.replace(b"co</r:li>", b"trainedAlgorithmicMedia</r:li>")
    path = a_file(tmp_path, "png", xmp=talk)
    assert not is_marked(path)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_file_cut_short_or_garbled_is_left_as_it_was_or_marked(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    path = a_file(folder, kind)
    whole = path.read_bytes()
    cut = data.draw(st.integers(12, len(whole) - 1))
    spot = data.draw(st.integers(12, len(whole) - 1))
    garbled = bytearray(whole)
    garbled[spot] ^= data.draw(st.integers(1, 255))
    for broken in (whole[:cut], bytes(garbled)):
        path.write_bytes(broken)
        try:
            mark(path)
        except BrokenMedia:
            assert broken == path.read_bytes()
        assert [path] == list(folder.iterdir())


def test_what_takes_no_mark_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "words.png"
    path.write_bytes(b"no picture at all")
    with pytest.raises(BrokenMedia):
        mark(path)


def test_a_large_file_is_marked_through_the_disk(tmp_path: Path) -> None:
    path = a_file(tmp_path, "mp4")
    filler = 40_000_000
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", filler + 8, b"free"))
        file.truncate(file.tell() + filler)
    size = path.stat().st_size
    mark(path)
    assert is_marked(path)
    assert size < path.stat().st_size
    assert media.probe_video(path).width == 64


def test_pillow_reads_the_mark_of_a_picture_held_in_memory(tmp_path: Path) -> None:
    path = a_file(tmp_path, "jpg")
    mark(path)
    with Image.open(io.BytesIO(path.read_bytes())) as picture:
        assert says_ai(picture.info["xmp"])
