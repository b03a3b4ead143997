"""Pictures made from a prompt: pleasant, different for each prompt, seed and tile, the same every time.

Knows nothing of tasks, files or HTTP.
"""

import random
import re
from collections.abc import Callable, Sequence

from PIL import Image

from bot.sandbox import figures, scenery
from bot.sandbox.palette import Palette, mentions, palette_for, palette_of, words_in
from bot.sandbox.scenery import Canvas

Size = tuple[int, int]

LONG_SIDE = 1024

_SUBJECTS: tuple[tuple[Callable[[Canvas], None], str], ...] = (
    (figures.cat, "cat cats kitten mèo"),
    (figures.fox, "fox foxes cáo"),
    (figures.boat, "boat ship sail thuyền tàu"),
    (figures.flowers, "flower flowers rose garden blossom hoa vườn"),
    (figures.balloons, "balloon balloons khinh-khí-cầu bóng-bay festival lễ-hội"),
    (figures.tree, "tree oak cây"),
    (figures.birds, "bird birds eagle dragon chim rồng"),
)
_PLACES: tuple[tuple[str, str], ...] = (
    ("sea", "sea ocean wave waves beach lake boat ship biển sóng hồ thuyền tàu bãi"),
    ("city", "city street neon cyberpunk tokyo saigon hanoi phố thành-phố sài-gòn hà-nội quán"),
    ("forest", "forest wood woods jungle pine rừng thông"),
    ("peaks", "mountain mountains peak snow alps núi tuyết"),
    ("bubbles", "abstract pattern logo portrait product trừu-tượng chân-dung sản-phẩm"),
    ("hills", "cat cats kitten mèo flower flowers garden hoa vườn tree cây balloon balloons"),
    ("hills", "hill hills field valley desert đồi đồng ruộng thung-lũng sa-mạc"),
)


def draw(prompt: str, *, seed: int, tile: int, size: Size) -> Image.Image:
    """Variation `tile` (from 1) of the prompt's picture, `size` in pixels, RGB."""
    rng = random.Random(f"{words_in(prompt)}|{seed}|{tile}")
    canvas = _blank(size, palette_for(prompt, rng), rng, tile)
    scenery.sky(canvas)
    _paint(canvas, words_in(prompt))
    return canvas.image


def draw_after(
    references: Sequence[Image.Image], prompt: str, *, seed: int, tile: int, size: Size
) -> Image.Image:
    """A picture that keeps the references as what is seen behind the prompt's figures, in their colours."""
    rng = random.Random(f"{words_in(prompt)}|{seed}|{tile}|reference")
    backdrop = beside_each_other([cover(reference, size) for reference in references])
    canvas = _blank(size, palette_of(backdrop), rng, tile)
    canvas.image.paste(backdrop)
    canvas.skyline = size[1] * rng.uniform(0.8, 0.88)
    scenery.glow(canvas, canvas.sun, canvas.unit * 45, canvas.palette.light, 0.35)
    scenery.ridges(canvas, 2, 0.25)
    _subject(words_in(prompt), rng)(canvas)
    return canvas.image


def grid(tiles: Sequence[Image.Image]) -> Image.Image:
    """The four tiles two by two: 1 2 above, 3 4 below."""
    width, height = tiles[0].size
    sheet = Image.new("RGB", (width * 2, height * 2))
    for number, picture in enumerate(tiles):
        sheet.paste(picture, (number % 2 * width, number // 2 * height))
    return sheet


def cover(picture: Image.Image, size: Size) -> Image.Image:
    """The middle of the picture, scaled to fill the size without changing its proportions."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    wide, tall = size[0] / scale, size[1] / scale
    left, top = (picture.width - wide) / 2, (picture.height - tall) / 2
    box = (
        max(0.0, left),
        max(0.0, top),
        min(picture.width, left + wide),
        min(picture.height, top + tall),
    )
    return picture.convert("RGB").resize(size, Image.Resampling.BICUBIC, box=box)


def beside_each_other(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures of one size in one frame, each fading into the next from left to right."""
    frame = pictures[0].copy()
    width, height = frame.size
    for number, picture in enumerate(pictures[1:], start=1):
        seam, soft = width * number / len(pictures), width / len(pictures) / 3
        row = Image.new("L", (width, 1))
        row.putdata([round(max(0, min(1, (x - seam) / soft + 0.5)) * 255) for x in range(width)])
        frame.paste(picture, (0, 0), row.resize((width, height)))
    return frame


def tile_size(prompt: str) -> Size:
    """Pixels of one tile as `--ar W:H` in the prompt asks, square without it; the long side is 1024."""
    found = re.search(r"--ar[\s=]*(\d+):(\d+)", prompt)
    return size_of_ratio(f"{found[1]}:{found[2]}" if found else "1:1")


def size_of_ratio(ratio: str, long_side: int = LONG_SIDE) -> Size:
    """Pixels of a picture of this `W:H` whose long side is given; both even."""
    wide, tall = (max(1, int(part)) for part in ratio.split(":"))
    scale = long_side / max(wide, tall)
    return max(2, round(wide * scale / 2) * 2), max(2, round(tall * scale / 2) * 2)


def _blank(size: Size, palette: Palette, rng: random.Random, tile: int) -> Canvas:
    # The four tiles hold the light in four places: told apart at a glance.
    across = (0.26, 0.7, 0.42, 0.82)[(tile - 1) % 4] + rng.uniform(-0.05, 0.05)
    skyline = size[1] * rng.uniform(0.52, 0.64)
    sun = (size[0] * across, skyline * rng.uniform(0.38, 0.72))
    return Canvas(Image.new("RGB", size), palette, rng, sun, skyline)


def _paint(canvas: Canvas, words: str) -> None:
    named = [place for place, triggers in _PLACES if mentions(words, triggers.split())]
    place = named[0] if named else random.Random(words).choice(["hills", "sea", "peaks", "forest"])
    if not canvas.palette.starry:
        scenery.clouds(canvas, canvas.rng.randint(2, 4))
    match place:
        case "sea":
            scenery.sea(canvas)
        case "city":
            scenery.city(canvas)
        case "forest":
            scenery.ridges(canvas, 3, 0.4)
            scenery.pines(canvas)
        case "peaks":
            scenery.mountains(canvas)
            scenery.ridges(canvas, 3, 0.3)
        case "bubbles":
            scenery.bubbles(canvas)
        case _:
            scenery.ridges(canvas, canvas.rng.randint(4, 6), canvas.rng.uniform(0.1, 0.45))
    if place in {"sea", "hills", "peaks"} or _named_subject(words):
        _subject(words, canvas.rng, default=figures.boat if place == "sea" else None)(canvas)


def _named_subject(words: str) -> Callable[[Canvas], None] | None:
    return next((figure for figure, names in _SUBJECTS if mentions(words, names.split())), None)


def _subject(
    words: str, rng: random.Random, default: Callable[[Canvas], None] | None = None
) -> Callable[[Canvas], None]:
    choice = rng.choice([figures.birds, figures.balloons, figures.tree])
    return _named_subject(words) or default or choice
