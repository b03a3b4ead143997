"""The colours of a picture, chosen by the words of its prompt or taken from another picture.

Knows nothing of shapes, files or providers.
"""

import colorsys
import random
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from PIL import Image

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """Seven colours that go together, from the top of the sky to the ground at one's feet."""

    zenith: RGB
    middle: RGB
    horizon: RGB
    light: RGB
    far: RGB
    near: RGB
    accent: RGB
    starry: bool = False


_PALETTES: dict[str, Palette] = {
    "dawn": Palette(
        (110, 142, 196),
        (214, 190, 212),
        (255, 222, 190),
        (255, 246, 222),
        (178, 170, 198),
        (52, 62, 92),
        (240, 128, 110),
    ),
    "day": Palette(
        (64, 138, 212),
        (136, 196, 236),
        (226, 244, 248),
        (255, 252, 230),
        (150, 192, 208),
        (30, 84, 82),
        (250, 150, 80),
    ),
    "sunset": Palette(
        (58, 44, 104),
        (206, 86, 110),
        (255, 178, 96),
        (255, 236, 180),
        (178, 88, 112),
        (36, 20, 54),
        (255, 120, 80),
    ),
    "night": Palette(
        (10, 14, 44),
        (26, 38, 88),
        (76, 94, 148),
        (246, 240, 214),
        (52, 66, 116),
        (8, 12, 30),
        (255, 206, 110),
        starry=True,
    ),
    "red": Palette(
        (92, 16, 34),
        (196, 44, 52),
        (255, 150, 110),
        (255, 226, 190),
        (184, 62, 64),
        (48, 10, 24),
        (255, 196, 90),
    ),
    "blue": Palette(
        (20, 60, 130),
        (58, 130, 204),
        (176, 222, 244),
        (244, 252, 255),
        (98, 154, 208),
        (14, 36, 78),
        (255, 214, 120),
    ),
    "green": Palette(
        (36, 110, 104),
        (110, 182, 142),
        (224, 242, 196),
        (255, 252, 214),
        (128, 180, 142),
        (16, 62, 50),
        (250, 170, 90),
    ),
    "yellow": Palette(
        (226, 140, 44),
        (246, 190, 78),
        (255, 236, 176),
        (255, 250, 224),
        (222, 164, 84),
        (104, 58, 28),
        (206, 74, 52),
    ),
    "pink": Palette(
        (190, 110, 170),
        (244, 160, 186),
        (255, 222, 214),
        (255, 246, 236),
        (222, 146, 180),
        (96, 42, 86),
        (255, 120, 140),
    ),
    "purple": Palette(
        (48, 30, 104),
        (118, 78, 176),
        (220, 170, 220),
        (255, 236, 246),
        (134, 102, 184),
        (34, 18, 66),
        (255, 170, 200),
    ),
    "neon": Palette(
        (12, 8, 40),
        (84, 20, 110),
        (240, 60, 150),
        (255, 150, 200),
        (74, 36, 124),
        (10, 8, 28),
        (70, 230, 240),
        starry=True,
    ),
    "snow": Palette(
        (120, 152, 190),
        (186, 208, 228),
        (244, 246, 250),
        (255, 250, 240),
        (194, 210, 226),
        (64, 90, 124),
        (214, 84, 84),
    ),
    "autumn": Palette(
        (96, 120, 150),
        (226, 180, 140),
        (252, 224, 176),
        (255, 240, 206),
        (210, 148, 100),
        (88, 42, 28),
        (226, 106, 40),
    ),
}

# The first line with a word of the prompt wins: "xanh lá" is green before "xanh" is blue, and a
# colour that was asked for goes before the colour a place would have.
_WORDS: tuple[tuple[str, str], ...] = (
    ("night", "night midnight moon moonlight stars galaxy space black đêm trăng sao vũ-trụ đen"),
    ("neon", "neon cyberpunk synthwave"),
    ("green", "green matcha xanh-lá xanh-lục"),
    ("red", "red crimson lava đỏ"),
    ("pink", "pink blossom sakura rose hồng hoa-đào"),
    ("purple", "purple violet lavender tím"),
    ("yellow", "yellow gold golden vàng"),
    ("sunset", "sunset dusk evening hoàng-hôn chiều"),
    ("dawn", "dawn sunrise morning bình-minh sáng ban-mai"),
    ("snow", "snow winter ice white tuyết mùa-đông trắng"),
    ("autumn", "autumn fall orange mùa-thu cam"),
    ("green", "forest jungle rừng"),
    ("yellow", "desert sa-mạc"),
    ("blue", "blue ocean sea sky xanh biển trời"),
    ("day", "day summer ngày mùa-hè nắng"),
)


def words_in(prompt: str) -> str:
    """The prompt as matching wants it: lower case, composed letters, single spaces, no flags."""
    plain = unicodedata.normalize("NFC", prompt).lower()
    plain = re.split(r"\s(?:--|—)\w", f" {plain}", maxsplit=1)[0]
    return " ".join(re.findall(r"\w+", plain))


def mentions(words: str, names: Iterable[str]) -> bool:
    """Whether one of the names stands in the words as a whole word; `-` in a name is a space."""
    return any(f" {name.replace('-', ' ')} " in f" {words} " for name in names)


def palette_for(prompt: str, rng: random.Random) -> Palette:
    """The palette the prompt's words ask for, else one of the rng's liking; a little different each time."""
    words = words_in(prompt)
    named = [name for name, triggers in _WORDS if mentions(words, triggers.split())]
    # The mood of the whole prompt stays the same for its four tiles.
    mood = random.Random(words)
    return shifted(_PALETTES[(named or [mood.choice(sorted(_PALETTES))])[0]], rng.uniform(-12, 12))


def palette_of(picture: Image.Image) -> Palette:
    """The palette a picture already has, read from a thumbnail of it."""
    small = picture.convert("RGB").resize((12, 12), Image.Resampling.BOX)
    pixels = [_rgb(small.getpixel((x, y))) for y in range(12) for x in range(12)]
    by_light = sorted(pixels, key=sum)
    dark, light = _mean(by_light[:16]), _mean(by_light[-6:])
    accent = max(pixels, key=lambda c: colorsys.rgb_to_hsv(*(v / 255 for v in c))[1] * sum(c))
    return Palette(
        zenith=_mean(pixels[:12]),
        middle=_mean(pixels[36:60]),
        horizon=_mean(pixels[72:96]),
        light=light,
        far=mix(_mean(pixels[60:108]), dark, 0.35),
        near=mix(dark, (0, 0, 0), 0.35),
        accent=accent,
    )


def shifted(palette: Palette, degrees: float) -> Palette:
    """The same palette with every hue turned by so many degrees."""
    return replace(
        palette,
        zenith=_turn(palette.zenith, degrees),
        middle=_turn(palette.middle, degrees),
        horizon=_turn(palette.horizon, degrees),
        far=_turn(palette.far, degrees),
        near=_turn(palette.near, degrees),
        accent=_turn(palette.accent, degrees),
    )


def mix(one: RGB, other: RGB, share: float) -> RGB:
    """The colour on the way from one to the other; share 0 is the one, 1 the other."""
    r, g, b = (round(p + (q - p) * share) for p, q in zip(one, other, strict=True))
    return r, g, b


def _turn(colour: RGB, degrees: float) -> RGB:
    hue, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in colour))
    r, g, b = colorsys.hsv_to_rgb((hue + degrees / 360) % 1, saturation, value)
    return round(r * 255), round(g * 255), round(b * 255)


def _mean(colours: list[RGB]) -> RGB:
    r, g, b = (round(sum(part) / len(colours)) for part in zip(*colours, strict=True))
    return r, g, b


def _rgb(pixel: object) -> RGB:
    match pixel:
        case (int() as r, int() as g, int() as b):
            return r, g, b
    raise TypeError(f"not an RGB pixel: {pixel!r}")
