"""`bot run` for real: told nothing but addresses and keys, beside a sandbox that is a stranger.

The people talk through the sandbox's chat page, as a browser would.
"""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from programs import Program, started
from seat import address_in
from story import PATIENCE_S, Message, code_in, free_port, is_media, words


@dataclass
class Window:
    """The chat page without the looks: what it would show, what it would send."""

    page: httpx.AsyncClient
    bot_id: int = 0

    async def state(self) -> dict[str, Any]:
        said = (await self.page.get("state")).raise_for_status().json()
        self.bot_id = said["bot"]["id"]
        return dict(said)

    async def people(self) -> dict[str, int]:
        state = await self.state()
        return {each["user"]["first_name"]: each["user"]["id"] for each in state["users"]}

    async def say(self, who: int, chat: int, text: str, to: Message | None = None) -> Message:
        said = {"user_id": who, "chat_id": chat, "text": text}
        if to:
            said["reply_to"] = to["message_id"]
        return dict((await self.page.post("send", json=said)).raise_for_status().json())

    async def press(self, who: int, message: Message, label: str) -> None:
        rows = message["reply_markup"]["inline_keyboard"]
        button = next(b for row in rows for b in row if b["text"].startswith(label))
        said = {
            "user_id": who,
            "chat_id": message["chat"]["id"],
            "message_id": message["message_id"],
            "data": button["callback_data"],
        }
        (await self.page.post("press", json=said)).raise_for_status()

    async def sees(self, chat: int, fits: Callable[[Message], bool]) -> Message:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                state = await self.state()
                for message in state["messages"][str(chat)]:
                    if message["from"]["id"] == self.bot_id and fits(message):
                        return dict(message)
                await asyncio.sleep(0.05)  # the page would be told; here we look again

    async def result_of(self, asked: Message) -> Message:
        def fits(message: Message) -> bool:
            replied = message.get("reply_to_message", {}).get("message_id")
            return replied == asked["message_id"] and is_media(message)

        return await self.sees(asked["chat"]["id"], fits)

    async def width_of(self, message: Message) -> int:
        """Pixels across, of an original sent as a file."""
        path = f"file/{message['document']['file_id']}"
        data = (await self.page.get(path)).raise_for_status().content
        with Image.open(io.BytesIO(data)) as picture:
            return picture.width


@dataclass
class Town:
    """The sandbox's own process, and what it printed for a `.env`."""

    window: Window
    environ: dict[str, str]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    (tmp_path / "sandbox").mkdir()
    arguments = ("-m", "bot.sandbox", "--port", str(free_port()), "--speed", "30")
    async with started(*arguments, home=tmp_path / "sandbox") as program:
        address = address_in(await program.line_with("http://"))
        await program.line_with("BOT_POLL_SECONDS")
        printed = [line for line in program.lines if re.match(r"[A-Z_]+=", line)]
        async with httpx.AsyncClient(base_url=address, trust_env=False) as page:
            yield Town(Window(page), dict(line.split("=", 1) for line in printed))


@pytest.fixture
async def bot_run(town: Town, tmp_path: Path) -> AsyncIterator[Program]:
    """The operator's process, in an empty folder with nothing but the printed lines."""
    (tmp_path / "bot").mkdir()
    # The sandbox says nothing of our own web server: off, for its usual port may be somebody's.
    environ = {**town.environ, "BOT_WEB_LISTEN": ""}
    async with started("-m", "bot", "run", home=tmp_path / "bot", environ=environ) as program:
        await program.line_with("Easel is running as @easel_bot")
        yield program


def file_of(result: Message, tile: int) -> Callable[[Message], bool]:
    """Told by its name: the original of one tile."""
    return lambda m: (
        m.get("document", {}).get("file_name", "").startswith(f"easel-{code_in(result)}-{tile}.")
    )


async def test_bot_run_told_only_addresses_and_keys_does_the_whole_job(
    town: Town, bot_run: Program
) -> None:
    window = town.window
    an = (await window.people())["An"]

    grid = await window.result_of(await window.say(an, an, "/img một chú mèo cam bên cửa sổ"))
    assert "miễn phí" in words(grid)

    upscaled = await window.result_of(await window.say(an, an, "/upscale 2", to=grid))
    await window.press(an, grid, "📁")
    tile = await window.sees(an, file_of(grid, 2))
    await window.press(an, upscaled, "📁")
    larger = await window.sees(an, file_of(upscaled, 1))
    assert 2 * await window.width_of(tile) == await window.width_of(larger)

    await window.press(an, grid, "V3")
    varied = await window.sees(
        an, lambda m: "photo" in m and m["message_id"] > larger["message_id"]
    )
    assert f"Biến thể của ảnh 3, từ {code_in(grid)}" in words(varied)

    film = await window.result_of(await window.say(an, an, "/video sóng biển lúc bình minh"))
    assert (8, 16 / 9) == (
        film["video"]["duration"],
        film["video"]["width"] / film["video"]["height"],
    )


async def test_ben_in_the_group_is_answered_in_english_by_bot_run(
    town: Town, bot_run: Program
) -> None:
    window = town.window
    ben = (await window.people())["Ben"]
    group = min(int(chat) for chat in (await window.state())["messages"])

    result = await window.result_of(
        await window.say(ben, group, "/img@easel_bot a red fox in the snow")
    )

    assert "4 pictures" in words(result)
