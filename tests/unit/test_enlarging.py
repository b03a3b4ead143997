"""Pictures made larger on this machine: the size people ask for, and what shows through stays."""

import io
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from bot import media
from bot.errors import BrokenMedia

RED, CLEAR = (220, 20, 20), (220, 20, 20, 0)


def enlarged(path: Path, side: int) -> Image.Image:
    buffer = io.BytesIO()
    media.enlarge(path, buffer, side)
    return Image.open(buffer)


@pytest.mark.parametrize(
    ("size", "larger"),
    [((640, 360), (2048, 1152)), ((300, 300), (2048, 2048)), ((3, 900), (7, 2048))],
)
def test_the_longer_side_becomes_what_was_asked_for(
    tmp_path: Path, size: tuple[int, int], larger: tuple[int, int]
) -> None:
    Image.new("RGB", size, RED).save(tmp_path / "small.png")
    with enlarged(tmp_path / "small.png", 2048) as picture:
        assert ("JPEG", larger) == (picture.format, picture.size)


def test_colours_keep_their_detail(tmp_path: Path) -> None:
    stripes = Image.new("RGB", (64, 64), RED)
    stripes.paste((20, 20, 220), (32, 0, 64, 64))
    stripes.save(tmp_path / "small.png")
    buffer = io.BytesIO()
    media.enlarge(tmp_path / "small.png", buffer, 256)
    with Image.open(buffer) as picture:
        layers = picture.layer  # type: ignore[attr-defined]  # Pillow's JPEG reader has it
        assert [(1, 1)] * 3 == [layer[1:3] for layer in layers]


@pytest.mark.parametrize(
    ("colour", "kind"), [(CLEAR, "PNG"), ((*RED, 128), "PNG"), ((*RED, 255), "JPEG")]
)
def test_only_what_shows_through_needs_a_png(
    tmp_path: Path, colour: tuple[int, int, int, int], kind: str
) -> None:
    Image.new("RGBA", (64, 64), colour).save(tmp_path / "small.png")
    with enlarged(tmp_path / "small.png", 256) as picture:
        assert kind == picture.format
        assert ("RGBA" if kind == "PNG" else "RGB") == picture.mode


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1"])
def test_every_kind_of_colour_can_be_enlarged(tmp_path: Path, mode: str) -> None:
    name = "small.jpg" if mode == "CMYK" else "small.png"
    Image.new(mode, (64, 32)).save(tmp_path / name)
    with enlarged(tmp_path / name, 256) as picture:
        assert ("RGB", (256, 128)) == (picture.mode, picture.size)


def test_a_photo_taken_sideways_stands_upright(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (64, 32), RED).save(tmp_path / "small.jpg", exif=turned)
    with enlarged(tmp_path / "small.jpg", 256) as picture:
        assert (128, 256) == picture.size
        assert picture.getexif().get(ExifTags.Base.Orientation) in {None, 1}


def test_nothing_is_made_smaller(tmp_path: Path) -> None:
    Image.new("RGB", (300, 20), RED).save(tmp_path / "large.png")
    with pytest.raises(BrokenMedia, match="would shrink"):
        media.enlarge(tmp_path / "large.png", io.BytesIO(), 256)


def test_what_is_no_picture_is_called_broken(tmp_path: Path) -> None:
    (tmp_path / "small.png").write_bytes(b"no picture at all")
    with pytest.raises(BrokenMedia):
        media.enlarge(tmp_path / "small.png", io.BytesIO(), 256)
