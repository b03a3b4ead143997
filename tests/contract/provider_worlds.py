"""The worlds the providers' contract suite runs in: an adapter and the server it talks to.

To run the suite against other servers (bot/sandbox), build them here: nothing else names one.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Protocol

import stamina
from provider_servers import KEY, ApiframeServer, Call, FlowServer, serve

from bot.model import Operation, Request, TaskId
from bot.providers.apiframe import Apiframe
from bot.providers.flow import Flow
from bot.providers.http import Network
from bot.providers.port import Provider, RemoteAsset, Submission

WISH = Submission(Request(Operation.IMAGE, prompt="a red fox", ratio="16:9", count=4))


class Server(Protocol):
    """What a server must offer to be put behind this suite."""

    calls: list[Call]

    def fail_next(
        self,
        path_suffix: str,
        *,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        times: int = 1,
    ) -> None: ...
    def lose_answer_of_next(self, path_suffix: str) -> None: ...
    def truncate_next_download(self) -> None: ...
    def finish_now(self, task_id: str) -> None: ...
    def fail_task(self, task_id: str, text: str) -> None: ...


@dataclasses.dataclass(frozen=True)
class World:
    """A provider, the server it talks to, and how to build another client of either kind."""

    provider: Provider
    server: Server
    submit_path: str
    read_path: Callable[[TaskId], str]
    connect: Callable[[str, str], Provider]
    origin: str


def impatient() -> Network:
    """Repeats as often as in production, without waiting between."""
    return Network(
        reads=stamina.AsyncRetryingCaller(
            attempts=3, timeout=None, wait_initial=0, wait_max=0, wait_jitter=0
        )
    )


def connect_apiframe(key: str, origin: str) -> Apiframe:
    return Apiframe(key=key, base_url=f"{origin}/pro", fetch_url=origin, network=impatient())


def connect_flow(key: str, origin: str) -> Flow:
    base_url = f"{origin}/public/api/v1"
    return Flow(key=key, base_url=base_url, offers_hd=True, network=impatient())


@contextlib.asynccontextmanager
async def apiframe_world() -> AsyncIterator[World]:
    server = ApiframeServer()
    async with serve(server.app) as origin:
        server.base_url = origin
        provider = connect_apiframe(KEY, origin)
        async with contextlib.aclosing(provider):
            yield World(provider, server, "/imagine", lambda _: "/fetch", connect_apiframe, origin)


@contextlib.asynccontextmanager
async def flow_world() -> AsyncIterator[World]:
    server = FlowServer()
    async with serve(server.app) as origin:
        provider = connect_flow(KEY, origin)
        async with contextlib.aclosing(provider):
            yield World(
                provider, server, "/text-to-image", lambda task_id: task_id, connect_flow, origin
            )


async def fetch(provider: Provider, task_id: TaskId, asset: RemoteAsset) -> bytes:
    async with provider.open(task_id, asset) as chunks:
        return b"".join([chunk async for chunk in chunks])
