"""The chat page of the sandbox: a browser in which one person plays everybody who talks to the bot.

It knows nothing of the bot's own rooms, and of the providers only their pace.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import FormData, MutableHeaders, UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.loopback import LoopbackOnly
from bot.sandbox.pay_desk import PayDesk
from bot.sandbox.pictures import kind_of
from bot.sandbox.said import read_json, reasons, whole, whole_or_none, words
from bot.sandbox.sniffing import media_type_of
from bot.sandbox.tasks import Pace
from bot.sandbox.world import World

SPEEDS = (1, 5, 10, 30)
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
MAX_ALBUM = 10
_HEARTBEAT_S = 15.0
_STATIC = Path(__file__).with_name("page")
_STATIC_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def page(world: World, *, token_path: str, pace: Pace) -> Starlette:
    """The page's ASGI app; everything lies under `/{token_path}/`, other paths are 404.

    Its speed dial turns `pace`, the providers' own.

    Answers only under a loopback Host and to its own Origin (403 otherwise). It has no lifespan
    of its own, so it can also be mounted at "/" in another app.
    """
    desk = _Desk(world, pace)
    routes = [
        Route("/", _index),
        Route("/state", desk.state),
        Route("/events", desk.events),
        Route("/commands", desk.commands),
        Route("/file/{file_id}", desk.file),
        Route("/send", desk.send, methods=["POST"]),
        Route("/upload", desk.upload, methods=["POST"]),
        Route("/forward", desk.forward, methods=["POST"]),
        Route("/edit", desk.edit, methods=["POST"]),
        Route("/press", desk.press, methods=["POST"]),
        Route("/speed", desk.turn_speed, methods=["POST"]),
        *PayDesk(world).routes(),
        Route("/{name}", _static),
    ]
    return Starlette(
        routes=[Mount(f"/{token_path}", routes=routes)],
        middleware=[Middleware(_GuardHeaders), Middleware(LoopbackOnly)],
        exception_handlers={HTTPException: _explain},
    )


class _GuardHeaders:
    """Puts the page's protective headers on every answer, refusals included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_guarded)


async def _explain(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, status_code=error.status_code)


def _index(_: Request) -> Response:
    return _static_file("index.html")


def _static(request: Request) -> Response:
    return _static_file(request.path_params["name"])


def _static_file(name: str) -> Response:
    # Only a name the folder itself lists is opened, so no path can climb out of it.
    known = {path.name: path for path in _STATIC.iterdir() if path.suffix in _STATIC_TYPES}
    if name not in known:
        raise HTTPException(404, "There is no such page.")
    return FileResponse(
        known[name],
        media_type=_STATIC_TYPES[known[name].suffix],
        headers={"Cache-Control": "no-cache"},
    )


@dataclass(frozen=True)
class _Place:
    """Who speaks, where, and in answer to what."""

    user_id: int
    chat_id: int
    reply_to: int | None
    thread_id: int | None
    as_chat: bool
    """As the group itself: an anonymous admin."""


class _Desk:
    """The routes that read and change the world."""

    def __init__(self, world: World, pace: Pace) -> None:
        self._world = world
        self._pace = pace

    async def state(self, _: Request) -> Response:
        users = self._world.users()
        chats = {user["id"]: self._world.chats_of(user["id"]) for user in users}
        ids = {chat["id"] for each in chats.values() for chat in each}
        return JSONResponse(
            {
                "bot": self._world.bot,
                "users": [{"user": user, "chats": chats[user["id"]]} for user in users],
                "messages": {str(chat_id): self._world.messages(chat_id) for chat_id in ids},
                "questions": self._world.chats.questions(),
                "admins": {str(chat_id): self._world.admins_of(chat_id) for chat_id in ids},
                "reactions": self._world.chats.reactions(),
                "stars": {str(user["id"]): self._world.stars_of(user["id"]) for user in users},
                "receipts": self._world.till.receipts(),
                "speed": self._pace.speed,
                "speeds": SPEEDS,
                "max_album": MAX_ALBUM,
                "max_upload_bytes": MAX_UPLOAD_BYTES,
            },
            headers={"Cache-Control": "no-store"},
        )

    async def events(self, _: Request) -> Response:
        return StreamingResponse(
            _server_sent(self._world),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    async def commands(self, request: Request) -> Response:
        chat_id = whole(request.query_params, "chat_id")
        user_id = whole_or_none(request.query_params, "user_id") or 0
        language_code = request.query_params.get("language_code", "")
        with reasons():
            return JSONResponse(self._world.commands_for(chat_id, language_code, user_id))

    def file(self, request: Request) -> Response:
        try:
            path = self._world.file_path(request.path_params["file_id"])
        except (LookupError, ValueError) as error:
            raise HTTPException(404, "There is no such file.") from error
        with path.open("rb") as opened:
            media_type = media_type_of(opened.read(16))
        headers = {"Cache-Control": "private, max-age=3600"}
        if media_type is None:
            # What a browser could run (HTML, SVG) is only ever saved, never opened here.
            headers["Content-Disposition"] = "attachment"
        return FileResponse(
            path, media_type=media_type or "application/octet-stream", headers=headers
        )

    async def send(self, request: Request) -> Response:
        said = await read_json(request)
        place = self._place(said)
        with reasons():
            message = self._world.send_text(
                place.user_id,
                place.chat_id,
                words(said, "text"),
                reply_to=place.reply_to,
                thread_id=place.thread_id,
                as_chat=place.as_chat,
            )
        return JSONResponse(message)

    async def upload(self, request: Request) -> Response:
        # Without a length nothing bounds what is read; browsers always send one.
        length = request.headers.get("content-length")
        if length is None:
            raise HTTPException(411, "The upload must say its length.")
        if int(length) > MAX_UPLOAD_BYTES:
            raise HTTPException(413, "Together the files are larger than 50 MB.")
        async with request.form(max_files=MAX_ALBUM) as form:
            place = self._place(form)
            files = await _read_files(form)
            # Telegram mixes photos and videos in an album, but documents only with documents.
            is_for_viewing = all(
                kind_of(content[:16]) in {"photo", "video"} for _, content in files
            )
            with reasons():
                messages = self._world.send_files(
                    place.user_id,
                    place.chat_id,
                    files,
                    caption=str(form.get("caption") or "") or None,
                    reply_to=place.reply_to,
                    thread_id=place.thread_id,
                    as_chat=place.as_chat,
                    as_document=form.get("as_document") == "true" or not is_for_viewing,
                )
        return JSONResponse(messages)

    async def forward(self, request: Request) -> Response:
        said = await read_json(request)
        place = self._place(said)
        with reasons():
            message = self._world.forward(
                place.user_id, place.chat_id, whole(said, "message_id"), whole(said, "to_chat_id")
            )
        return JSONResponse(message)

    async def edit(self, request: Request) -> Response:
        said = await read_json(request)
        place = self._place(said)
        message_id = whole(said, "message_id")
        if not self._is_own(place, message_id):
            raise HTTPException(403, "Only your own message can be edited.")
        with reasons():
            message = self._world.edit_text(
                place.user_id, place.chat_id, message_id, words(said, "text")
            )
        return JSONResponse(message)

    async def press(self, request: Request) -> Response:
        said = await read_json(request)
        place = self._place(said)
        with reasons():
            query_id = self._world.press(
                place.user_id, place.chat_id, whole(said, "message_id"), words(said, "data")
            )
        return JSONResponse({"callback_query_id": query_id})

    async def turn_speed(self, request: Request) -> Response:
        wanted = whole(await read_json(request), "speed")
        if wanted not in SPEEDS:
            raise HTTPException(400, f"The speed is one of {', '.join(map(str, SPEEDS))}.")
        self._pace.speed = wanted
        return JSONResponse({"speed": wanted})

    def _place(self, said: Mapping[str, Any]) -> _Place:
        place = _Place(
            user_id=whole(said, "user_id"),
            chat_id=whole(said, "chat_id"),
            reply_to=whole_or_none(said, "reply_to"),
            thread_id=whole_or_none(said, "thread_id"),
            as_chat=str(said.get("as_chat") or "").lower() == "true",
        )
        with reasons():
            own = {chat["id"] for chat in self._world.chats_of(place.user_id)}
        if place.chat_id not in own:
            raise HTTPException(403, "This person is not in that chat.")
        if place.as_chat and place.user_id not in self._world.admins_of(place.chat_id):
            raise HTTPException(403, "Only an admin speaks as the group.")
        return place

    def _is_own(self, place: _Place, message_id: int) -> bool:
        return any(
            message["message_id"] == message_id
            and message.get("from", {}).get("id") == place.user_id
            and "sender_chat" not in message
            for message in self._world.messages(place.chat_id)
        )


async def _server_sent(world: World) -> AsyncIterator[str]:
    subscription = world.subscribe()
    try:
        # Only after this may the page load the state, or what happens in between would be lost.
        yield "event: hello\ndata: {}\n\n"
        while True:
            try:
                async with asyncio.timeout(_HEARTBEAT_S):
                    event = await anext(subscription)
            except StopAsyncIteration:
                return
            except TimeoutError:
                # Writing is how the server notices that the browser has gone.
                yield ": still here\n\n"
                continue
            yield f"data: {json.dumps(event)}\n\n"
    finally:
        subscription.close()


async def _read_files(form: FormData) -> list[tuple[str, bytes]]:
    parts = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
    if not parts:
        raise HTTPException(400, "There is no file.")
    return [(Path(part.filename or "file").name, await part.read()) for part in parts]
