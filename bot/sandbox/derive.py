"""Pictures made from a picture: variations, wider frames, twice the pixels.

Knows nothing of tasks, files or HTTP.
"""

import random
from typing import Literal

from PIL import Image, ImageFilter, ImageOps

from bot.sandbox import figures, scenery
from bot.sandbox.palette import palette_of
from bot.sandbox.render import Size
from bot.sandbox.scenery import Canvas

Direction = Literal["up", "down", "left", "right"]
Strength = Literal["strong", "subtle"]
Taste = Literal["subtle", "creative"]

LONGEST = 1536


def vary(parent: Image.Image, strength: Strength, *, seed: int, tile: int) -> Image.Image:
    """The parent seen a little (subtle) or clearly (strong) differently; the parent's size."""
    rng = random.Random(f"vary|{seed}|{tile}")
    strong = strength == "strong"
    share = rng.uniform(0.76, 0.84) if strong else rng.uniform(0.91, 0.95)
    closer = _crop(parent, share, rng)
    turned = _turn_hue(closer, (28 if strong else 5) * (1 if tile % 2 else -1) * (0.6 + tile / 8))
    canvas = _canvas_on(turned, rng)
    if not strong:
        figures.birds(canvas)
        return canvas.image
    scenery.glow(canvas, canvas.sun, canvas.unit * 40, canvas.palette.light, 0.4)
    canvas.skyline = canvas.height * rng.uniform(0.84, 0.9)
    scenery.ridges(canvas, 2, 0.3)
    rng.choice([figures.tree, figures.flowers, figures.birds])(canvas)
    return canvas.image


def pan(parent: Image.Image, direction: Direction, *, seed: int, tile: int) -> Image.Image:
    """The frame half as large again toward one side, the parent whole at the other."""
    across, down = parent.width // 4 * 2, parent.height // 4 * 2
    match direction:
        case "left":
            margins = (across, 0, 0, 0)
        case "right":
            margins = (0, 0, across, 0)
        case "up":
            margins = (0, down, 0, 0)
        case "down":
            margins = (0, 0, 0, down)
    return _extend(parent, margins, pan_size(parent.size, direction), seed=seed, tile=tile)


def zoom(parent: Image.Image, factor: float, *, seed: int, tile: int) -> Image.Image:
    """The parent `factor` (1 to 2) times smaller in new surroundings; 1 makes the frame square."""
    if factor == 1:
        side = max(parent.size)
        across, down = side - parent.width, side - parent.height
    else:
        across = round(parent.width * (factor - 1))
        down = round(parent.height * (factor - 1))
    margins = (across // 2, down // 2, across - across // 2, down - down // 2)
    return _extend(parent, margins, zoom_size(parent.size, factor), seed=seed, tile=tile)


def upscale(parent: Image.Image, taste: Taste, *, seed: int) -> Image.Image:
    """Exactly twice as wide and twice as high; creative adds detail of its own."""
    double = (parent.width * 2, parent.height * 2)
    large = parent.resize(double, Image.Resampling.BICUBIC)
    if taste == "subtle":
        return large
    canvas = _canvas_on(large, random.Random(f"upscale|{seed}"))
    figures.birds(canvas)
    return canvas.image


def pan_size(parent: Size, direction: Direction) -> Size:
    """Pixels of a picture panned from one of this size."""
    if direction in {"left", "right"}:
        return fitted((parent[0] + parent[0] // 4 * 2, parent[1]))
    return fitted((parent[0], parent[1] + parent[1] // 4 * 2))


def zoom_size(parent: Size, factor: float) -> Size:
    """Pixels of a picture zoomed out from one of this size."""
    return fitted((max(parent), max(parent)) if factor == 1 else parent)


def fitted(size: Size) -> Size:
    """The size, or the largest of its shape whose long side is 1536 pixels."""
    scale = min(1, LONGEST / max(size))
    return round(size[0] * scale / 2) * 2, round(size[1] * scale / 2) * 2


def _extend(
    parent: Image.Image, margins: tuple[int, int, int, int], size: Size, *, seed: int, tile: int
) -> Image.Image:
    """Paint on beyond the parent's edges, then bring the whole to `size`."""
    left, top, right, bottom = margins
    rng = random.Random(f"extend|{seed}|{tile}")
    wide = _mirrored_sides(parent, left, right)
    whole = _drawn_out(wide, top, bottom)
    # What was added is softened, so that it reads as distance and not as a mirror.
    soft = whole.resize((whole.width // 8 or 1, whole.height // 8 or 1), Image.Resampling.BOX)
    soft = soft.filter(ImageFilter.GaussianBlur(3)).resize(whole.size, Image.Resampling.BICUBIC)
    canvas = _canvas_on(soft, rng)
    if bottom or left or right:
        canvas.skyline = canvas.height * rng.uniform(0.84, 0.9)
        scenery.ridges(canvas, 3, 0.3)
    if top or left or right:
        canvas.skyline = canvas.height * 0.6
        scenery.clouds(canvas, 2 + tile % 3)
    canvas.image.paste(parent, (left, top), _feather(parent.size, margins))
    return canvas.image.resize(size, Image.Resampling.BICUBIC)


def _mirrored_sides(parent: Image.Image, left: int, right: int) -> Image.Image:
    whole = Image.new("RGB", (parent.width + left + right, parent.height))
    whole.paste(parent, (left, 0))
    if left:
        whole.paste(ImageOps.mirror(parent.crop((0, 0, left, parent.height))), (0, 0))
    if right:
        tail = parent.crop((parent.width - right, 0, parent.width, parent.height))
        whole.paste(ImageOps.mirror(tail), (left + parent.width, 0))
    return whole


def _drawn_out(parent: Image.Image, top: int, bottom: int) -> Image.Image:
    """The outermost rows drawn out upward and downward: a sky goes on as sky, ground as ground."""
    width, height = parent.size
    whole = Image.new("RGB", (width, height + top + bottom))
    whole.paste(parent, (0, top))
    edge = max(1, height // 12)
    if top:
        strip = ImageOps.flip(parent.crop((0, 0, width, edge)))
        whole.paste(strip.resize((width, top), Image.Resampling.BICUBIC), (0, 0))
    if bottom:
        strip = ImageOps.flip(parent.crop((0, height - edge, width, height)))
        whole.paste(strip.resize((width, bottom), Image.Resampling.BICUBIC), (0, top + height))
    return whole


def _feather(size: Size, margins: tuple[int, int, int, int]) -> Image.Image:
    """A mask that lets the edges which have a new neighbour fade into it."""
    soft = max(2, min(size) // 8)
    left, top, right, bottom = (soft if margin else 0 for margin in margins)
    columns = _ramp(size[0], left, right).resize(size)
    rows = _ramp(size[1], top, bottom).transpose(Image.Transpose.ROTATE_270).resize(size)
    mask = Image.new("L", size)
    mask.paste(columns, (0, 0), rows)
    return mask


def _ramp(length: int, start: int, end: int) -> Image.Image:
    row = Image.new("L", (length, 1))
    row.putdata(
        [
            round(255 * min(1, (at + 1) / start if start else 1, (length - at) / end if end else 1))
            for at in range(length)
        ]
    )
    return row


def _canvas_on(picture: Image.Image, rng: random.Random) -> Canvas:
    sun = (picture.width * rng.uniform(0.2, 0.8), picture.height * rng.uniform(0.15, 0.4))
    return Canvas(picture, palette_of(picture), rng, sun, picture.height * 0.55)


def _crop(picture: Image.Image, share: float, rng: random.Random) -> Image.Image:
    wide, tall = picture.width * share, picture.height * share
    left = (picture.width - wide) * rng.random()
    top = (picture.height - tall) * rng.random()
    box = (left, top, left + wide, top + tall)
    return picture.resize(picture.size, Image.Resampling.BICUBIC, box=box)


def _turn_hue(picture: Image.Image, degrees: float) -> Image.Image:
    hue, saturation, value = picture.convert("HSV").split()
    step = round(degrees / 360 * 256)
    turned = hue.point([(at + step) % 256 for at in range(256)])
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")
