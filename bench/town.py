"""A sandbox at real speed and the real bot in it, in this process, for as long as a part needs them.

Knows nothing of what is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from bot import app
from bot.sandbox.limits import Limits
from bot.sandbox.town import Town, build_town
from bot.settings import load
from bot.web import listen, make_server

HOST = "127.0.0.1"
LOOK_S = 0.05


@contextlib.asynccontextmanager
async def open_town(
    *, lanes: int, speed: float, limits: Limits | None = None
) -> AsyncIterator[Town]:
    """A sandbox on a free loopback port, in a folder of its own.

    ``limits``: Telegram's, where they are what is measured.
    """
    listener = listen(HOST, 0)
    with tempfile.TemporaryDirectory(prefix="easel-bench-") as folder:
        address = f"http://{HOST}:{_port_of(listener)}"
        town = build_town(
            address,
            Path(folder),
            speed=speed,
            limits=limits or Limits.off(),
            flow_lanes=lanes,
        )
        server = make_server(town.app, HOST, _port_of(listener))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with contextlib.aclosing(town):
                yield town
        finally:
            server.should_exit = True
            await serving


@contextlib.asynccontextmanager
async def living_bot(settings: Mapping[str, str]) -> AsyncIterator[None]:
    """The bot as it runs for real, with a fresh data folder; a part of it that dies is raised."""
    with tempfile.TemporaryDirectory(prefix="easel-bench-data-") as folder:
        told = {"BOT_WEB_LISTEN": "", **settings, "BOT_DATA_DIR": folder}
        async with app.start(load(told, None)) as easel:
            logging.getLogger().setLevel(logging.WARNING)
            running = asyncio.create_task(easel.run())
            try:
                yield
            finally:
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running


def free_address() -> str:
    """HOST:PORT that nobody has, for a bot that is told where to listen."""
    with listen(HOST, 0) as probe:
        return f"{HOST}:{_port_of(probe)}"


async def until(look: Callable[[], bool], *, patience_s: float, look_s: float = LOOK_S) -> None:
    """Look again and again until it is so. Raises TimeoutError."""
    async with asyncio.timeout(patience_s):
        while not look():  # noqa: ASYNC110  # a provider's task ends untold
            await asyncio.sleep(look_s)


def _port_of(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])
