"""People talking with the real bot in the sandbox: chat in, chat out, nothing else.

The bot runs as it would for real, over loopback, told only addresses and keys.
"""

import asyncio
import contextlib
import dataclasses
import itertools
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oracle import check_call
from serving import listening, origin_of, served

from bot import app
from bot.app import Clocks
from bot.living import EaselBot
from bot.runner.accounts import Account
from bot.sandbox.limits import Limits
from bot.sandbox.town import Town, build_town
from bot.sandbox.world import World
from bot.settings import Settings, load

Message = dict[str, Any]
SPEED = 60.0
PATIENCE_S = 120.0
MINUTES_S = 200.0
"""Between two looks at a clock that keeps nobody waiting."""
PORTS_FROM, PORTS_EACH = 20_000, 1_000
_ports = itertools.count(os.getpid())


def free_port() -> int:
    """For a program that is told where to listen, though it gets there later.

    Nobody takes it before: it is this worker's, and none of those the system gives out by itself.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = PORTS_FROM + worker * PORTS_EACH + next(_ports) % PORTS_EACH
        with contextlib.suppress(OSError), listening(port):
            return port


@contextlib.asynccontextmanager
async def served_town(
    folder: Path,
    *,
    speed: float = SPEED,
    limits: Limits | None = None,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Town]:
    """A sandbox on loopback, every call of the bot judged by the oracle.

    ``limits``: else there is no pace, and whoever pays has patience with a busy machine.
    """
    listener = listening()
    town = build_town(
        origin_of(listener),
        folder,
        speed=speed,
        limits=limits or dataclasses.replace(Limits.off(), checkout_s=PATIENCE_S),
        check_call=check_call,
        clock=clock,
    )
    async with served(town.app, listener), contextlib.aclosing(town):
        yield town
    assert [] == town.world.violations


def settings_for(town: Town, data_dir: Path, **more: str) -> dict[str, str]:
    """What the bot is told: addresses, keys, and not to dawdle."""
    return {
        **town.settings(),
        "BOT_DATA_DIR": str(data_dir),
        "BOT_WEB_LISTEN": "",
        "BOT_POLL_SECONDS": "0.05",
        **more,
    }


@contextlib.asynccontextmanager
async def living_bot(
    environ: Mapping[str, str],
    make_accounts: Callable[[Settings], dict[str, Account]] = app.make_accounts,
    clocks: Clocks | None = None,
) -> AsyncIterator[EaselBot]:
    """The bot in this process, until the story ends; a part that dies fails the story.

    ``make_accounts``: who makes its pictures. ``clocks``: else it need not keep Telegram's pace,
    as the town asks for none.
    """
    clocks = clocks or Clocks(steady=itertools.count(0.0, MINUTES_S).__next__)
    async with app.start(load(environ, None), make_accounts, clocks) as easel:
        running = asyncio.create_task(easel.run())
        try:
            yield easel
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


def is_media(message: Message) -> bool:
    return bool({"photo", "video", "document"} & message.keys())


def words(message: Message) -> str:
    return str(message.get("text") or message.get("caption") or "")


def labels(message: Message) -> list[list[str]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [[button["text"] for button in row] for row in rows]


def code_in(message: Message) -> str:
    """The job's code as a person reads it: the last thing set in code type."""
    entities = message.get("entities") or message.get("caption_entities") or []
    spot = [entity for entity in entities if entity["type"] == "code"][-1]
    raw = words(message).encode("utf-16-le")
    start, end = spot["offset"] * 2, (spot["offset"] + spot["length"]) * 2
    return raw[start:end].decode("utf-16-le")


@dataclass
class Person:
    """Somebody with a phone."""

    world: World
    user_id: int

    def say(
        self,
        text: str,
        *,
        chat: int | None = None,
        to: Message | None = None,
        thread_id: int | None = None,
    ) -> Message:
        return self.world.send_text(
            self.user_id,
            chat or self.user_id,
            text,
            reply_to=to["message_id"] if to else None,
            reply_chat=to["chat"]["id"] if to else None,
            thread_id=thread_id,
        )

    def press(self, message: Message, label: str) -> str:
        """Press the button that begins with ``label``; the press's id."""
        buttons = [b for row in message["reply_markup"]["inline_keyboard"] for b in row]
        button = next(b for b in buttons if b["text"].startswith(label))
        return self.world.press(
            self.user_id, message["chat"]["id"], message["message_id"], button["callback_data"]
        )

    def from_bot(self, chat: int | None = None) -> list[Message]:
        """What the bot has said here, oldest first, as it reads now."""
        bot_id = self.world.bot["id"]
        return [
            message
            for message in self.world.messages(chat or self.user_id)
            if message.get("from", {}).get("id") == bot_id
        ]

    async def sees(
        self,
        wanted: Callable[[Message], Any] | str,
        *,
        chat: int | None = None,
        after: Message | None = None,
    ) -> Message:
        """The first message of the bot that fits: a test of it, or words in it."""

        def fits(message: Message) -> bool:
            if after is not None and message["message_id"] <= after["message_id"]:
                return False
            return bool(wanted in words(message) if isinstance(wanted, str) else wanted(message))

        def look(_: World) -> Message | None:
            return next((m for m in self.from_bot(chat) if fits(m)), None)

        return await self.world.wait_for(look, PATIENCE_S)

    async def answer_to(self, asked: Message, *, chat: int | None = None) -> Message:
        """The bot's reply to a message, as soon as there is one."""
        return await self.sees(
            lambda m: m.get("reply_to_message", {}).get("message_id") == asked["message_id"],
            chat=chat,
        )

    async def result_of(self, asked: Message, *, chat: int | None = None) -> Message:
        """The finished result that answers a message."""
        return await self.sees(
            lambda m: (
                m.get("reply_to_message", {}).get("message_id") == asked["message_id"]
                and is_media(m)
            ),
            chat=chat,
        )


@dataclass
class Story:
    """A town, the bot living in it, and its data folder."""

    town: Town
    data_dir: Path

    @property
    def world(self) -> World:
        return self.town.world

    def person(self, name: str, language: str = "vi") -> Person:
        return Person(self.world, self.world.add_user(name, language_code=language)["id"])

    def stranger(self, name: str, language: str = "vi") -> Person:
        """Somebody who has never opened a chat with the bot."""
        user = self.world.add_user(name, language_code=language, has_started=False)
        return Person(self.world, user["id"])

    def group(self, title: str, *people: Person, is_forum: bool = False) -> int:
        members = [person.user_id for person in people]
        chat = self.world.add_group(title, members, admins=members[:1], is_forum=is_forum)
        return int(chat["id"])

    def picture_of(self, message: Message) -> bytes:
        return self.world.file_bytes(message["photo"][-1]["file_id"])
