"""The bot's own small web server: is it alive, is it ready, what does it count; who calls.

Knows nothing of what the checks check or what a call means; app hands both in.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hmac
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.errors import SettingsError, StoreError
from bot.model import JobState
from bot.store.port import Reading
from bot.telemetry import Metrics

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, else what is wrong, in a few words for the operator."""

CLOSE_S = 2
"""How long open connections may hold up the end."""
BODY_MAX_BYTES = 64 * 1024
"""Of a call to a webhook: what providers send is a hundredth of it."""
UPDATE_MAX_BYTES = 1024 * 1024
"""Of one update; the longest there are have a tenth of it."""

log = structlog.get_logger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Hook:
    """A provider's webhook: what a caller must know, and what a call does."""

    secret: str
    hear: Callable[[str, Any], Awaitable[bool]]
    """Told the path's reference and the body (None: unreadable); False when nobody has it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Letterbox:
    """Telegram's webhook: what proves that it is Telegram, and what keeps a call's body.

    ``take`` raises StoreError when it cannot be kept.
    """

    secret: str
    take: Callable[[bytes], Awaitable[None]]


def web(
    checks: Mapping[str, Check],
    reading: Reading,
    metrics: Metrics,
    hooks: Mapping[str, Hook],
    letterbox: Letterbox | None,
) -> Starlette:
    """`/healthz`, `/readyz`, `/metrics`, `/webhooks/NAME/REFERENCE` for each of ``hooks``, and
    `/telegram` where there is a ``letterbox``.
    """

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        wrong = {name: why for name, check in checks.items() if (why := await _ask(check))}
        if wrong:
            return JSONResponse({"ready": False, "wrong": wrong}, status_code=503)
        return JSONResponse({"ready": True})

    async def counts(_request: Request) -> Response:
        await _count(reading, metrics)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    async def called(request: Request) -> Response:
        hook = hooks.get(request.path_params["provider"])
        status = 404 if hook is None else await _call(hook, request)
        return Response(status_code=status)

    async def told(request: Request) -> Response:
        status = 404 if letterbox is None else await _take(letterbox, request)
        return Response(status_code=status)

    return Starlette(
        routes=[
            Route("/telegram", told, methods=["POST"]),
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/metrics", counts),
            Route("/webhooks/{provider}/{reference}", called, methods=["POST"]),
        ]
    )


async def _call(hook: Hook, request: Request) -> int:
    """The HTTP status a call is answered with. The secret goes first: a stranger learns nothing."""
    if not _knows(request, "x-webhook-secret", hook.secret):
        return 401
    if (body := await _body(request, BODY_MAX_BYTES)) is None:
        return 413
    try:
        is_known = await hook.hear(request.path_params["reference"], _read(body))
    except StoreError:
        log.exception("webhook_not_written")
        return 503
    return 200 if is_known else 404


async def _take(letterbox: Letterbox, request: Request) -> int:
    """The HTTP status an update is answered with: 200 once it is kept, else Telegram comes again.

    Also what nobody can read is kept: refused, it would come for a day, and its chat wait for it.
    """
    if not _knows(request, "x-telegram-bot-api-secret-token", letterbox.secret):
        return 401
    if (body := await _body(request, UPDATE_MAX_BYTES)) is None:
        return 413
    try:
        await letterbox.take(body)
    except StoreError:
        log.exception("inbox_not_written")
        return 503
    return 200


def _knows(request: Request, header: str, secret: str) -> bool:
    given = request.headers.get(header, "").encode("latin-1")
    return hmac.compare_digest(given, secret.encode())


async def _body(request: Request, most_bytes: int) -> bytes | None:
    """What a call brings along; None: more than that."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            return None
    return body


def _read(body: bytes) -> Any:
    try:
        data = json.loads(body)
        json.dumps(data, ensure_ascii=False).encode()  # half a character cannot be written down
    except (ValueError, RecursionError):
        return None
    return data


async def _ask(check: Check) -> str | None:
    try:
        return await check()
    except Exception as error:  # noqa: BLE001  # whatever breaks a check is its finding
        return f"{type(error).__name__}: {error}"


async def _count(reading: Reading, metrics: Metrics) -> None:
    rows = {(row["what"], row["state"]): row["n"] for row in await reading.all("counts")}
    for state in JobState:
        metrics.jobs.labels(state.value).set(rows.get(("job", state.value), 0))
    metrics.outbox_waiting.set(rows.get(("outbox", "waiting"), 0))
    metrics.inbox_waiting.set(rows.get(("inbox", "new"), 0))


class Server(uvicorn.Server):
    """uvicorn beside other work in one loop: signals are the composition root's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """The port, taken: who connects from now on is served as soon as the server runs.

    Raises OSError: somebody else has it, or it may not be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def make_server(app: ASGIApp, host: str, port: int) -> Server:
    """A server that is started with ``serve(sockets=[listen(…)])`` and stopped by setting
    ``should_exit``.
    """
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,  # ours: its own would go past the redaction
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=CLOSE_S,
        )
    )


@contextlib.asynccontextmanager
async def served(address: tuple[str, int], app: ASGIApp) -> AsyncIterator[None]:
    """``app`` is there at ``address`` until the end. Raises SettingsError: it cannot be had."""
    try:
        port = listen(*address)
    except OSError as error:
        host, number = address
        problem = (
            f"BOT_WEB_LISTEN={host}:{number} cannot be used ({error.strerror}): "
            "choose another port, or leave it empty to switch the web server off."
        )
        raise SettingsError([problem]) from error
    server = make_server(app, *address)
    task = asyncio.create_task(server.serve(sockets=[port]), name="web")
    try:
        yield
    finally:
        server.should_exit = True
        await task
