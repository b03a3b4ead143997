"""Pictures as photos that Telegram takes: four in a grid, and a smaller copy of one too large."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from samples import BLUE, GREEN, RED, WHITE, draw, is_near, noise

from bot import media
from bot.errors import BrokenMedia
from bot.media.drawing import FIELD
from bot.media.probing import ImageProbe

ORIENTATION = ExifTags.Base.Orientation


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
