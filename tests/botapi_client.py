"""A bot talking to the sandbox, in process or on loopback: by python-telegram-bot, or bare.

Knows nothing of the bot under test.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import telegram
from serving import listening, served
from telegram.request import HTTPXRequest

from bot.sandbox.botapi import botapi
from bot.sandbox.refusal import Json
from bot.sandbox.trouble import AnswerLost
from bot.sandbox.world import World

TOKEN = "4200000001:made-up"
Part = bytes | tuple[str, bytes]
"""What is uploaded, alone or with the name it goes by."""


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


@asynccontextmanager
async def on_loopback(world: World) -> AsyncIterator[str]:
    """The sandbox behind a real socket; yields its origin."""
    async with served(botapi(world), listening()) as origin:
        yield origin


@dataclass(frozen=True)
class BareBot:
    """The bot without a library: what it calls, answered in the Bot API's own JSON."""

    client: httpx.AsyncClient

    async def call(
        self, method: str, *, files: Mapping[str, Part] | None = None, **parameters: Any
    ) -> Any:
        """The result of a call that has to succeed; `files` are its uploads by part name."""
        fields = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in parameters.items()
        }
        answer = await self.client.post(f"/bot{TOKEN}/{method}", data=fields, files=files)
        told = answer.json()
        assert told["ok"], told["description"]
        return told["result"]

    async def say(
        self, chat_id: int, text: str, *, reply_to: Json | None = None, **more: Any
    ) -> Json:
        said = {"chat_id": chat_id, "text": text, **_answering(reply_to), **more}
        return dict(await self.call("sendMessage", **said))

    async def show(
        self, chat_id: int, kind: str, content: Part, *, reply_to: Json | None = None, **more: Any
    ) -> Json:
        """Sends a `photo`, `video` or `document`."""
        said = {"chat_id": chat_id, **_answering(reply_to), **more}
        return dict(await self.call(f"send{kind.capitalize()}", files={kind: content}, **said))

    async def edit(self, message: Json, text: str, **more: Any) -> Json:
        changed = {**place_of(message), "text": text, **more}
        return dict(await self.call("editMessageText", **changed))

    async def answer(self, press_id: str, text: str, *, show_alert: bool = False) -> None:
        answered: Json = {"callback_query_id": press_id, "text": text, "show_alert": show_alert}
        await self.call("answerCallbackQuery", **answered)


def place_of(message: Json) -> Json:
    """The parameters that name a message."""
    return {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}


def _answering(message: Json | None) -> Json:
    return {} if message is None else {"reply_parameters": {"message_id": message["message_id"]}}


@asynccontextmanager
async def bare_bot(world: World) -> AsyncIterator[BareBot]:
    async with http_client(world) as client:
        yield BareBot(client)
