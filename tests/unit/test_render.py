"""The sandbox's pictures and films: different where they should be, derived where they should be."""

from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from bot.sandbox import derive
from bot.sandbox.film import FRAMES_PER_S, VIDEO_SIZES, film
from bot.sandbox.render import draw, draw_after, grid, size_of_ratio, tile_size

SMALL = (256, 256)


def picture(prompt: str, tile: int = 1, seed: int = 1) -> Image.Image:
    return draw(prompt, seed=seed, tile=tile, size=SMALL)


def distance(one: Image.Image, other: Image.Image) -> float:
    """How different two pictures look from afar, 0 to 255."""
    near = [each.convert("RGB").resize((16, 16), Image.Resampling.BOX) for each in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(near[0], near[1])).mean) / 3


def as_image(frame: av.VideoFrame) -> Image.Image:
    image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV leaves it bare
    assert isinstance(image, Image.Image)
    return image


def average(image: Image.Image) -> list[float]:
    return ImageStat.Stat(image).mean


def test_the_same_wish_is_the_same_picture() -> None:
    assert picture("mèo").tobytes() == picture("mèo").tobytes()


def test_four_tiles_are_four_pictures() -> None:
    assert len({picture("a quiet lake", tile).tobytes() for tile in range(1, 5)}) == 4


def test_other_prompts_and_other_seeds_give_other_pictures() -> None:
    seen = [picture("a lake"), picture("a mountain"), picture("a lake", seed=2)]
    assert len({each.tobytes() for each in seen}) == 3


def test_red_is_redder_than_blue_in_both_languages() -> None:
    for red, blue in (("red hills", "blue hills"), ("đồi đỏ", "đồi xanh")):
        red_mean, blue_mean = average(picture(red)), average(picture(blue))
        assert red_mean[0] - red_mean[2] > 40 > blue_mean[0] - blue_mean[2]


def test_night_is_darker_than_day() -> None:
    assert sum(average(picture("phố đêm"))) < sum(average(picture("phố ban ngày")))


def test_green_in_vietnamese_is_not_taken_for_blue() -> None:
    red, green, blue = average(picture("cánh đồng xanh lá"))
    assert green == max(red, green, blue)


def test_flags_do_not_change_what_is_drawn() -> None:
    assert picture("a lake").tobytes() == picture("a lake --chaos 10").tobytes()


@pytest.mark.parametrize(
    ("prompt", "size"),
    [
        ("x", (1024, 1024)),
        ("x --ar 16:9", (1024, 576)),
        ("x --ar 2:3 --raw", (682, 1024)),
        ("x --ar=14:1", (1024, 74)),
    ],
)
def test_the_ratio_in_the_prompt_decides_the_shape(prompt: str, size: tuple[int, int]) -> None:
    assert size == tile_size(prompt)
    assert size == draw(prompt, seed=1, tile=1, size=tile_size(prompt)).size


def test_4k_is_4096_pixels_long() -> None:
    assert size_of_ratio("16:9", 4096) == (4096, 2304)


def test_the_grid_shows_tile_two_at_the_upper_right_and_three_at_the_lower_left() -> None:
    tiles = [picture("a lake", tile) for tile in range(1, 5)]
    sheet = grid(tiles)
    assert sheet.size == (512, 512)
    assert tiles[1].tobytes() == sheet.crop((256, 0, 512, 256)).tobytes()
    assert tiles[2].tobytes() == sheet.crop((0, 256, 256, 512)).tobytes()


def test_a_variation_is_closer_to_its_parent_than_to_a_stranger() -> None:
    parent, stranger = picture("a lake at dawn"), picture("phố đêm cyberpunk", tile=2)
    for tile in range(1, 5):
        child = derive.vary(parent, "strong", seed=1, tile=tile)
        assert distance(child, parent) < distance(child, stranger)


def test_a_strong_variation_goes_farther_than_a_subtle_one() -> None:
    parent = picture("a lake at dawn")
    for tile in range(1, 5):
        subtle = derive.vary(parent, "subtle", seed=1, tile=tile)
        strong = derive.vary(parent, "strong", seed=1, tile=tile)
        assert 0 < distance(subtle, parent) < distance(strong, parent)


@pytest.mark.parametrize("taste", ["subtle", "creative"])
def test_an_upscale_is_exactly_twice_as_wide_and_high(taste: derive.Taste) -> None:
    parent = draw("a lake", seed=1, tile=1, size=(256, 144))
    child = derive.upscale(parent, taste, seed=1)
    assert child.size == (512, 288)
    assert distance(child, parent) < 3


@pytest.mark.parametrize(
    ("direction", "size", "parent_at"),
    [
        ("left", (384, 256), (128, 0)),
        ("right", (384, 256), (0, 0)),
        ("up", (256, 384), (0, 128)),
        ("down", (256, 384), (0, 0)),
    ],
)
def test_a_pan_adds_half_a_frame_on_that_side_and_keeps_the_parent(
    direction: derive.Direction, size: tuple[int, int], parent_at: tuple[int, int]
) -> None:
    parent = picture("a lake")
    child = derive.pan(parent, direction, seed=1, tile=1)
    assert size == child.size
    left, top = parent_at
    kept = child.crop((left + 64, top + 64, left + 192, top + 192))
    assert parent.crop((64, 64, 192, 192)).tobytes() == kept.tobytes()


def test_zooming_out_twice_shows_the_parent_at_half_its_size() -> None:
    parent = picture("a lake")
    child = derive.zoom(parent, 2, seed=1, tile=1)
    assert parent.size == child.size
    middle = child.crop((80, 80, 176, 176))
    assert distance(middle, parent.resize((128, 128)).crop((16, 16, 112, 112))) < 3


def test_make_square_makes_square() -> None:
    wide = draw("a lake", seed=1, tile=1, size=(256, 144))
    assert derive.zoom(wide, 1, seed=1, tile=1).size == (256, 256)


def test_pans_after_pans_stay_within_bounds() -> None:
    size = (1024, 1024)
    for _ in range(4):
        size = derive.pan_size(size, "right")
    assert size[0] == derive.LONGEST


def test_a_picture_after_a_reference_looks_like_the_reference() -> None:
    reference, stranger = picture("a red lake"), picture("núi tuyết ban ngày")
    child = draw_after([reference], "một con mèo", seed=1, tile=1, size=SMALL)
    assert distance(child, reference) < distance(child, stranger)


@pytest.mark.parametrize(("ratio", "seconds"), [("16:9", 6), ("9:16", 8), ("1:1", 10)])
def test_a_film_has_the_asked_length_and_ratio_and_moves(
    tmp_path: Path, ratio: str, seconds: int
) -> None:
    path = tmp_path / "film.mp4"
    film([picture("a lake")], path, size=VIDEO_SIZES[ratio], seconds=seconds, seed=1)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [as_image(frame) for frame in container.decode(stream)]
        assert container.duration is not None
        assert abs(container.duration / av.time_base - seconds) <= 1 / FRAMES_PER_S
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
    wide, tall = (int(part) for part in ratio.split(":"))
    assert frames[0].width * tall == frames[0].height * wide
    assert seconds * FRAMES_PER_S == len(frames)
    assert distance(frames[0], frames[-1]) > 1
    # Players start before the whole file is there only when the index stands first.
    head = path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")
