"""Apps behind real sockets on this machine, for as long as a test needs them.

Knows nothing of what they serve.
"""

import asyncio
import contextlib
import itertools
import os
import socket
from collections.abc import AsyncIterator

import uvicorn
from starlette.types import ASGIApp

PORTS_FROM, PORTS_EACH = 20_000, 1_000
_ports = itertools.count(os.getpid())


def listening(port: int = 0) -> socket.socket:
    """A door on this machine (any free one) before anybody stands in it: its address is known."""
    return socket.create_server(("127.0.0.1", port))


def port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


def origin_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{port_of(listener)}"


def free_port() -> int:
    """For a program that is told where to listen, though it gets there later.

    Nobody takes it before: it is this worker's, and none of those the system gives out by itself.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = PORTS_FROM + worker * PORTS_EACH + next(_ports) % PORTS_EACH
        with contextlib.suppress(OSError), listening(port):
            return port


def closed_origin() -> str:
    """An origin on this machine where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


@contextlib.asynccontextmanager
async def served(app: ASGIApp, listener: socket.socket) -> AsyncIterator[str]:
    """The app answers at the listener; its origin. At the end whoever still waits is hung up on."""
    origin = origin_of(listener)
    config = uvicorn.Config(
        app, lifespan="off", ws="none", log_config=None, log_level="warning", access_log=False
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])  # serve() would look at the clock every 0.1 s
    try:
        yield origin
    finally:
        waiting = list(server.server_state.tasks)
        for call in waiting:
            call.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await server.shutdown(sockets=[listener])
