"""The Bot API over HTTP: reads a call, lets the world do it, writes the answer.

It does not know what a method does (see `methods`), nor any client. Bodies may be JSON, urlencoded
or multipart; uploads go through a temporary file, never whole through memory.
"""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.sandbox.ask import ATTACHED, Ask, Upload, decode
from bot.sandbox.calls import Call
from bot.sandbox.methods import Method, all_methods
from bot.sandbox.refusal import Json, NotModelled, Refusal
from bot.sandbox.trouble import AnswerLost
from bot.sandbox.world import World

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_LONGEST_FIELD = 1024 * 1024


def botapi(world: World) -> Starlette:
    """The ASGI app: `/bot{token}/{method}` and `/file/bot{token}/{path}`.

    A lost answer (`World.lose_answer_of_next`) closes the connection in the middle of the
    response on a real server, and raises `AnswerLost` out of the app in process.
    """
    door = _Door(world, all_methods())
    return Starlette(
        routes=[
            Route("/bot{token}/{method}", door.call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{place:path}", door.download),
        ],
    )


class _Door:
    def __init__(self, world: World, methods: Mapping[str, Method]) -> None:
        self._world = world
        self._methods = methods

    async def download(self, request: Request) -> Response:
        path = self._world.files.path_at(request.path_params["place"])
        if request.path_params["token"] != self._world.token or path is None:
            return _answer(Refusal(404, "Not Found"))
        return FileResponse(path)

    async def call(self, request: Request) -> Response:
        if request.path_params["token"] != self._world.token:
            return _answer(Refusal(401, "Unauthorized"))
        name = request.path_params["method"]
        method = self._methods.get(name.lower())
        async with request.form(max_part_size=_LONGEST_FIELD) as form:
            fields, uploads = await _read(request, form.multi_items())
            if method is None:
                return self._unknown(name, fields)
            try:
                params = {key: decode(key, value) for key, value in fields.items()}
            except Refusal as refusal:
                return self._refused_unread(method, fields, refusal)
            return await self._answered(request, method, Ask(self._world, params, uploads))

    async def _answered(self, request: Request, method: Method, ask: Ask) -> Response:
        call = Call(method.name, ask.params, self._world.clock())
        self._world.record(call)
        try:
            work = self._do(method, ask)
            # A poll is only worth something to who waits; anything else is done once it is asked.
            is_poll = method.name == "getUpdates"
            result = await (_unless_gone(request, work) if is_poll else work)
        except Refusal as refusal:
            if isinstance(refusal, NotModelled):
                self._world.violations.append(f"{method.name}: {refusal.description}")
            self._world.settle(call, refusal)
            return _answer(refusal)
        self._world.settle(call, None)
        if self._world.trouble.loses_answer(method.name):
            return _Lost()
        # As ASCII: half an emoji, which Telegram does deliver, cannot be written otherwise.
        content = json.dumps({"ok": True, "result": result})
        return Response(content, media_type="application/json")

    async def _do(self, method: Method, ask: Ask) -> object:
        self._check(method, ask.params)
        await self._world.trouble.before(method.name)
        if method.is_paced:
            chat_id = self._world.chats.open_to_bot(ask.params.get("chat_id")).chat_id
            album = ask.params.get("media")
            cost = len(album) if isinstance(album, list) else 1
            self._world.pace.spend(chat_id, cost)
        return await method.do(ask)

    def _check(self, method: Method, params: Json) -> None:
        if unknown := sorted(params.keys() - method.parameters):
            names = ", ".join(unknown)
            raise NotModelled(400, f"Bad Request: the sandbox knows no parameter {names}")
        if self._world.check_call is None:
            return
        try:
            self._world.check_call(method.name, params)
        except Exception as exc:  # whatever a check raises is its verdict
            raise NotModelled(400, f"Bad Request: check_call says: {exc}") from exc

    def _unknown(self, name: str, fields: Json) -> Response:
        reason = f"Not Found: method {name} is not modelled by the sandbox"
        self._world.violations.append(f"{name}: {reason}")
        call = Call(name, fields, self._world.clock())
        self._world.record(call)
        refusal = NotModelled(404, reason)
        self._world.settle(call, refusal)
        return _answer(refusal)

    def _refused_unread(self, method: Method, fields: Json, refusal: Refusal) -> Response:
        call = Call(method.name, fields, self._world.clock())
        self._world.record(call)
        self._world.settle(call, refusal)
        return _answer(refusal)


class _Lost(Response):
    """An answer that never comes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        # Begun, so that no server makes a 500 of what follows.
        headers = [(b"content-length", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        raise AnswerLost("the sandbox lost this answer on purpose")


async def _read(
    request: Request,
    items: list[tuple[str, UploadFile | str]],
) -> tuple[Json, dict[str, Upload]]:
    """All parameters, still strings unless they came as JSON, and the uploads by part name."""
    fields: Json = dict(request.query_params)
    uploads = {}
    if not request.headers.get("content-type", "").startswith(_FORMS):
        fields |= json.loads(await request.body() or b"{}")
    for name, value in items:
        if isinstance(value, str):
            fields[name] = value
        else:
            uploads[name] = Upload(value.filename or "file", value.file)
    named = json.dumps(fields)
    # A part that no other parameter points to is itself the parameter.
    direct = {name for name in uploads if f"{ATTACHED}{name}" not in named}
    return {**fields, **{name: f"{ATTACHED}{name}" for name in direct}}, uploads


async def _unless_gone(request: Request, work: Coroutine[Any, Any, object]) -> object:
    """What `work` gives; raises Refusal 499 (which nobody reads) when the client hangs up first."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_hang_up(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise Refusal(499, "Client Closed Request")
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.wait({working, leaving})


async def _hang_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _answer(refusal: Refusal) -> JSONResponse:
    body: Json = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return JSONResponse(body, refusal.status)
