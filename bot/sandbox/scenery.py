"""The things a picture can be made of: sky, sun, ridges, sea, city, trees, flowers, a cat.

Knows nothing of prompts or sizes asked for: it paints on the canvas it is given.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.sandbox.palette import RGB, Palette, mix

Point = tuple[float, float]


@dataclass
class Canvas:
    """A picture being painted; positions are pixels, `unit` is a hundredth of its mean side."""

    image: Image.Image
    palette: Palette
    rng: random.Random
    sun: Point
    skyline: float

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    @property
    def unit(self) -> float:
        return math.sqrt(self.width * self.height) / 100


class Stencil:
    """Shapes with smooth edges: cut at twice the size, shrunk when laid on the canvas."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._big = Image.new("L", (canvas.width * 2, canvas.height * 2))
        self._draw = ImageDraw.Draw(self._big)

    def polygon(self, points: Sequence[Point]) -> None:
        self._draw.polygon([self._at(x, y) for x, y in points], fill=255)

    def ellipse(self, x: float, y: float, rx: float, ry: float) -> None:
        self._draw.ellipse([self._at(x - rx, y - ry), self._at(x + rx, y + ry)], fill=255)

    def stroke(self, points: Sequence[Point], thickness: float) -> None:
        self._draw.line(
            [self._at(x, y) for x, y in points],
            fill=255,
            width=max(1, round(thickness * 2)),
            joint="curve",
        )

    def fill(self, top: RGB, bottom: RGB | None = None, opacity: float = 1) -> None:
        """Lay the shapes on the canvas, coloured from their top to their bottom."""
        box = self._big.getbbox()
        if box is None:
            return
        # Even corners: two by two pixels become one.
        left, upper, right, lower = box[0] // 2, box[1] // 2, (box[2] + 1) // 2, (box[3] + 1) // 2
        mask = self._big.crop((left * 2, upper * 2, right * 2, lower * 2)).reduce(2)
        if opacity < 1:
            mask = mask.point([round(value * opacity) for value in range(256)])
        colours = gradient(mask.size, [top, bottom or top])
        self._canvas.image.paste(colours, (left, upper), mask)

    @staticmethod
    def _at(x: float, y: float) -> Point:
        return x * 2, y * 2


def gradient(size: tuple[int, int], stops: Sequence[RGB]) -> Image.Image:
    """A picture that fades through the colours from top to bottom."""
    column = Image.new("RGB", (1, len(stops)))
    column.putdata(list(stops))
    # Half a pixel in from both ends, so that the outer colours are reached at the edges.
    inner = (0, 0.5, 1, len(stops) - 0.5) if len(stops) > 1 else (0, 0, 1, 1)
    tall = column.resize((1, size[1]), Image.Resampling.BILINEAR, box=inner)
    return tall.resize(size, Image.Resampling.NEAREST)


def glow(canvas: Canvas, at: Point, radius: float, colour: RGB, strength: float) -> None:
    """Light that fades out around a point."""
    side = max(2, round(radius * 2))
    halo = Image.radial_gradient("L").point(
        [round(max(0.0, 1 - value / 181) ** 2.2 * 255 * strength) for value in range(256)]
    )
    mask = halo.resize((side, side), Image.Resampling.BILINEAR)
    corner = (round(at[0] - radius), round(at[1] - radius))
    canvas.image.paste(colour, (*corner, corner[0] + side, corner[1] + side), mask)


def sky(canvas: Canvas) -> None:
    """Fills the canvas: the air, the stars if it is night, the sun or the moon and its light."""
    p = canvas.palette
    height = max(2, round(canvas.skyline * 1.1))
    canvas.image.paste(gradient((canvas.width, height), [p.zenith, p.middle, p.horizon]), (0, 0))
    canvas.image.paste(p.horizon, (0, height, canvas.width, canvas.height))
    if p.starry:
        _stars(canvas)
    radius = canvas.unit * canvas.rng.uniform(6, 10)
    glow(canvas, canvas.sun, radius * 5.5, p.light, 0.75)
    disc = Stencil(canvas)
    disc.ellipse(*canvas.sun, radius, radius)
    disc.fill(p.light, mix(p.light, p.horizon, 0.25))


def _stars(canvas: Canvas) -> None:
    stars = Stencil(canvas)
    for _ in range(110):
        x = canvas.rng.uniform(0, canvas.width)
        y = canvas.rng.uniform(0, 1) ** 1.5 * canvas.skyline
        size = canvas.unit * canvas.rng.choice([0.1, 0.1, 0.14, 0.22])
        stars.ellipse(x, y, size, size)
    stars.fill(canvas.palette.light, opacity=0.85)


def clouds(canvas: Canvas, count: int) -> None:
    """Soft flat clouds: rows of ellipses, hardly lighter than the sky behind."""
    for _ in range(count):
        bank = Stencil(canvas)
        x = canvas.rng.uniform(0, canvas.width)
        y = canvas.rng.uniform(0.12, 0.75) * canvas.skyline
        span = canvas.unit * canvas.rng.uniform(9, 20)
        for step in range(-5, 6):
            size = canvas.unit * (2.3 - 0.3 * abs(step)) * canvas.rng.uniform(0.6, 1.15)
            bank.ellipse(x + step / 5 * span, y - size * 0.55, size * 2.2, size)
        bank.ellipse(x, y, span * 1.25, canvas.unit * 0.75)
        bank.fill(mix(canvas.palette.horizon, canvas.palette.light, 0.5), opacity=0.34)


def ridges(canvas: Canvas, count: int, roughness: float) -> None:
    """Hills behind hills, each nearer, darker and lower than the last."""
    p = canvas.palette
    room = canvas.height - canvas.skyline
    for number in range(count):
        depth = (number + 1) / count
        base = canvas.skyline + room * (depth - 1 / count) * 0.92
        swing = canvas.unit * (4 + 4 * roughness) * (1.15 - 0.5 * depth)
        colour = mix(p.far, p.near, depth**1.2)
        hill = Stencil(canvas)
        line = ridge_line(canvas, base, swing, roughness)
        hill.polygon([(0, canvas.height), *line, (canvas.width, canvas.height)])
        hill.fill(colour, mix(colour, p.horizon, 0.3 * (1 - depth)))


def ridge_line(canvas: Canvas, base: float, swing: float, roughness: float) -> list[Point]:
    """The outline of a ridge from the left edge to the right: slow waves, and quick ones when rough."""
    waves = [
        (
            canvas.rng.uniform(0.5, 1.2) * turn,
            canvas.rng.uniform(0, math.tau),
            (1 if turn < 3 else roughness) / turn,
        )
        for turn in (1, 2, 5, 11, 23)
    ]
    points = []
    for step in range(161):
        x = step / 160
        lift = sum(math.sin(x * math.tau * turn + phase) * part for turn, phase, part in waves)
        points.append((x * canvas.width, base - lift * swing))
    return points


def mountains(canvas: Canvas) -> None:
    """Peaks against the sky, white above where the light falls."""
    p = canvas.palette
    for row in range(2):
        base = canvas.skyline + canvas.unit * (2 + 8 * row)
        colour = mix(p.far, p.near, 0.15 + 0.35 * row)
        x = -canvas.unit * canvas.rng.uniform(0, 20)
        while x < canvas.width:
            half = canvas.unit * canvas.rng.uniform(14, 26)
            tall = half * canvas.rng.uniform(0.9, 1.35) * (1 - 0.3 * row)
            _peak(canvas, (x + half, base - tall), half, tall, colour)
            x += half * canvas.rng.uniform(0.9, 1.4)


def _peak(canvas: Canvas, top: Point, half: float, tall: float, colour: RGB) -> None:
    p, (x, y) = canvas.palette, top
    foot = y + tall
    body = Stencil(canvas)
    body.polygon([(x - half, foot), top, (x + half, foot), (x + half, canvas.height)])
    body.polygon([(x - half, foot), (x + half, foot), (x, canvas.height)])
    body.fill(colour, mix(colour, p.horizon, 0.45))
    shade = Stencil(canvas)
    lean = math.copysign(half, x - canvas.sun[0])
    shade.polygon([top, (x + lean, foot), (x + lean * 0.18, foot)])
    shade.fill(p.near, colour, opacity=0.35)
    snow = Stencil(canvas)
    zigzag = [(x + half * f, y + tall * g) for f, g in _SNOW_LINE]
    snow.polygon([top, *zigzag])
    snow.fill(mix(p.light, (255, 255, 255), 0.4), opacity=0.85)


_SNOW_LINE = ((0.3, 0.3), (0.17, 0.25), (0.07, 0.36), (-0.06, 0.24), (-0.16, 0.34), (-0.3, 0.3))


def sea(canvas: Canvas) -> None:
    """Water to the skyline, the light's path on it, and long waves toward the shore."""
    p = canvas.palette
    top = round(canvas.skyline)
    deep = mix(p.zenith, p.near, 0.45)
    shine = [mix(p.horizon, p.far, 0.45), mix(p.far, deep, 0.6), deep]
    canvas.image.paste(gradient((canvas.width, canvas.height - top), shine), (0, top))
    path = Stencil(canvas)
    room = canvas.height - canvas.skyline
    for step in range(46):
        depth = (step / 46) ** 1.6
        y = canvas.skyline + room * depth
        x = canvas.sun[0] + canvas.rng.gauss(0, 1) * canvas.unit * (1.5 + 9 * depth)
        path.ellipse(x, y, canvas.unit * (1.5 + 5 * depth), canvas.unit * (0.12 + 0.4 * depth))
    path.fill(p.light, opacity=0.62)
    for step in range(4):
        base = canvas.skyline + room * (0.34 + 0.19 * step)
        swing = canvas.unit * (0.5 + 0.7 * step)
        wave = Stencil(canvas)
        line = ridge_line(canvas, base, swing, 0.15)
        wave.polygon([(0, canvas.height), *line, (canvas.width, canvas.height)])
        wave.fill(mix(shine[1], p.light, 0.16), deep, opacity=0.4)


def city(canvas: Canvas) -> None:
    """Three rows of houses, lit windows in the nearest."""
    p = canvas.palette
    windows = Stencil(canvas)
    room = canvas.height - canvas.skyline
    for row in range(3):
        depth = (row + 1) / 3
        houses = Stencil(canvas)
        x = -canvas.unit * canvas.rng.uniform(0, 6)
        while x < canvas.width:
            wide = canvas.unit * canvas.rng.uniform(5, 10) * (0.6 + 0.5 * depth)
            tall = canvas.unit * canvas.rng.triangular(8, 36, 14) * (1.1 - 0.3 * row)
            top = canvas.skyline + room * 0.34 * row - tall + canvas.unit * 8
            houses.polygon(
                [(x, canvas.height), (x, top), (x + wide, top), (x + wide, canvas.height)]
            )
            if row:
                _windows(canvas, windows, (x, top), wide)
            x += wide * canvas.rng.uniform(0.95, 1.25)
        houses.fill(mix(p.far, p.near, depth), mix(p.far, p.near, depth * 0.75))
        windows.fill(mix(p.accent, p.light, 0.3), opacity=0.85)
        windows = Stencil(canvas)


def _windows(canvas: Canvas, windows: Stencil, corner: Point, wide: float) -> None:
    step = canvas.unit * 1.5
    for column in range(1, int(wide / step)):
        for row in range(1, 22):
            if canvas.rng.random() < 0.3:
                x, y = corner[0] + column * step, corner[1] + row * step * 1.25
                windows.polygon(
                    [
                        (x, y),
                        (x + 0.5 * step, y),
                        (x + 0.5 * step, y + 0.7 * step),
                        (x, y + 0.7 * step),
                    ]
                )


def pines(canvas: Canvas) -> None:
    """A wood in two rows at the feet of whatever stands behind."""
    p = canvas.palette
    for row in range(2):
        wood = Stencil(canvas)
        ground = canvas.height * (0.84 + 0.13 * row)
        count = 26 - 10 * row
        for number in range(count + 1):
            x = (number + canvas.rng.uniform(-0.4, 0.4)) / count * canvas.width
            tall = canvas.unit * canvas.rng.uniform(11, 21) * (1 + 0.45 * row)
            _pine(wood, x, ground + canvas.unit * canvas.rng.uniform(-1, 2), tall)
        wood.polygon(
            [(0, ground), (canvas.width, ground), (canvas.width, canvas.height), (0, canvas.height)]
        )
        wood.fill(mix(p.far, p.near, 0.62 + 0.38 * row), p.near)


def _pine(wood: Stencil, x: float, ground: float, tall: float) -> None:
    for storey in range(4):
        top = ground - tall * (1 - storey * 0.2)
        half = tall * (0.1 + 0.05 * storey)
        foot = top + tall * 0.36
        wood.polygon([(x, top), (x + half, foot), (x - half, foot)])
    wood.polygon(
        [(x - tall * 0.2, ground + tall), (x, ground - tall), (x + tall * 0.2, ground + tall)]
    )


def bubbles(canvas: Canvas) -> None:
    """Large see-through circles, one behind the other."""
    p = canvas.palette
    colours = [p.light, p.accent, p.zenith, p.far, p.near, p.middle]
    for number in range(13):
        circle = Stencil(canvas)
        size = canvas.unit * canvas.rng.triangular(4, 34, 11)
        x, y = canvas.rng.uniform(0, canvas.width), canvas.rng.uniform(0, canvas.height)
        circle.ellipse(x, y, size, size)
        colour = colours[number % len(colours)]
        circle.fill(mix(colour, p.light, 0.2), colour, opacity=0.3)
