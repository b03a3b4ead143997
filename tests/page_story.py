"""A conversation with everything a chat can show, for looking at the page and for its browser tests.

It knows nothing of how the page draws it.
"""

import io
import math
from pathlib import Path
from typing import Any

import av
from page_world import FakeWorld
from PIL import Image, ImageDraw, ImageFilter

AN, BEN, GROUP = 1001, 1002, -1001234567890
Json = dict[str, Any]


def painted(width: int, height: int, *, seed: int = 0) -> bytes:
    """A JPEG of hills under a sky, `width` x `height` pixels; other seeds give other colours."""
    image = _landscape(width, height, seed)
    held = io.BytesIO()
    image.save(held, "JPEG", quality=88)
    return held.getvalue()


def filmed(*, width: int = 640, height: int = 360, frames: int = 48) -> bytes:
    """An H.264 film of the sun crossing the hills at 24 frames per second."""
    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            image = _landscape(width, height, 3, sun=number / frames)
            frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]  # av's stub
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return held.getvalue()


def _landscape(width: int, height: int, seed: int, *, sun: float = 0.68) -> Image.Image:
    skies = [("#f7b267", "#7d4f9c"), ("#9bd1e5", "#2d6a9f"), ("#f4a6b8", "#3c5a99")]
    skies += [("#ffd58a", "#c2556b"), ("#b9e3c6", "#2f7f86")]
    low, high = skies[seed % len(skies)]
    image = Image.new("RGB", (width, height), high)
    glow = Image.new("RGB", (width, height), low)
    fade = Image.linear_gradient("L").resize((width, height))
    image = Image.composite(glow, image, fade)
    draw = ImageDraw.Draw(image)
    radius = min(width, height) // 9
    x, y = int(width * sun), int(height * 0.34)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="#fff3d6")
    image = image.filter(ImageFilter.GaussianBlur(1))
    draw = ImageDraw.Draw(image)
    for layer, shade in enumerate(((88, 92, 140), (60, 70, 112), (36, 44, 78), (20, 26, 50))):
        base = height * (0.52 + 0.13 * layer)
        ridge = [
            (px, base + math.sin(px / width * (5 + layer * 2) + seed * 2 + layer) * height * 0.07)
            for px in range(0, width + 8, 8)
        ]
        draw.polygon([(0, height), *ridge, (width, height)], fill=shade)
    return image


def grid(seed: int = 0) -> bytes:
    """A 2x2 grid of four landscapes as one JPEG."""
    whole = Image.new("RGB", (1024, 1024), "white")
    for number in range(4):
        tile = Image.open(io.BytesIO(painted(510, 510, seed=seed + number)))
        whole.paste(tile, ((number % 2) * 514, (number // 2) * 514))
    held = io.BytesIO()
    whole.save(held, "JPEG", quality=88)
    return held.getvalue()


def keyboard(*rows: str) -> Json:
    """Inline keyboard JSON; each row is its buttons' texts parted by `|`, the data being the text."""
    return {
        "inline_keyboard": [
            [{"text": text, "callback_data": text} for text in row.split("|")] for row in rows
        ]
    }


GRID_KEYS = keyboard("1|2|3|4", "V1|V2|V3|V4", "↻ Vẽ lại · 400 ₫", "🗂 Tệp gốc")


def empty_world(folder: Path) -> FakeWorld:
    """An (vi) and Ben (en), each alone with the bot, and a group of both with one topic."""
    world = FakeWorld(folder)
    world.add_user(AN, "An", "vi")
    world.add_user(BEN, "Ben", "en")
    world.add_group(GROUP, "Xưởng vẽ", {AN, BEN})
    world.add_topic(GROUP, "Poster")
    return world


def entities(text: str, **marked: str) -> list[Json]:
    """Entities by type, each marking the first place its words stand (UTF-16 offsets)."""
    return [
        {
            "type": kind,
            "offset": len(text[: text.index(words)].encode("utf-16-le")) // 2,
            "length": len(words.encode("utf-16-le")) // 2,
        }
        for kind, words in marked.items()
    ]


def tell_story(world: FakeWorld) -> None:
    """Greeting, a grid, an album, a video, a document, a status under way, and talk in the group."""
    hello = "Chào An! 🎨 Mình vẽ ảnh và làm video.\nThử ngay: /img mèo phi hành gia --ar 16:9"
    marks = entities(hello, bold="Chào An!", code="/img mèo phi hành gia --ar 16:9")
    world.send_text(AN, AN, "/start")
    world.bot_says(AN, hello, entities=marks)
    asked = world.send_text(AN, AN, "/img bình minh trên dãy núi tím, tranh màu nước")
    caption = "bình minh trên dãy núi tím, tranh màu nước\nK7QD4 · 400 ₫ · Midjourney"
    world.say(
        world.bot,
        AN,
        reply_to=asked["message_id"],
        caption=caption,
        caption_entities=entities(caption, bold="K7QD4"),
        reply_markup=GRID_KEYS,
        **world.photo(grid()),
    )
    pictures = [(f"{n}.jpg", painted(*size, seed=n)) for n, size in enumerate(_ALBUM)]
    world.send_files(AN, AN, pictures, caption="/video cảnh này chuyển động nhẹ")
    film = world.video(filmed(), width=640, height=360, duration=2)
    world.say(world.bot, AN, caption="M2XRT · 20.000 ₫ · Veo", **film)
    world.say(world.bot, AN, **world.document("K7QD4-goc.png", painted(1600, 900, seed=1)))
    tall = world.send_text(AN, AN, "/img chân dung --ar 9:16")
    status = status_text(40)
    world.bot_says(
        AN, status, reply_to=tall["message_id"], reply_markup=keyboard("Huỷ"), entities=[]
    )
    world.send_text(BEN, BEN, "/img a lighthouse at dusk --ar 3:2")
    world.say(
        world.bot, BEN, caption="A lighthouse at dusk · ₫100", **world.photo(painted(1200, 800))
    )
    world.send_text(BEN, GROUP, "/img@easel_bot poster for our spring fair")
    world.say(world.bot, GROUP, reply_markup=GRID_KEYS, **world.photo(grid(2)))
    world.send_text(AN, GROUP, "Bức thứ ba đẹp quá!")


_ALBUM = ((1200, 800), (800, 1200), (1000, 1000), (1200, 900), (900, 1200))


def status_text(percent: int) -> str:
    """A status message's text at `percent`."""
    done = percent // 10
    bar = "▰" * done + "▱" * (10 - done)
    return f"🖌 Đang vẽ: chân dung --ar 9:16\n{bar} {percent} %\nCòn khoảng {60 - percent // 2} giây · 400 ₫"
