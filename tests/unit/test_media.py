"""Pictures and films: what they are told to be by their bytes, and how they arrive."""

import asyncio
import contextlib
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest
import samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from samples import BLUE, RED, draw, is_near, noise

from bot import media
from bot.errors import BrokenMedia, FileTooBig
from bot.media.probing import ImageProbe

ORIENTATION = ExifTags.Base.Orientation


def film(path: Path, width: int = 160, height: int = 96, frames: int = 12) -> Path:
    """A red film of 12 frames a second whose top left corner is blue."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (0, 0, width // 4, height // 4))
    samples.film(path, picture, frames=frames, rate=12)
    return path


def turned_clockwise(path: Path) -> Path:
    """A phone held upright writes the frame lying and a quarter turn into the track header."""
    data = bytearray(path.read_bytes())
    matrix_at = data.index(b"tkhd") + 44
    one = 1 << 16
    data[matrix_at : matrix_at + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("suffix", "mime"),
    [("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp"), ("gif", "image/gif")],
)
def test_a_picture_is_known_by_its_bytes_whatever_its_name(
    tmp_path: Path, suffix: str, mime: str
) -> None:
    path = draw(tmp_path / f"a.{suffix}", 40, 30).rename(tmp_path / "result.bin")

    assert ImageProbe(mime, 40, 30, path.stat().st_size) == media.probe_image(path)


def test_films_are_known_by_their_bytes(tmp_path: Path) -> None:
    assert media.sniff(film(tmp_path / "a.mp4")) == "video/mp4"
    assert media.sniff(film(tmp_path / "a.mov")) == "video/quicktime"


@pytest.mark.parametrize("head", [b"", b"<html>", b"....ftypavif....", b"#EXTM3U\nhttp://x/"])
def test_what_is_neither_picture_nor_film_is_nothing_to_us(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(head)

    assert media.sniff(path) is None
    with pytest.raises(BrokenMedia):
        media.probe_image(path)
    with pytest.raises(BrokenMedia):
        media.probe_video(path)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_picture_cut_short_is_noticed(tmp_path: Path, suffix: str, kept: float) -> None:
    path = noise(tmp_path / f"a.{suffix}", 300, 300)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])

    with pytest.raises(BrokenMedia, match=path.name):
        media.probe_image(path)


def test_the_end_of_the_preview_in_a_jpeg_is_not_taken_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (900, 900), RED).save(path, exif=b"Exif\0\0\xff\xd8preview\xff\xd9")
    whole = path.read_bytes()
    path.write_bytes(whole[:-2])

    with pytest.raises(BrokenMedia, match="cut short"):
        media.probe_image(path)


@given(data=st.binary(max_size=400), keep=st.integers(0, 60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_bytes_do_worse_than_being_called_broken(tmp_path: Path, data: bytes, keep: int) -> None:
    path = draw(tmp_path / "a.png", 5, 5)
    path.write_bytes(path.read_bytes()[:keep] + data)

    for probe in (media.probe_image, media.probe_video):
        with contextlib.suppress(BrokenMedia):
            probe(path)


@pytest.mark.parametrize("side", [8_000, 12_000, 60_000])
def test_a_picture_with_too_many_pixels_is_refused_unopened(tmp_path: Path, side: int) -> None:
    path = draw(tmp_path / "bomb.png", 1, 1)
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", side, side)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    path.write_bytes(data)

    with pytest.raises(BrokenMedia, match="pixels"):
        media.probe_image(path)


def test_a_missing_file_is_not_called_broken(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        media.probe_image(tmp_path / "none.png")


def test_a_photo_taken_sideways_has_the_size_people_see(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.new("RGB", (40, 30), RED).save(path, exif=exif)

    probe = media.probe_image(path)

    assert (probe.width, probe.height) == (30, 40)


def test_a_film_tells_its_size_and_length(tmp_path: Path) -> None:
    probe = media.probe_video(film(tmp_path / "a.mp4", 160, 96, frames=18))

    assert (probe.mime, probe.width, probe.height) == ("video/mp4", 160, 96)
    assert probe.duration_s == pytest.approx(1.5, abs=0.1)


def test_a_film_taken_upright_is_upright_in_size_and_thumbnail(tmp_path: Path) -> None:
    path = turned_clockwise(film(tmp_path / "a.mp4", 160, 96))

    probe = media.probe_video(path)
    small = media.film_thumbnail(path, tmp_path / "small.jpg")

    assert (probe.width, probe.height) == (96, 160)
    assert (small.width, small.height) == (96, 160)
    with Image.open(tmp_path / "small.jpg") as image:
        assert is_near(BLUE, image.getpixel((90, 6)))
        assert is_near(RED, image.getpixel((6, 6)))


def test_a_thumbnail_keeps_telegrams_limits_and_the_films_ratio(tmp_path: Path) -> None:
    small = media.film_thumbnail(film(tmp_path / "a.mp4", 640, 360), tmp_path / "small.jpg")

    assert (small.width, small.height) == (320, 180)
    assert small.size_bytes <= 200_000


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.95])
def test_a_film_cut_short_is_noticed(tmp_path: Path, kept: float) -> None:
    path = film(tmp_path / "a.mp4")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])

    with pytest.raises(BrokenMedia):
        media.probe_video(path)


def test_a_film_labelled_in_an_unknown_encoding_still_plays(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4")
    data = path.read_bytes()
    assert b"Lavf" in data
    path.write_bytes(data.replace(b"Lavf", b"\xff\xfe\xfd\xfc"))

    assert media.probe_video(path).width == 160


@pytest.mark.parametrize("box", [b"\0\0\0\0free", b"\0\0\0\1free" + (18).to_bytes(8) + b"xx"])
def test_a_box_to_the_end_of_the_file_and_one_with_a_long_size_are_whole(
    tmp_path: Path, box: bytes
) -> None:
    path = film(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes() + box)

    assert media.probe_video(path).width == 160


def test_a_box_smaller_than_its_own_head_is_broken(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes() + b"\0\0\0\3free")

    with pytest.raises(BrokenMedia, match="unreadable box"):
        media.probe_video(path)


def test_a_film_is_no_picture_and_a_picture_no_film(tmp_path: Path) -> None:
    with pytest.raises(BrokenMedia, match="found video/mp4"):
        media.probe_image(film(tmp_path / "a.mp4"))
    with pytest.raises(BrokenMedia, match="found image/png"):
        media.probe_video(draw(tmp_path / "a.png", 9, 9))


def test_a_film_without_pictures_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 8000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        container.mux(stream.encode(frame))
        container.mux(stream.encode())

    with pytest.raises(BrokenMedia, match="without pictures"):
        media.probe_video(path)


def kept_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def pieces(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_a_download_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    size = await media.receive(pieces(b"ab", b"", b"cd"), tmp_path / "a.png", max_bytes=4)

    assert size == 4
    assert kept_files(tmp_path) == {"a.png": b"abcd"}


async def test_a_download_that_grows_too_big_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"older")

    with pytest.raises(FileTooBig):
        await media.receive(pieces(b"abc", b"de"), tmp_path / "a.png", max_bytes=4)

    assert kept_files(tmp_path) == {"a.png": b"older"}


async def test_a_download_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"abc"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await media.receive(broken(), tmp_path / "a.png", max_bytes=4)

    assert kept_files(tmp_path) == {}


async def test_a_cancelled_download_leaves_nothing(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"abc"
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(media.receive(endless(), tmp_path / "a.png", max_bytes=9))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert kept_files(tmp_path) == {}


async def test_what_a_killed_download_left_is_overwritten_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "a.png.part").write_bytes(b"a long beginning")

    await media.receive(pieces(b"ab"), tmp_path / "a.png", max_bytes=9)

    assert kept_files(tmp_path) == {"a.png": b"ab"}
