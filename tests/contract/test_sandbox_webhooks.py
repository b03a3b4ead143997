"""The Apiframe emulator calls whoever ordered, as docs/providers.md, part 1, has it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from clock import Clock
from serving import closed_origin, listening, served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telling import until

from bot.sandbox.apiframe import ApiframeSandbox
from bot.sandbox.service import Account
from bot.sandbox.tasks import Pace

SECRET = "ours and theirs"


@dataclass
class Doorbell:
    """Somebody's web server, and what was said to it."""

    origin: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    async def ring(self, request: Request) -> Response:
        self.heard.append(json.loads(await request.body()))
        self.secrets.append(request.headers.get("x-webhook-secret"))
        self.paths.append(str(request.url.path))
        return Response(status_code=204)

    @property
    def percentages(self) -> list[str]:
        """What each call said; a result says it without a number."""
        return [said.get("percentage", "done") for said in self.heard]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock, tmp_path: Path) -> AsyncIterator[ApiframeSandbox]:
    pace = Pace(image_s=100, image_spread_s=0, upscale_s=10)
    account = Account("a key", pace, "http://mj.test", tmp_path, clock)
    async with contextlib.aclosing(ApiframeSandbox(account)) as sandbox:
        yield sandbox


@pytest.fixture
async def client(sandbox: ApiframeSandbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(sandbox.app)
    headers = {"Authorization": "a key"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://mj.test", headers=headers
    ) as client:
        yield client


@pytest.fixture
async def bell() -> AsyncIterator[Doorbell]:
    bell = Doorbell()
    app = Starlette(routes=[Route("/hooks/{name}", bell.ring, methods=["POST"])])
    async with served(app, listening()) as bell.origin:
        yield bell


async def order(client: httpx.AsyncClient, url: str, **more: str) -> str:
    """The task of a picture whose maker is to call there."""
    body = {"prompt": "a lake", "webhook_url": url, "webhook_secret": SECRET, **more}
    return str((await client.post("/pro/imagine", json=body)).json()["task_id"])


async def fetch(client: httpx.AsyncClient, task_id: str) -> Any:
    return (await client.post("/fetch", json={"task_id": task_id})).json()


async def grown(look: Callable[[], Sized], length: int) -> None:
    await until(lambda: len(look()) >= length)


async def test_progress_and_the_end_are_told_in_the_words_of_fetch_with_the_secret(
    client: httpx.AsyncClient, bell: Doorbell, clock: Clock
) -> None:
    task_id = await order(client, f"{bell.origin}/hooks/one")
    for told, percent in enumerate((30, 60, 80, 101), start=1):
        clock.now = 1000 + percent
        await grown(lambda: bell.heard, told)

    assert ["30", "60", "80", "done"] == bell.percentages
    assert [SECRET] * 4 == bell.secrets
    assert ["/hooks/one"] * 4 == bell.paths
    assert await fetch(client, task_id) == bell.heard[-1]


async def test_a_task_that_fails_tells_why(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell
) -> None:
    task_id = await order(client, f"{bell.origin}/hooks/one")
    sandbox.fail_task(task_id, "the moderator frowned")
    await until(lambda: bell.heard)
    assert [("failed", "the moderator frowned")] == [
        (said["status"], said["error"]) for said in bell.heard
    ]


async def test_a_task_that_is_finished_by_hand_tells_it_once(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell
) -> None:
    first = await order(client, f"{bell.origin}/hooks/one")
    sandbox.finish_now(first)
    await until(lambda: bell.heard)
    second = await order(client, f"{bell.origin}/hooks/two")
    sandbox.finish_now(second)
    await until(lambda: len(bell.heard) > 1)
    assert ["/hooks/one", "/hooks/two"] == bell.paths


async def test_turning_up_the_speed_brings_the_call_nearer(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell, clock: Clock
) -> None:
    await order(client, f"{bell.origin}/hooks/one")
    sandbox.pace.speed = 10
    clock.now += 10.1
    await until(lambda: bell.heard)
    assert ["done"] == bell.percentages


async def test_a_provider_that_never_finishes_never_tells_of_an_end(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell, clock: Clock
) -> None:
    stuck = await order(client, f"{bell.origin}/hooks/one")
    sandbox.never_finish()
    clock.now += 1000
    await until(lambda: bell.heard)
    sandbox.finish_now(stuck)
    await until(lambda: len(bell.heard) > 1)
    assert ["99", "done"] == bell.percentages


async def test_a_call_can_come_before_the_submit_is_answered(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell
) -> None:
    held = sandbox.hold_next("/imagine", when="after")
    async with asyncio.TaskGroup() as group:
        ordered = group.create_task(order(client, f"{bell.origin}/hooks/one"))
        await held.arrived()
        [task_id] = sandbox.tasks
        sandbox.finish_now(task_id)
        await until(lambda: bell.heard)
        assert not ordered.done()
        held.release()
    assert [ordered.result()] == [said["task_id"] for said in bell.heard]


async def test_calls_that_are_held_leave_when_released(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell, clock: Clock
) -> None:
    sandbox.webhooks.hold()
    await order(client, f"{bell.origin}/hooks/one")
    for waiting, percent in enumerate((30, 60, 101), start=1):
        clock.now = 1000 + percent
        await grown(lambda: sandbox.webhooks.waiting, waiting)
    assert [] == bell.heard

    sandbox.webhooks.release()
    await until(lambda: len(bell.heard) == 3)
    assert ["30", "60", "done"] == bell.percentages
    assert [] == sandbox.webhooks.waiting


async def test_calls_can_come_in_the_opposite_order(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell, clock: Clock
) -> None:
    sandbox.webhooks.hold()
    await order(client, f"{bell.origin}/hooks/one")
    clock.now += 30
    await until(lambda: sandbox.webhooks.waiting)
    clock.now += 80
    await until(lambda: len(sandbox.webhooks.waiting) > 1)

    sandbox.webhooks.release_last_first()
    await until(lambda: len(bell.heard) == 2)
    assert ["done", "30"] == bell.percentages


async def test_each_call_can_come_twice(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell
) -> None:
    sandbox.webhooks.send_twice()
    sandbox.finish_now(await order(client, f"{bell.origin}/hooks/one"))
    await until(lambda: len(bell.heard) == 2)
    assert bell.heard[0] == bell.heard[1]


async def test_calls_get_lost_until_the_way_is_free_again(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell, clock: Clock
) -> None:
    sandbox.webhooks.drop()
    lost = await order(client, f"{bell.origin}/hooks/lost")
    sandbox.finish_now(lost)
    await until(lambda: not sandbox.webhooks.has_to_tell)
    sandbox.webhooks.release()
    sandbox.finish_now(await order(client, f"{bell.origin}/hooks/heard"))
    await until(lambda: bell.heard)
    assert ["/hooks/heard"] == bell.paths


async def test_what_was_sent_can_be_inspected_and_nobody_at_the_door_is_no_answer(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell
) -> None:
    urls = (f"{closed_origin()}/hooks/one", f"{bell.origin}/elsewhere", f"{bell.origin}/hooks/x")
    for sent, url in enumerate(urls, start=1):
        sandbox.finish_now(await order(client, url))
        await grown(lambda: sandbox.webhooks.sent, sent)
    assert [None, 404, 204] == [call.status for call in sandbox.webhooks.sent]
    assert [1000.0] * 3 == [call.at for call in sandbox.webhooks.sent]
    assert list(sandbox.tasks) == [call.task_id for call in sandbox.webhooks.sent]


async def test_without_a_secret_none_is_sent(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell
) -> None:
    body = {"prompt": "a lake", "webhook_url": f"{bell.origin}/hooks/one"}
    task_id = (await client.post("/pro/imagine", json=body)).json()["task_id"]
    sandbox.finish_now(task_id)
    await until(lambda: bell.heard)
    assert [None] == bell.secrets


@pytest.mark.parametrize(
    "url", ["https://bot.test/w", "http://10.0.0.1/w", "ftp://127.0.0.1/w", "http://[", "w"]
)
async def test_nothing_is_sent_beyond_this_machine(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, url: str
) -> None:
    await order(client, url)
    assert not sandbox.webhooks.has_to_tell


async def test_nothing_runs_while_no_task_has_a_webhook(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, bell: Doorbell
) -> None:
    before = asyncio.all_tasks()
    await client.post("/pro/imagine", json={"prompt": "a lake"})
    assert before == asyncio.all_tasks()
    sandbox.finish_now(await order(client, f"{bell.origin}/hooks/one"))
    await until(lambda: sandbox.webhooks.sent)
    await until(lambda: not [task for task in asyncio.all_tasks() if task not in before])


async def test_closing_breaks_off_a_call_under_way(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox
) -> None:
    arrived, left = asyncio.Event(), asyncio.Event()

    async def dawdle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    async with await asyncio.start_server(dawdle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        sandbox.finish_now(await order(client, f"http://127.0.0.1:{port}/hooks/one"))
        await arrived.wait()
        await sandbox.aclose()
        await left.wait()
    assert [] == sandbox.webhooks.sent
