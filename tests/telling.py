"""What the stories look at: buttons pressed, files received, pictures compared, time gone by.

Knows nothing of any one story; everything is seen as the people in the chat see it.
"""

import asyncio
import contextlib
import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import TypeVar

import time_machine
from PIL import Image, ImageChops, ImageStat
from story import PATIENCE_S, Message, Person, Story, is_media, labels, words

from bot.sandbox.watch import Subscription
from bot.sandbox.world import World

T = TypeVar("T")
SMALL = (24, 24)
EDITS = ("editMessageText", "editMessageMedia", "editMessageCaption")


async def press(person: Person, message: Message, label: str) -> str:
    """Press a button, as soon as the message has it, and read what floats by."""
    heard = person.world.subscribe()

    def offering(world: World) -> Message | None:
        now = world.message(message["chat"]["id"], message["message_id"])
        offered = [text for row in labels(now) for text in row if text.startswith(label)]
        return now if offered else None

    now = await person.world.wait_for(offering, PATIENCE_S)
    return await _answer(heard, person.press(now, label))


async def forge(person: Person, message: Message, data: str) -> str:
    """Send a press that no button offered, and read what floats by."""
    heard = person.world.subscribe()
    chat_id, message_id = message["chat"]["id"], message["message_id"]
    press_id = person.world.press(person.user_id, chat_id, message_id, data, forged=True)
    return await _answer(heard, press_id)


async def _answer(heard: Subscription, press_id: str) -> str:
    async with asyncio.timeout(PATIENCE_S):
        async for event in heard:
            if event.get("callback_query_id") == press_id:
                heard.close()
                return str(event["text"])
    raise AssertionError("unreachable: the subscription goes on until it is closed")


def answers(message: Message, asked: Message) -> bool:
    """Whether a message replies to another."""
    replied = message.get("reply_to_message", {})
    return bool(replied.get("message_id") == asked["message_id"])


async def next_result(
    person: Person, asked: Message, *, after: Message, chat: int | None = None
) -> Message:
    """The picture or video that answers a message already answered before."""
    return await person.sees(
        lambda message: is_media(message) and answers(message, asked), chat=chat, after=after
    )


async def said_to(person: Person, line: str, *, to: Message | None = None) -> str:
    """What the bot answers to a line in the private chat."""
    return words(await person.answer_to(person.say(line, to=to)))


def in_code(message: Message) -> list[str]:
    """Everything set in code type: what one tap copies."""
    raw = words(message).encode("utf-16-le")
    spots = message.get("entities") or message.get("caption_entities") or []
    return [
        raw[spot["offset"] * 2 : (spot["offset"] + spot["length"]) * 2].decode("utf-16-le")
        for spot in spots
        if spot["type"] == "code"
    ]


def file_of(story: Story, message: Message) -> bytes:
    return story.world.file_bytes(message["document"]["file_id"])


def image_of(story: Story, message: Message) -> Image.Image:
    """The photo or the picture file of a message."""
    data = file_of(story, message) if "document" in message else story.picture_of(message)
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB")


def quarters(grid: Image.Image) -> list[Image.Image]:
    """The four pictures of a grid, numbered as people read: left to right, then down."""
    across, down = grid.width // 2, grid.height // 2
    corners = [(0, 0), (across, 0), (0, down), (across, down)]
    return [grid.crop((x, y, x + across, y + down)) for x, y in corners]


def unlikeness(one: Image.Image, other: Image.Image) -> float:
    """How different two pictures look from afar, 0 to 255."""
    difference = ImageChops.difference(one.resize(SMALL), other.resize(SMALL))
    return sum(ImageStat.Stat(difference).mean) / 3


def likest(picture: Image.Image, others: list[Image.Image]) -> int:
    """The number, from 1, of the picture that looks most like this one."""
    return 1 + min(range(len(others)), key=lambda at: unlikeness(picture, others[at]))


def edits_of(story: Story, message: Message) -> list[str]:
    """The methods that changed a message, in order."""
    return [
        call.method
        for call in story.world.calls
        if call.method in EDITS
        and call.ok
        and call.parameters.get("chat_id") == message["chat"]["id"]
        and call.parameters.get("message_id") == message["message_id"]
    ]


async def until(look: Callable[[], T | None]) -> T:
    """The first truthy answer, of something that nobody tells of: the providers, the web."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := look()):
            await asyncio.sleep(0.01)
    return found


@contextlib.contextmanager
def later(seconds: float) -> Iterator[None]:
    """Everybody's clock on the wall jumps ahead and goes on from there."""
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds), tick=True):
        yield
