"""The bot's own small web server: is it alive, is it ready, what does it count.

Knows nothing of what the checks check; app hands them in.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.model import JobState
from bot.store.port import Reading
from bot.telemetry import Metrics

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, else what is wrong, in a few words for the operator."""

CLOSE_S = 2
"""How long open connections may hold up the end."""


def web(checks: Mapping[str, Check], reading: Reading, metrics: Metrics) -> Starlette:
    """`/healthz`, `/readyz`, `/metrics`."""

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

    return Starlette(
        routes=[
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/metrics", counts),
        ]
    )


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
