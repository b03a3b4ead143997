"""Pictures to work from: what is repaired without a word, and what is refused, by which flaw."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import samples
from PIL import ExifTags, Image, ImageChops, ImageStat

from bot import media
from bot.errors import BadPicture, Flaw
from bot.media.reference import BYTES_MAX, SIDE_MAX

RED, BLUE = (220, 20, 20), (20, 20, 220)


def saved(image: Image.Image, kind: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def half_red(width: int = 60, height: int = 40) -> Image.Image:
    """Red, with a blue upper half."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (0, 0, width, height // 2))
    return picture


def deep_png(width: int = 8, height: int = 8) -> bytes:
    """Sixteen bits a colour, which Pillow cannot write: red, nearly full."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    row = b"\0" + struct.pack(">HHH", 0xDC00, 0x1400, 0x1400) * width
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )


def turned() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    return saved(half_red(), "JPEG", exif=exif, quality=95)


def keep(tmp_path: Path, data: bytes) -> Path:
    raw = tmp_path / "draft-1-7.raw"
    raw.write_bytes(data)
    return media.keep_reference(raw, tmp_path / "references")


def colour_at(path: Path, x: int, y: int) -> tuple[int, ...]:
    with Image.open(path) as picture:
        colour = picture.convert("RGB").getpixel((x, y))
    assert isinstance(colour, tuple)
    return colour


def is_near(expected: tuple[int, ...], actual: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(expected, actual, strict=True))


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("WEBP", ".webp")])
def test_a_picture_every_provider_takes_stays_as_it_is(
    tmp_path: Path, kind: str, suffix: str
) -> None:
    data = saved(half_red(), kind)
    kept = keep(tmp_path, data)
    assert data == kept.read_bytes()
    assert suffix == kept.suffix
    assert [kept] == list((tmp_path / "references").iterdir())
    assert not (tmp_path / "draft-1-7.raw").exists()


def test_the_same_picture_is_kept_once(tmp_path: Path) -> None:
    data = saved(half_red(), "PNG")
    assert keep(tmp_path, data) == keep(tmp_path, data)
    assert 1 == len(list((tmp_path / "references").iterdir()))


@pytest.mark.parametrize(
    "make",
    [
        lambda: saved(Image.new("RGB", (8, 8), RED).convert("CMYK"), "JPEG", quality=95),
        deep_png,
        lambda: saved(Image.new("RGB", (8, 8), RED).quantize(4), "PNG"),
        lambda: saved(Image.new("RGB", (8, 8), RED), "GIF"),
    ],
    ids=["CMYK", "16 bits", "palette", "still GIF"],
)
def test_unusual_colours_are_made_usual_without_a_word(
    tmp_path: Path, make: Callable[[], bytes]
) -> None:
    kept = keep(tmp_path, make())
    with Image.open(kept) as picture:
        assert ("JPEG", "RGB") == (picture.format, picture.mode)
    assert is_near(RED, colour_at(kept, 4, 4))


def test_sixteen_bits_of_grey_keep_their_brightness(tmp_path: Path) -> None:
    kept = keep(tmp_path, saved(Image.new("I;16", (8, 8), 0x8000), "PNG"))
    assert is_near((128, 128, 128), colour_at(kept, 4, 4))


def test_a_photo_taken_sideways_is_stood_upright(tmp_path: Path) -> None:
    kept = keep(tmp_path, turned())
    with Image.open(kept) as picture:
        assert (40, 60) == picture.size
        assert 1 == picture.getexif().get(ExifTags.Base.Orientation, 1)
    assert is_near(BLUE, colour_at(kept, 35, 30))
    assert is_near(RED, colour_at(kept, 5, 30))


def test_what_is_transparent_stays_so(tmp_path: Path) -> None:
    see_through = Image.new("RGBA", (SIDE_MAX + 100, 10), (220, 20, 20, 90))
    kept = keep(tmp_path, saved(see_through, "PNG"))
    with Image.open(kept) as picture:
        assert ("PNG", "RGBA") == (picture.format, picture.mode)
        assert SIDE_MAX == picture.width


def test_a_picture_with_more_pixels_than_anybody_needs_is_scaled(tmp_path: Path) -> None:
    kept = keep(tmp_path, saved(half_red(6000, 3000), "PNG"))
    assert ".jpg" == kept.suffix
    with Image.open(kept) as picture:
        assert (SIDE_MAX, SIDE_MAX // 2) == picture.size


def test_a_file_larger_than_providers_take_is_written_smaller(tmp_path: Path) -> None:
    noise = Image.effect_noise((SIDE_MAX, 3000), 100).convert("RGB")
    data = saved(noise, "PNG", compress_level=0)
    assert BYTES_MAX < len(data)
    assert BYTES_MAX >= keep(tmp_path, data).stat().st_size


def bomb() -> bytes:
    """A header that announces a hundred megapixels, and next to nothing behind it."""
    data = bytearray(saved(Image.new("RGB", (8, 8)), "PNG"))
    data[16:24] = struct.pack(">II", 10_000, 10_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, BLUE)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


@pytest.mark.parametrize(
    ("flaw", "make"),
    [
        (Flaw.NO_PICTURE, lambda: b"just words"),
        (Flaw.NO_PICTURE, lambda: b""),
        (Flaw.NO_PICTURE, lambda: b"\0\0\0\x18ftypheic" + bytes(200)),
        (Flaw.VIDEO, samples.clip),
        (Flaw.ANIMATED, lambda: moving("GIF")),
        (Flaw.ANIMATED, lambda: moving("PNG")),
        (Flaw.ANIMATED, lambda: moving("WEBP")),
        (Flaw.ANIMATED, lambda: moving("AVIF")),
        (Flaw.TOO_MANY_PIXELS, bomb),
        (Flaw.BROKEN, lambda: saved(half_red(600, 400), "PNG")[:-300]),
        (Flaw.BROKEN, lambda: saved(half_red(600, 400), "JPEG")[:-300]),
        (Flaw.BROKEN, lambda: saved(half_red(600, 400), "WEBP")[:-30]),
    ],
)
def test_what_cannot_be_worked_from_is_named_and_leaves_nothing_behind(
    tmp_path: Path, flaw: Flaw, make: Callable[[], bytes]
) -> None:
    with pytest.raises(BadPicture) as refusal:
        keep(tmp_path, make())
    assert flaw == refusal.value.flaw
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_result_a_provider_takes_is_handed_over_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(saved(half_red(), "PNG"))
    assert path == media.fitted(path, ("image/png",), 1_000_000, tag="A")


def test_a_result_too_large_for_another_provider_is_copied_smaller_beside_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(saved(Image.effect_noise((1200, 800), 80).convert("RGB"), "PNG"))
    limit = path.stat().st_size // 2
    copy = media.fitted(path, ("image/jpeg", "image/png"), limit, tag="A")
    assert (tmp_path / "upload-A-1.jpg", True) == (copy, copy.stat().st_size <= limit)
    assert path.exists()


def test_a_result_of_a_type_another_provider_does_not_take_becomes_a_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "2.webp"
    path.write_bytes(saved(half_red(), "WEBP"))
    assert "image/jpeg" == media.sniff(media.fitted(path, ("image/jpeg",), 1_000_000, tag="A"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_where_a_picture_was_taken_and_by_whom_stays_with_us(
    tmp_path: Path, kind: str, mode: str
) -> None:
    if (kind, mode) == ("JPEG", "RGBA"):
        mode = "L"
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Nguyen Van An"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[1] = "N"
    picture = half_red().convert(mode)
    if mode == "RGBA":
        picture.putalpha(128)
    kept = keep(tmp_path, saved(picture, kind, exif=exif))

    assert b"Nguyen" not in kept.read_bytes()
    with Image.open(kept) as shown:
        assert (60, 40) == shown.size
        assert not dict(shown.getexif())


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "AVIF"])
def test_a_format_no_provider_takes_is_made_into_one_they_take(tmp_path: Path, kind: str) -> None:
    kept = keep(tmp_path, saved(half_red(), kind))

    assert "image/jpeg" == media.sniff(kept)
    with Image.open(kept) as shown:
        assert (60, 40) == shown.size
        difference = ImageChops.difference(shown.convert("RGB"), half_red())
    assert max(ImageStat.Stat(difference).mean) < 10
    assert [kept] == list(kept.parent.iterdir())


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "AVIF"])
def test_such_a_file_cut_short_is_no_picture(tmp_path: Path, kind: str) -> None:
    data = saved(half_red(400, 300), kind)
    with pytest.raises(BadPicture) as refusal:
        keep(tmp_path, data[: len(data) // 2])
    assert refusal.value.flaw in {Flaw.NO_PICTURE, Flaw.BROKEN}
