"""Pictures and videos: what they are told to be, how they are drawn small, how they arrive."""

import asyncio
import contextlib
import os
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

from bot import media
from bot.errors import BrokenMedia, FileTooBig
from bot.media.drawing import FIELD
from bot.media.probing import ImageProbe

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 180, 20), (20, 20, 220), (250, 250, 250)
ORIENTATION = ExifTags.Base.Orientation


def draw(path: Path, width: int, height: int, color: tuple[int, ...] = RED) -> Path:
    mode = "RGBA" if len(color) == 4 else "RGB"
    Image.new(mode, (width, height), color).save(path)
    return path


def noise(path: Path, width: int, height: int) -> Path:
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(path)
    return path


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


def is_near(expected: tuple[int, ...], actual: object) -> bool:
    assert isinstance(actual, tuple)
    return all(abs(e - a) < 40 for e, a in zip(expected, actual, strict=True))


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


@pytest.mark.parametrize(
    ("width", "height", "size_bytes", "expected"),
    [
        (1024, 1024, 10_000_000, True),
        (1024, 1024, 10_000_001, False),
        (5000, 5000, 1, True),
        (5001, 5000, 1, False),
        (2000, 100, 1, True),
        (100, 2001, 1, False),
    ],
)
def test_a_photo_keeps_telegrams_limits(
    width: int, height: int, size_bytes: int, expected: object
) -> None:
    assert expected == media.fits_photo(ImageProbe("image/png", width, height, size_bytes))


def test_four_tiles_stand_in_reading_order(tmp_path: Path) -> None:
    colors = [RED, GREEN, BLUE, WHITE]
    tiles = [draw(tmp_path / f"{n}.png", 320, 180, color) for n, color in enumerate(colors)]

    probe = media.grid(tiles, tmp_path / "grid.jpg")

    assert (probe.width, probe.height) == (648, 368)
    with Image.open(tmp_path / "grid.jpg") as grid:
        for color, spot in zip(colors, [(9, 9), (640, 9), (9, 360), (640, 360)], strict=True):
            assert is_near(color, grid.getpixel(spot))
        assert is_near(FIELD, grid.getpixel((324, 184)))


def test_two_tiles_stand_side_by_side_and_three_leave_a_plain_field(tmp_path: Path) -> None:
    tiles = [draw(tmp_path / f"{n}.png", 100, 100) for n in range(3)]

    pair = media.grid(tiles[:2], tmp_path / "pair.jpg")
    three = media.grid(tiles, tmp_path / "three.jpg")

    assert (pair.width, pair.height) == (208, 100)
    assert (three.width, three.height) == (208, 208)
    with Image.open(tmp_path / "three.jpg") as grid:
        assert is_near(FIELD, grid.getpixel((160, 160)))


def test_the_place_of_a_tile_that_never_came_stays_plain(tmp_path: Path) -> None:
    first, third = draw(tmp_path / "1.png", 100, 100), draw(tmp_path / "3.png", 100, 100, GREEN)

    probe = media.grid([None, first, third], tmp_path / "grid.jpg")

    assert (probe.width, probe.height) == (208, 208)
    with Image.open(tmp_path / "grid.jpg") as grid:
        assert is_near(FIELD, grid.getpixel((50, 50)))
        assert is_near(GREEN, grid.getpixel((50, 160)))


def test_a_tile_of_another_ratio_is_shown_whole(tmp_path: Path) -> None:
    tiles = [draw(tmp_path / "0.png", 200, 200), draw(tmp_path / "1.jpg", 400, 100, GREEN)]

    media.grid(tiles, tmp_path / "grid.jpg")

    with Image.open(tmp_path / "grid.jpg") as grid:
        assert is_near(GREEN, grid.getpixel((212, 100)))
        assert is_near(GREEN, grid.getpixel((404, 100)))
        assert is_near(FIELD, grid.getpixel((300, 20)))


def test_nothing_shines_through_a_transparent_tile(tmp_path: Path) -> None:
    media.grid([draw(tmp_path / "0.png", 64, 64, (255, 0, 0, 0))], tmp_path / "grid.jpg")

    with Image.open(tmp_path / "grid.jpg") as grid:
        assert is_near(FIELD, grid.getpixel((32, 32)))


def test_a_sideways_tile_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    picture = Image.new("RGB", (80, 40), RED)
    picture.paste(BLUE, (0, 0, 40, 40))
    picture.save(tmp_path / "0.jpg", exif=exif)

    probe = media.grid([tmp_path / "0.jpg"], tmp_path / "grid.jpg")

    assert (probe.width, probe.height) == (40, 80)
    with Image.open(tmp_path / "grid.jpg") as grid:
        assert is_near(BLUE, grid.getpixel((20, 10)))


@given(
    sizes=st.lists(
        st.tuples(st.integers(1, 3000), st.integers(1, 60)).flatmap(
            lambda size: st.sampled_from([size, size[::-1]])
        ),
        min_size=1,
        max_size=7,
    )
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
def test_every_grid_is_a_photo_telegram_takes(tmp_path: Path, sizes: list[tuple[int, int]]) -> None:
    tiles = [draw(tmp_path / f"{n}.png", *size) for n, size in enumerate(sizes)]

    probe = media.grid(tiles, tmp_path / "grid.jpg")

    assert media.fits_photo(probe)
    assert probe == media.probe_image(tmp_path / "grid.jpg")


def test_a_grid_of_four_large_noisy_tiles_still_fits(tmp_path: Path) -> None:
    tile = noise(tmp_path / "0.png", 1100, 1100)

    probe = media.grid([tile] * 4, tmp_path / "grid.jpg")

    assert (probe.width, probe.height) == (2048, 2048)
    assert media.fits_photo(probe)


def test_more_pictures_than_were_asked_for_stand_in_a_larger_grid(tmp_path: Path) -> None:
    tiles = [draw(tmp_path / f"{n}.png", 90, 90, RED) for n in range(5)]
    last = draw(tmp_path / "5.png", 90, 90, BLUE)

    probe = media.grid([*tiles, last], tmp_path / "grid.jpg")

    assert (probe.width, probe.height) == (286, 188)
    with Image.open(tmp_path / "grid.jpg") as grid:
        assert is_near(RED, grid.getpixel((240, 45)))
        assert is_near(BLUE, grid.getpixel((240, 143)))


def test_a_grid_of_none_or_seventeen_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    tile = draw(tmp_path / "0.png", 9, 9)

    for count in (0, 17):
        with pytest.raises(ValueError, match="one to 16"):
            media.grid([tile] * count, tmp_path / "grid.jpg")


def test_a_broken_tile_leaves_no_grid_behind(tmp_path: Path) -> None:
    good, bad = draw(tmp_path / "0.png", 9, 9), noise(tmp_path / "1.png", 99, 99)
    bad.write_bytes(bad.read_bytes()[:5000])

    with pytest.raises(BrokenMedia, match=r"1\.png"):
        media.grid([good, bad], tmp_path / "grid.jpg")

    assert {"0.png", "1.png"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("size", [(6000, 5000), (4000, 100), (100, 4000), (7000, 9)])
def test_a_picture_too_large_for_a_photo_gets_a_copy_that_fits(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    path = draw(tmp_path / "0.png", *size)
    before = path.read_bytes()

    assert not media.fits_photo(media.probe_image(path))
    assert media.fits_photo(media.photo_copy(path, tmp_path / "copy.jpg"))
    assert before == path.read_bytes()


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
