"""What can go wrong between a client and an emulated service: switches that act on the next call.

Knows nothing of what the service does: it stands in front of any ASGI application.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Call:
    """One request that arrived; `status` is None until the service has answered.

    `path` is as it was sent, still encoded; `body` is the decoded JSON, None for another or no body.
    A lost answer keeps the status it would have had.
    """

    method: str
    path: str
    headers: Headers
    body: Any
    at: float
    status: int | None = None


class Held:
    """One call stopped on its way; `arrived` waits for it, `release` lets it go on."""

    def __init__(self) -> None:
        self._arrived = asyncio.Event()
        self._released = asyncio.Event()

    async def arrived(self) -> None:
        await self._arrived.wait()

    def release(self) -> None:
        self._released.set()

    async def stop_here(self) -> None:
        """Called by the service's side: report the arrival, wait for the release."""
        self._arrived.set()
        await self._released.wait()


@dataclass(frozen=True)
class _Instead:
    suffix: str
    answer: Callable[[Scope], Response]


@dataclass(frozen=True)
class _Lose:
    suffix: str


@dataclass(frozen=True)
class _Hold:
    suffix: str
    when: Literal["before", "after"]
    held: Held


@dataclass(frozen=True)
class _Alter:
    suffix: str
    change: Callable[[Any], Any]


_Rule = _Instead | _Lose | _Hold | _Alter


class Weather:
    """The switches of one service, and the record of every call that reached it.

    A switch acts on the next call whose path ends with its suffix, once, in the order they were set;
    `*` in a suffix is any one part of a path: `/jobs/*` is a read, `/jobs/*/image` a download.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.calls: list[Call] = []
        self._call_clock = clock
        self._rules: list[_Rule] = []

    def fail_next(
        self,
        path_suffix: str,
        *,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> None:
        """Answer the next `times` calls with this instead of doing anything.

        429 with Retry-After in seconds, as a date or without, 5xx, HTML and empty bodies are all this.
        """

        def failure(_scope: Scope) -> Response:
            return Response(body, status, dict(headers or {}))

        self._rules += [_Instead(path_suffix, failure)] * times

    def lose_answer_of_next(self, path_suffix: str) -> None:
        """The next call takes effect, but its connection ends without a usable answer.

        Behind uvicorn the connection closes inside the answer; behind an in-process transport the client's
        `await` raises ConnectionResetError.
        """
        self._rules.append(_Lose(path_suffix))

    def hold_next(self, path_suffix: str, *, when: Literal["before", "after"] = "before") -> Held:
        """Stop the next call before it takes effect, or after it did and before its answer leaves."""
        held = Held()
        self._rules.append(_Hold(path_suffix, when, held))
        return held

    def alter_next(self, path_suffix: str, change: Callable[[Any], Any], *, times: int = 1) -> None:
        """The next `times` calls take effect; `change` makes what is answered of the JSON that would be.

        An answer without JSON passes as it is.
        """
        self._rules += [_Alter(path_suffix, change)] * times

    def redirect_next(self, path_suffix: str, *, to: str | None = None, times: int = 1) -> None:
        """The next `times` calls do nothing and are sent on (302), without `to` back to themselves.

        Once is a detour, more often than a client follows a loop.
        """

        def detour(scope: Scope) -> Response:
            return Response(status_code=302, headers={"location": to or _own_address(scope)})

        self._rules += [_Instead(path_suffix, detour)] * times

    def take_rule(self, path: str) -> _Rule | None:
        """The switch that acts on a call to this path, used up by being taken."""
        found = next((rule for rule in self._rules if _ends(path, rule.suffix)), None)
        if found is not None:
            self._rules.remove(found)
        return found

    def note(self, scope: Scope, body: Any) -> Call:
        """Write down a call that arrived."""
        path = scope["raw_path"].decode()
        call = Call(scope["method"], path, Headers(scope=scope), body, self._call_clock())
        self.calls.append(call)
        return call


class WeatherFront:
    """ASGI middleware: writes every HTTP call down and lets the weather act on it."""

    def __init__(self, app: ASGIApp, weather: Weather) -> None:
        self._app = app
        self._weather = weather

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, receive_again = await _read_json(scope, receive)
        call = self._weather.note(scope, body)

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
            await send(message)

        match self._weather.take_rule(scope["path"]):
            case None:
                await self._app(scope, receive_again, send_noted)
            case _Instead(_, answer):
                await answer(scope)(scope, receive_again, send_noted)
            case _Lose():
                await self._lose(scope, receive_again, call, send)
            case _Alter(_, change):
                answered = await self._swallow(scope, receive_again, call)
                await _send_all(_altered(answered, change), send)
            case _Hold(_, "before", held):
                await held.stop_here()
                await self._app(scope, receive_again, send_noted)
            case _Hold(_, _, held):
                answered = await self._swallow(scope, receive_again, call)
                await held.stop_here()
                await _send_all(answered, send)

    async def _lose(self, scope: Scope, receive: Receive, call: Call, send: Send) -> None:
        await self._swallow(scope, receive, call)
        # A server that has sent nothing would answer 500 for us: an answer begun and broken off closes.
        promised = [(b"content-length", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": promised})
        raise ConnectionResetError(f"the sandbox lost the answer to {call.path}")

    async def _swallow(self, scope: Scope, receive: Receive, call: Call) -> list[Message]:
        """Let the call take effect; its whole answer, kept back."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
            answer.append(message)

        await self._app(scope, receive, keep)
        return answer


async def _send_all(answer: Sequence[Message], send: Send) -> None:
    for message in answer:
        await send(message)


def _ends(path: str, suffix: str) -> bool:
    parts = "[^/]+".join(map(re.escape, suffix.split("*")))
    return re.search(f"{parts}$", path) is not None


def _own_address(scope: Scope) -> str:
    """Path and query as they were asked for."""
    query = scope["query_string"].decode()
    return f"{scope['raw_path'].decode()}{'?' if query else ''}{query}"


def _altered(answer: list[Message], change: Callable[[Any], Any]) -> list[Message]:
    """A whole answer whose JSON `change` has gone over; one without JSON stays as it was."""
    try:
        told = json.loads(b"".join(message.get("body", b"") for message in answer))
    except ValueError:
        return answer
    response = JSONResponse(change(told), status_code=answer[0]["status"])
    headers = response.raw_headers
    return [
        {**answer[0], "headers": headers},
        {"type": "http.response.body", "body": response.body},
    ]


async def _read_json(scope: Scope, receive: Receive) -> tuple[Any, Receive]:
    """The JSON of a request, and a receive that gives it once more; other bodies stay untouched."""
    headers = dict(scope["headers"])
    if b"json" not in headers.get(b"content-type", b""):
        return None, receive
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    raw = b"".join(parts)
    again: list[Message] = [{"type": "http.request", "body": raw, "more_body": False}]

    async def receive_again() -> Message:
        return again.pop() if again else await receive()

    try:
        return json.loads(raw), receive_again
    except ValueError:
        return None, receive_again
