"""A conversation with everything a chat can show, for looking at the page and for its browser tests.

It knows nothing of how the page draws it.
"""

import io
import tempfile
from pathlib import Path
from typing import Any

from botapi_client import TOKEN, BareBot
from PIL import Image

from bot.sandbox import render
from bot.sandbox.film import film
from bot.sandbox.limits import Limits
from bot.sandbox.refusal import Json
from bot.sandbox.world import World

AN, BEN, GROUP = 1001, 1002, -1001234567890
MENU = [
    {"command": "img", "description": "Vẽ ảnh từ mô tả"},
    {"command": "video", "description": "Làm video từ mô tả"},
    {"command": "vary", "description": "Biến thể của một kết quả"},
    {"command": "quota", "description": "Gói và số dư của bạn"},
    {"command": "help", "description": "Trợ giúp và ví dụ"},
]


def empty_world() -> World:
    """An (vi) and Ben (en), each alone with the bot, and a group of both, An its admin, with one topic."""
    world = World(token=TOKEN, limits=Limits.off())
    world.add_user("An", language_code="vi", user_id=AN)
    world.add_user("Ben", language_code="en", user_id=BEN)
    world.add_group("Xưởng vẽ", [AN, BEN], admins=[AN], is_forum=True, chat_id=GROUP)
    world.add_topic(GROUP, "Poster")
    world.profile.set_commands(None, "", MENU)
    return world


def presses(world: World) -> list[Json]:
    """The button presses the bot is to be told of, oldest first."""
    told = (update.get("callback_query") for update in world.updates.pending)
    return [query for query in told if query is not None]


def pressed(world: World) -> list[tuple[int, int, int, str]]:
    """Who pressed, in which chat, under which message, what."""
    return [
        (
            query["from"]["id"],
            query["message"]["chat"]["id"],
            query["message"]["message_id"],
            query["data"],
        )
        for query in presses(world)
    ]


def keyboard(*rows: str) -> Json:
    """Inline keyboard JSON; each row is its buttons' texts parted by `|`, the data being the text."""
    return {
        "inline_keyboard": [
            [{"text": text, "callback_data": text} for text in row.split("|")] for row in rows
        ]
    }


GRID_KEYS = keyboard("1|2|3|4", "V1|V2|V3|V4", "↻ Vẽ lại · 400 ₫", "🗂 Tệp gốc")


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


async def tell_story(world: World, easel: BareBot) -> None:
    """Greeting, a grid, an album, a video, a document, a status under way, and talk in the group."""
    hello = "Chào An! 🎨 Mình vẽ ảnh và làm video.\nThử ngay: /img mèo phi hành gia --ar 16:9"
    marks = entities(hello, bold="Chào An!", code="/img mèo phi hành gia --ar 16:9")
    world.send_text(AN, AN, "/start")
    await easel.say(AN, hello, entities=marks)
    asked = world.send_text(AN, AN, "/img bình minh trên dãy núi tím, tranh màu nước")
    caption = "bình minh trên dãy núi tím, tranh màu nước\nK7QD4 · 400 ₫ · Midjourney"
    await easel.show(
        AN,
        "photo",
        _grid("bình minh trên dãy núi tím"),
        reply_to=asked,
        caption=caption,
        caption_entities=entities(caption, bold="K7QD4"),
        reply_markup=GRID_KEYS,
    )
    album = [
        (f"{n}.jpg", _drawn("dãy núi", *size, tile=n)) for n, size in enumerate(_ALBUM, start=1)
    ]
    world.send_files(AN, AN, album, caption="/video cảnh này chuyển động nhẹ")
    shape: dict[str, Any] = {"width": 640, "height": 360, "duration": 2}
    await easel.show(AN, "video", _filmed(), caption="M2XRT · 20.000 ₫ · Veo", **shape)
    await easel.show(AN, "document", ("K7QD4-goc.png", _drawn("dãy núi tím", 1600, 900)))
    tall = world.send_text(AN, AN, "/img chân dung --ar 9:16")
    await easel.say(AN, _STATUS, reply_to=tall, reply_markup=keyboard("Huỷ"))
    world.send_text(BEN, BEN, "/img a lighthouse at dusk --ar 3:2")
    lighthouse = _drawn("a lighthouse at dusk", 1200, 800)
    await easel.show(BEN, "photo", lighthouse, caption="A lighthouse at dusk · ₫100")
    world.send_text(BEN, GROUP, "/img@easel_bot poster for our spring fair")
    await easel.show(GROUP, "photo", _grid("poster for our spring fair"), reply_markup=GRID_KEYS)
    world.send_text(AN, GROUP, "Bức thứ ba đẹp quá!")


_ALBUM = ((1200, 800), (800, 1200), (1000, 1000), (1200, 900), (900, 1200))
_STATUS = "🖌 Đang vẽ: chân dung --ar 9:16\n▰▰▰▰▱▱▱▱▱▱ 40 %\nCòn khoảng 40 giây · 400 ₫"


def _drawn(prompt: str, width: int, height: int, *, tile: int = 1) -> bytes:
    return _jpeg(render.draw(prompt, seed=1, tile=tile, size=(width, height)))


def _grid(prompt: str) -> bytes:
    tiles = [render.draw(prompt, seed=1, tile=tile, size=(512, 512)) for tile in range(1, 5)]
    return _jpeg(render.grid(tiles))


def _jpeg(image: Image.Image) -> bytes:
    held = io.BytesIO()
    image.save(held, "JPEG", quality=88)
    return held.getvalue()


def _filmed() -> bytes:
    """Two seconds of the hills, 640 x 360."""
    scene = render.draw("dãy núi", seed=3, tile=1, size=(800, 450))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        film([scene], path, size=(640, 360), seconds=2, seed=3)
        return path.read_bytes()
