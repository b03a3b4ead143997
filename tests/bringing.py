"""Pictures that people bring in the stories, and how they send them.

Knows nothing of what is made of them.
"""

import io

from PIL import Image, ImageDraw
from story import Message, Person

ORANGE, TEAL, PLUM = "#e07a1f", "#0f766e", "#6b2c5c"


def picture(colour: str, width: int = 640, height: int = 480) -> Image.Image:
    """A scene of one colour with a light in its upper left."""
    drawn = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(drawn).ellipse((40, 40, 200, 200), fill="#fff3c4")
    return drawn


def as_file(image: Image.Image, kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


PHOTO = as_file(picture(ORANGE))


def send(
    person: Person,
    *files: bytes,
    caption: str | None = None,
    chat: int | None = None,
    to: Message | None = None,
    name: str = "photo.jpg",
    as_document: bool = False,
) -> list[Message]:
    return person.world.send_files(
        person.user_id,
        chat or person.user_id,
        [(name, data) for data in files],
        caption=caption,
        reply_to=to["message_id"] if to else None,
        as_document=as_document,
    )
