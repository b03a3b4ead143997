"""What is particular to Apiframe: its routes, its prompt, its batches."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from provider_servers import KEY, ApiframeServer, serve
from provider_worlds import WISH, connect_apiframe

from bot.errors import BadAddress, Rejected
from bot.model import AssetKind, Operation, Request, TaskId
from bot.providers.apiframe import Apiframe
from bot.providers.port import Failed, RemoteAsset, Running, Submission, Succeeded


@pytest.fixture
def server() -> ApiframeServer:
    return ApiframeServer()


@pytest.fixture
async def apiframe(server: ApiframeServer) -> AsyncIterator[Apiframe]:
    async with serve(server.app) as origin:
        server.base_url = origin
        async with contextlib.aclosing(connect_apiframe(KEY, origin)) as apiframe:
            yield apiframe


PARENT = TaskId("task-0")


@pytest.mark.parametrize(
    ("submission", "path", "body"),
    [
        (
            Submission(Request(Operation.IMAGE, prompt="a fox", flags="--stylize 50", ratio="3:2")),
            "/pro/imagine",
            {"prompt": "a fox --stylize 50 --ar 3:2"},
        ),
        (
            Submission(Request(Operation.IMAGE, prompt="a fox", mode="turbo")),
            "/pro/imagine",
            {"prompt": "a fox", "mode": "turbo"},
        ),
        (
            Submission(Request(Operation.VARIATION, tile=3, strength="subtle"), PARENT),
            "/pro/vary",
            {"parent_task_id": "task-0", "index": "3", "type": "subtle"},
        ),
        (
            Submission(Request(Operation.VARIATION, tile=4), PARENT),
            "/pro/vary",
            {"parent_task_id": "task-0", "index": "4", "type": "strong"},
        ),
        (
            Submission(Request(Operation.UPSCALE, tile=1, strength="creative"), PARENT),
            "/pro/upscale",
            {"parent_task_id": "task-0", "index": "1", "type": "creative"},
        ),
        (
            Submission(Request(Operation.UPSCALE), PARENT, "https://bot.example/w", "whsec"),
            "/pro/upscale",
            {
                "parent_task_id": "task-0",
                "index": "1",
                "type": "subtle",
                "webhook_url": "https://bot.example/w",
                "webhook_secret": "whsec",
            },
        ),
    ],
    ids=["flags", "mode", "vary", "vary by default", "upscale", "webhook"],
)
async def test_a_wish_is_ordered_in_apiframes_words(
    server: ApiframeServer,
    apiframe: Apiframe,
    submission: Submission,
    path: str,
    body: dict[str, Any],
) -> None:
    await apiframe.submit(submission)

    assert [(path, body)] == [(call.path, call.body) for call in server.calls]


async def test_the_key_goes_bare(server: ApiframeServer, apiframe: Apiframe) -> None:
    await apiframe.submit(WISH)

    assert [KEY] == [call.key for call in server.calls]


@pytest.mark.parametrize("operation", [Operation.VIDEO, Operation.VARIATION, Operation.UPSCALE])
async def test_what_cannot_be_ordered_is_refused_before_it_is_sent(
    server: ApiframeServer, apiframe: Apiframe, operation: Operation
) -> None:
    with pytest.raises(Rejected):
        await apiframe.submit(Submission(Request(operation)))

    assert [] == server.calls


async def test_several_tasks_are_read_at_once_and_told_apart_by_handle(
    server: ApiframeServer, apiframe: Apiframe
) -> None:
    running, failed, done = [await apiframe.submit(WISH) for _ in range(3)]
    server.calls.clear()
    server.fail_task(failed, "banned")
    server.finish_now(done)
    snapshots = await apiframe.poll([running, failed, done])

    assert ["/fetch-many"] == [call.path for call in server.calls]
    assert (Running(40), Failed("banned")) == (snapshots[running], snapshots[failed])
    assert isinstance(snapshots[done], Succeeded)


async def test_a_refused_batch_is_read_one_by_one(
    server: ApiframeServer, apiframe: Apiframe
) -> None:
    first, second = [await apiframe.submit(WISH) for _ in range(2)]
    server.fail_next("/fetch-many", status=400, body=b'{"errors": [{"msg": "no batch"}]}')

    assert {first: Running(40), second: Running(40)} == await apiframe.poll([first, second])


async def test_one_task_that_cannot_be_read_does_not_hide_the_others(
    server: ApiframeServer, apiframe: Apiframe
) -> None:
    task_id = await apiframe.submit(WISH)

    assert {task_id: Running(40)} == await apiframe.poll([TaskId("forgotten"), task_id])


async def test_an_answer_about_another_task_is_not_believed(
    server: ApiframeServer, apiframe: Apiframe
) -> None:
    task_id = await apiframe.submit(WISH)
    body = b'{"task_id": "other", "image_url": "https://cdn.example.com/x.png"}'
    server.fail_next("/fetch", status=200, body=body)

    assert {} == await apiframe.poll([task_id])


async def test_pictures_are_fetched_without_the_key(
    server: ApiframeServer, apiframe: Apiframe
) -> None:
    task_id = await apiframe.submit(WISH)
    asset = RemoteAsset(AssetKind.IMAGE, 0, f"{server.base_url}/media/{task_id}-0.png")
    async with apiframe.open(task_id, asset) as chunks:
        [_ async for _ in chunks]

    assert [KEY, None] == [call.key for call in server.calls]


async def test_a_file_without_an_address_cannot_be_fetched(apiframe: Apiframe) -> None:
    with pytest.raises(BadAddress):
        async with apiframe.open(TaskId("t"), RemoteAsset(AssetKind.IMAGE, 0)):
            pass


async def test_a_lost_submit_cannot_be_looked_up(apiframe: Apiframe) -> None:
    assert await apiframe.find_submitted(WISH, since=0, claimed=frozenset()) is None
