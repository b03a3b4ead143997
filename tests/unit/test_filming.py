"""A film too large to send gets a copy that fits: upright, with its sound, and beginning at once."""

import math
import os
import struct
from array import array
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from bot import media
from bot.errors import BrokenMedia, FileTooBig

RED, BLUE = (220, 20, 20), (20, 20, 220)
RATE = 12


def a_film(path: Path, *, seconds: int = 2, width: int = 160, height: int = 96) -> Path:
    """Noise in the colours of a flag: red, its top left corner blue; under it a tone."""
    with av.open(str(path), "w", format="mp4") as container:
        pictures = container.add_stream("mpeg4", rate=RATE)
        pictures.width, pictures.height, pictures.pix_fmt = width, height, "yuv420p"
        pictures.bit_rate = 4_000_000
        tone = container.add_stream("aac", rate=48_000)
        for number in range(seconds * RATE):
            frame = av.VideoFrame.from_image(_flag(width, height))  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode(None))
        for number in range(seconds * 48_000 // 1024):
            container.mux(tone.encode(_tone(number * 1024)))
        container.mux(tone.encode(None))
    return path


def _flag(width: int, height: int) -> Image.Image:
    flag = Image.new("RGB", (width, height), RED)
    grain = Image.frombytes("L", (width, height), os.urandom(width * height))
    flag.paste(BLUE, (0, 0, width // 4, height // 4))
    return Image.blend(flag, grain.convert("RGB"), 0.25)


def _tone(at: int) -> av.AudioFrame:
    frame = av.AudioFrame("fltp", "mono", 1024)
    wave = array("f", (math.sin((at + step) / 20) / 2 for step in range(1024)))
    frame.planes[0].update(wave.tobytes())
    frame.sample_rate, frame.pts, frame.time_base = 48_000, at, Fraction(1, 48_000)
    return frame


def turned_clockwise(path: Path) -> Path:
    """A phone held upright writes the frame lying and a quarter turn into the track header."""
    data = bytearray(path.read_bytes())
    matrix_at = data.index(b"tkhd") + 44
    one = 1 << 16
    data[matrix_at : matrix_at + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    return path


def corner(path: Path, across: int, down: int) -> tuple[int, ...]:
    """The colour there, of the first picture as people see it."""
    with av.open(str(path), "r") as film:
        frame = next(film.decode(video=0))
        image: Image.Image = frame.to_image().rotate(frame.rotation, expand=True)  # type: ignore[no-untyped-call]
    shown = image.resize((8, 8)).getpixel((across, down))
    assert isinstance(shown, tuple)
    return shown


def test_the_copy_fits_and_plays_as_long_with_its_sound(tmp_path: Path) -> None:
    film = a_film(tmp_path / "film.mp4")
    before = film.read_bytes()
    most = film.stat().st_size // 3
    copy = tmp_path / "copy.mp4"
    media.film_copy(film, copy, most)

    probe = media.probe_video(copy)
    assert ("video/mp4", 160, 96) == (probe.mime, probe.width, probe.height)
    assert probe.size_bytes <= most
    assert probe.duration_s is not None
    assert 2 == round(probe.duration_s)
    with av.open(str(copy), "r") as container:
        assert 2 * RATE == sum(1 for _ in container.decode(video=0))
    with av.open(str(film), "r") as one, av.open(str(copy), "r") as other:
        sounds = [
            [bytes(packet) for packet in each.demux(audio=0) if packet.dts is not None]
            for each in (one, other)
        ]
    assert sounds[0] == sounds[1]
    assert before == film.read_bytes()
    assert {"film.mp4", "copy.mp4"} == {path.name for path in tmp_path.iterdir()}


def test_the_index_stands_before_the_pictures(tmp_path: Path) -> None:
    film = a_film(tmp_path / "film.mp4")
    copy = tmp_path / "copy.mp4"
    media.film_copy(film, copy, 200_000)
    data = copy.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("is_turned", [False, True])
def test_the_copy_is_as_upright_as_the_film(tmp_path: Path, *, is_turned: bool) -> None:
    film = a_film(tmp_path / "film.mp4")
    if is_turned:
        turned_clockwise(film)
    copy = tmp_path / "copy.mp4"
    media.film_copy(film, copy, 200_000)
    shapes = [media.probe_video(path) for path in (film, copy)]
    assert (shapes[0].width, shapes[0].height) == (shapes[1].width, shapes[1].height)
    for place in ((0, 0), (7, 0), (0, 7), (7, 7)):
        seen, copied = corner(film, *place), corner(copy, *place)
        assert all(abs(one - other) < 40 for one, other in zip(seen, copied, strict=True))


def test_the_copy_says_what_the_film_says_of_who_made_it(tmp_path: Path) -> None:
    film, copy = a_film(tmp_path / "film.mp4"), tmp_path / "copy.mp4"
    media.film_copy(film, copy, 200_000)
    assert not media.is_marked(copy)
    media.mark(film)
    media.film_copy(film, copy, 200_000)
    assert media.is_marked(copy)


def test_a_film_without_sound_is_copied_too(tmp_path: Path) -> None:
    silent = tmp_path / "film.mp4"
    with av.open(str(silent), "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(RATE):
            frame = av.VideoFrame.from_image(_flag(64, 48))  # type: ignore[no-untyped-call]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    media.film_copy(silent, tmp_path / "copy.mp4", 100_000)
    assert 64 == media.probe_video(tmp_path / "copy.mp4").width


def test_what_cannot_be_made_to_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    film = a_film(tmp_path / "film.mp4")
    with pytest.raises(FileTooBig):
        media.film_copy(film, tmp_path / "copy.mp4", 3_000)
    assert [film] == list(tmp_path.iterdir())


def test_a_film_cut_short_is_called_broken(tmp_path: Path) -> None:
    film = a_film(tmp_path / "film.mp4")
    film.write_bytes(film.read_bytes()[:-500])
    with pytest.raises(BrokenMedia):
        media.film_copy(film, tmp_path / "copy.mp4", 200_000)
    assert [film] == list(tmp_path.iterdir())
