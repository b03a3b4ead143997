"""What the providers' contract suites are about: every adapter, and the sandbox it talks to.

The sandboxes stand behind a real socket, go by a clock that only tests move, and take a hundred
seconds for a picture: a second is one per cent. This machine needs none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Generic, TypeVar

import samples
import stamina
from clock import Clock
from doodle_service import DoodleSandbox, connect_documented
from serving import listening, origin_of, served

from bot import media
from bot.model import Operation, Request, TaskId
from bot.providers.apiframe import Apiframe
from bot.providers.flow import Flow
from bot.providers.http import Network
from bot.providers.local import Local
from bot.providers.port import Provider, RemoteAsset, Submission, Succeeded
from bot.sandbox.apiframe import ApiframeSandbox
from bot.sandbox.flow import FlowSandbox
from bot.sandbox.service import Account, ProviderSandbox
from bot.sandbox.tasks import Pace

KEY = "key-of-the-operator"
WISH = Submission(Request(Operation.IMAGE, prompt="a red fox", ratio="16:9", count=4))


P_co = TypeVar("P_co", bound=Provider, covariant=True)
S_co = TypeVar("S_co", bound=ProviderSandbox, covariant=True)


@dataclasses.dataclass(frozen=True)
class Stand(Generic[P_co]):
    """A provider, something it can be asked for, and what that comes to."""

    provider: P_co
    wish: Submission
    finish: Callable[[TaskId], None]
    made: Callable[[TaskId], list[bytes]]
    """The files of a task that exist by now, in its order."""


@dataclasses.dataclass(frozen=True)
class Pair(Stand[P_co], Generic[P_co, S_co]):
    """With the sandbox it talks to, and how to build another client of the same kind."""

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


def connect_doodle(key: str, origin: str) -> Provider:
    return connect_documented(key, origin, Network(reads=impatient()))


def apiframe_pair(
    folder: Path,
) -> AbstractAsyncContextManager[Pair[Apiframe, ApiframeSandbox]]:
    return _paired(ApiframeSandbox, connect_apiframe, folder, Paths("/imagine", _fetch_path))


def flow_pair(folder: Path) -> AbstractAsyncContextManager[Pair[Flow, FlowSandbox]]:
    return _paired(FlowSandbox, connect_flow, folder, Paths("/text-to-image", _own_path))


def doodle_pair(folder: Path) -> AbstractAsyncContextManager[Pair[Provider, DoodleSandbox]]:
    """The example of docs/adding-a-provider.md."""
    single = Submission(Request(Operation.IMAGE, prompt="a red fox"))
    return _paired(DoodleSandbox, connect_doodle, folder, Paths("/drawings", _own_path), single)


@contextlib.asynccontextmanager
async def local_stand(folder: Path) -> AsyncIterator[Stand[Local]]:
    """This machine, with a picture to be enlarged."""
    (folder / "small.png").write_bytes(samples.picture(640, 360))
    enlarge = Request(Operation.ENLARGE, hd="2k", references=("small.png",))

    def made(_: TaskId) -> list[bytes]:
        buffer = io.BytesIO()
        media.enlarge(folder / "small.png", buffer, 2048)
        return [buffer.getvalue()]

    provider = Local(folder)
    yield Stand(provider, Submission(enlarge, references=("small.png",)), lambda _: None, made)


@dataclasses.dataclass(frozen=True)
class Paths:
    """How the paths of an order and of a read end."""

    submit: str
    read: Callable[[TaskId], str]


def _fetch_path(_: TaskId) -> str:
    return "/fetch"


def _own_path(task_id: TaskId) -> str:
    return task_id


@contextlib.asynccontextmanager
async def _paired(
    build: Callable[[Account], S_co],
    connect: Callable[[str, str], P_co],
    folder: Path,
    paths: Paths,
    wish: Submission = WISH,
) -> AsyncIterator[Pair[P_co, S_co]]:
    listener, clock = listening(), Clock()
    pace = Pace(image_s=100, image_spread_s=0)
    sandbox = build(Account(KEY, pace, origin_of(listener), folder, clock))

    def made(task_id: TaskId) -> list[bytes]:
        return [path.read_bytes() for path in sorted((folder / task_id).glob("[0-9].*"))]

    async with (
        served(sandbox.app, listener) as origin,
        contextlib.aclosing(connect(KEY, origin)) as provider,
    ):
        yield Pair(
            provider=provider,
            wish=wish,
            finish=sandbox.finish_now,
            made=made,
            sandbox=sandbox,
            clock=clock,
            media_dir=folder,
            origin=origin,
            submit_path=paths.submit,
            read_path=paths.read,
            connect=connect,
        )


async def finished(stand: Stand[Provider]) -> tuple[TaskId, Succeeded]:
    """The wish, ordered and done."""
    task_id = await stand.provider.submit(stand.wish)
    stand.finish(task_id)
    snapshot = (await stand.provider.poll([task_id]))[task_id]
    assert isinstance(snapshot, Succeeded)
    return task_id, snapshot


async def download(provider: Provider, task_id: TaskId, snapshot: Succeeded) -> list[bytes]:
    return [await fetch(provider, task_id, asset) for asset in snapshot.assets]


async def fetch(provider: Provider, task_id: TaskId, asset: RemoteAsset) -> bytes:
    async with provider.open(task_id, asset) as chunks:
        return b"".join([chunk async for chunk in chunks])
