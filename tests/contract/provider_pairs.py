"""The pairs the providers' contract suite is about: an adapter and the sandbox it talks to.

Both sandboxes stand behind a real socket, go by a clock that only tests move, and take a hundred
seconds for a picture: a second is one per cent.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Generic, TypeVar

import stamina
from clock import Clock
from serving import listening, origin_of, served

from bot.model import Operation, Request, TaskId
from bot.providers.apiframe import Apiframe
from bot.providers.flow import Flow
from bot.providers.http import Network
from bot.providers.port import Provider, RemoteAsset, Submission
from bot.sandbox.apiframe import ApiframeSandbox
from bot.sandbox.flow import FlowSandbox
from bot.sandbox.service import Account, ProviderSandbox
from bot.sandbox.tasks import Pace

KEY = "key-of-the-operator"
WISH = Submission(Request(Operation.IMAGE, prompt="a red fox", ratio="16:9", count=4))


P_co = TypeVar("P_co", bound=Provider, covariant=True)
S_co = TypeVar("S_co", bound=ProviderSandbox, covariant=True)


@dataclasses.dataclass(frozen=True)
class Pair(Generic[P_co, S_co]):
    """A provider, the sandbox it talks to, and how to build another client of the same kind."""

    provider: P_co
    sandbox: S_co
    clock: Clock
    media_dir: Path
    origin: str
    submit_path: str
    read_path: Callable[[TaskId], str]
    connect: Callable[[str, str], Provider]

    def work(self, percent: int) -> None:
        """Time passes in which this much of a task is done."""
        self.clock.now += percent

    def made(self, task_id: TaskId) -> list[bytes]:
        """The files of a task that the sandbox has drawn by now, in its order."""
        return [path.read_bytes() for path in sorted((self.media_dir / task_id).glob("[0-9].*"))]


def impatient() -> stamina.AsyncRetryingCaller:
    """Repeats as often as in production, without waiting between."""
    return stamina.AsyncRetryingCaller(
        attempts=3, timeout=None, wait_initial=0, wait_max=0, wait_jitter=0
    )


def connect_apiframe(key: str, origin: str) -> Apiframe:
    network = Network(reads=impatient())
    return Apiframe(key=key, base_url=f"{origin}/pro", fetch_url=origin, network=network)


def connect_flow(key: str, origin: str) -> Flow:
    base_url = f"{origin}/public/api/v1"
    return Flow(key=key, base_url=base_url, offers_hd=True, network=Network(reads=impatient()))


def apiframe_pair(
    folder: Path,
) -> AbstractAsyncContextManager[Pair[Apiframe, ApiframeSandbox]]:
    return _paired(ApiframeSandbox, connect_apiframe, folder, "/imagine", lambda _: "/fetch")


def flow_pair(folder: Path) -> AbstractAsyncContextManager[Pair[Flow, FlowSandbox]]:
    return _paired(FlowSandbox, connect_flow, folder, "/text-to-image", lambda task_id: task_id)


@contextlib.asynccontextmanager
async def _paired(
    build: Callable[[Account], S_co],
    connect: Callable[[str, str], P_co],
    folder: Path,
    submit_path: str,
    read_path: Callable[[TaskId], str],
) -> AsyncIterator[Pair[P_co, S_co]]:
    listener, clock = listening(), Clock()
    pace = Pace(image_s=100, image_spread_s=0)
    sandbox = build(Account(KEY, pace, origin_of(listener), folder, clock))
    async with (
        served(sandbox.app, listener) as origin,
        contextlib.aclosing(connect(KEY, origin)) as provider,
    ):
        yield Pair(provider, sandbox, clock, folder, origin, submit_path, read_path, connect)


async def fetch(provider: Provider, task_id: TaskId, asset: RemoteAsset) -> bytes:
    async with provider.open(task_id, asset) as chunks:
        return b"".join([chunk async for chunk in chunks])
