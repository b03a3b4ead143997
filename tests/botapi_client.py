"""A real python-telegram-bot Bot talking to the sandbox in process, or on loopback.

Knows nothing of the bot under test.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import telegram
import uvicorn
from PIL import Image
from telegram.request import HTTPXRequest

from bot.sandbox.botapi import botapi
from bot.sandbox.trouble import AnswerLost
from bot.sandbox.world import World

TOKEN = "4200000001:made-up"


class InProcess(httpx.AsyncBaseTransport):
    """The app without a socket; an answer it loses is a connection that went quiet."""

    def __init__(self, world: World) -> None:
        self._inner = httpx.ASGITransport(botapi(world))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._inner.handle_async_request(request)
        except AnswerLost as lost:
            raise httpx.ReadTimeout(str(lost), request=request) from lost


def http_client(world: World) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=InProcess(world), base_url="http://telegram.test")


@asynccontextmanager
async def real_bot(world: World) -> AsyncIterator[telegram.Bot]:
    transport = {"transport": InProcess(world)}
    bot = telegram.Bot(
        TOKEN,
        base_url="http://telegram.test/bot",
        base_file_url="http://telegram.test/file/bot",
        request=HTTPXRequest(httpx_kwargs=transport),
        get_updates_request=HTTPXRequest(httpx_kwargs=transport),
    )
    async with bot:
        yield bot


class _Server(uvicorn.Server):
    """Tells the port it got, once it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        self.listening.set()


@asynccontextmanager
async def on_loopback(world: World) -> AsyncIterator[str]:
    """The sandbox behind a real socket; yields its origin."""
    config = uvicorn.Config(
        botapi(world), port=0, log_config=None, log_level="critical", lifespan="off"
    )
    server = _Server(config)
    serving = asyncio.create_task(server._serve())
    await server.listening.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    server.force_exit = True
    await serving


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, kind)
    return buffer.getvalue()
