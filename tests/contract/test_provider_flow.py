"""What is particular to Flow: its routes, its daily limit, files by index, the list of jobs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from provider_servers import KEY, PICTURE, FlowServer, serve
from provider_worlds import WISH, connect_flow, fetch

from bot.errors import NotReady, NotSent, Rejected
from bot.model import AssetKind, Operation, Request, TaskId
from bot.providers.flow import Flow
from bot.providers.port import RemoteAsset, Submission, Succeeded

SINCE = 1_767_355_200_000  # 2026-01-02 12:00 UTC
PICTURE_0 = RemoteAsset(AssetKind.IMAGE, 0)


@pytest.fixture
def server() -> FlowServer:
    return FlowServer()


@pytest.fixture
async def flow(server: FlowServer) -> AsyncIterator[Flow]:
    async with (
        serve(server.app) as origin,
        contextlib.aclosing(connect_flow(KEY, origin)) as flow,
    ):
        yield flow


@pytest.mark.parametrize(
    ("request_", "path", "body"),
    [
        (
            Request(Operation.IMAGE, prompt="a fox", ratio="4:3", count=2, hd="4k"),
            "text-to-image",
            {
                "prompts": ["a fox"],
                "aspect_ratio": "4:3",
                "num_images": 2,
                "upscale_quality": "4K",
            },
        ),
        (
            Request(Operation.IMAGE, prompt="a fox"),
            "text-to-image",
            {"prompts": ["a fox"], "num_images": 1},
        ),
        (
            Request(Operation.VIDEO, prompt="a fox runs", ratio="9:16", length_s=10),
            "text-to-video",
            {"prompts": ["a fox runs"], "aspect_ratio": "9:16", "video_length_seconds": 10},
        ),
        (
            Request(Operation.VIDEO, prompt="a fox runs"),
            "text-to-video",
            {"prompts": ["a fox runs"]},
        ),
    ],
    ids=["picture", "picture by default", "video", "video by default"],
)
async def test_a_wish_is_ordered_in_flows_words(
    server: FlowServer, flow: Flow, request_: Request, path: str, body: dict[str, Any]
) -> None:
    task_id = await flow.submit(Submission(request_))

    assert TaskId("gw-1") == task_id
    assert [(f"/public/api/v1/{path}", body)] == [(call.path, call.body) for call in server.calls]


@pytest.mark.parametrize("operation", [Operation.VARIATION, Operation.UPSCALE])
async def test_what_cannot_be_ordered_is_refused_before_it_is_sent(
    server: FlowServer, flow: Flow, operation: Operation
) -> None:
    with pytest.raises(Rejected):
        await flow.submit(Submission(Request(operation)))

    assert [] == server.calls


@pytest.mark.parametrize(
    ("headers", "limit"),
    [({}, "daily"), ({"Retry-After": "30000"}, "daily"), ({"Retry-After": "5"}, "lanes")],
)
async def test_the_daily_limit_is_told_from_busy_lanes(
    server: FlowServer, flow: Flow, headers: dict[str, str], limit: str
) -> None:
    server.fail_next("/text-to-image", status=429, headers=headers)
    with pytest.raises(NotSent) as refusal:
        await flow.submit(WISH)

    assert limit == ("daily" if refusal.value.is_daily_limit else "lanes")


async def test_a_video_is_fetched_as_one(server: FlowServer, flow: Flow) -> None:
    task_id = await flow.submit(Submission(Request(Operation.VIDEO, prompt="x", length_s=6)))
    server.finish_now(task_id)
    snapshot = (await flow.poll([task_id]))[task_id]

    assert Succeeded((RemoteAsset(AssetKind.VIDEO, 0),)) == snapshot
    assert PICTURE == await fetch(flow, task_id, RemoteAsset(AssetKind.VIDEO, 0))
    assert [KEY] * 3 == [call.key for call in server.calls]


@pytest.mark.parametrize(
    ("status", "body"), [(404, b'{"detail": "not finished"}'), (200, b""), (200, b"x" * 100)]
)
async def test_a_file_announced_before_it_is_there_is_not_ready(
    server: FlowServer, flow: Flow, status: int, body: bytes
) -> None:
    task_id = await flow.submit(WISH)
    server.finish_now(task_id)
    server.fail_next("/image", status=status, body=body)
    with pytest.raises(NotReady):
        await fetch(flow, task_id, PICTURE_0)

    assert PICTURE == await fetch(flow, task_id, PICTURE_0)


async def test_a_file_that_is_gone_is_not_waited_for(server: FlowServer, flow: Flow) -> None:
    task_id = await flow.submit(WISH)
    server.fail_next("/image", status=410)
    with pytest.raises(Rejected):
        await fetch(flow, task_id, PICTURE_0)


async def test_a_handle_with_slashes_cannot_leave_its_route(server: FlowServer, flow: Flow) -> None:
    await flow.poll([TaskId("../my-jobs?x=")])

    assert ["/public/api/v1/jobs/..%2Fmy-jobs%3Fx%3D"] == [call.path for call in server.calls]


def listed(**fields: Any) -> dict[str, Any]:
    made = {"job_id": "gw-7", "prompt": "a red fox", "created_at": "2026-01-02T12:00:05Z"}
    return {**made, **fields}


@pytest.mark.parametrize(
    "listing",
    [
        [listed()],
        {"jobs": [listed(type="text-to-image")]},
        {"items": [listed(prompt=" a  red fox ")]},
        {"images": [listed(prompts=["a red fox"]) | {"id": 1}]},
        {"data": [listed(created_at=1_767_355_205)]},
        {"total": 2, "data": ["noise", listed(created_at="2026-01-02T11:59:59Z")]},
        [listed(job_id="gw-9", created_at="2026-01-02T12:00:09Z"), listed()],
    ],
)
async def test_a_lost_submit_is_found_in_the_list_of_jobs(
    server: FlowServer, flow: Flow, listing: Any
) -> None:
    server.listing = json.loads(json.dumps(listing))

    found = await flow.find_submitted(WISH, since=SINCE, claimed=frozenset())

    assert TaskId("gw-7") == found


@pytest.mark.parametrize(
    "listing",
    [
        [],
        {},
        {"jobs": {}},
        [listed(prompt="a blue fox")],
        [listed(type="text-to-video")],
        [listed(created_at="2026-01-02T11:00:00Z")],
        [listed(created_at=None)],
        [listed(job_id="gw-claimed")],
        [listed(job_id=None)],
    ],
)
async def test_what_is_not_surely_the_lost_submit_is_not_taken(
    server: FlowServer, flow: Flow, listing: Any
) -> None:
    server.listing = listing
    claimed = frozenset({TaskId("gw-claimed")})

    assert await flow.find_submitted(WISH, since=SINCE, claimed=claimed) is None


async def test_larger_pictures_are_offered_only_where_the_operator_wants() -> None:
    with_hd = Flow(key=KEY, base_url="https://flow.example/public/api/v1", offers_hd=True)
    without = Flow(key=KEY, base_url="https://flow.example/public/api/v1", offers_hd=False)
    offers = [flow.capabilities.operations[Operation.IMAGE].hd for flow in (with_hd, without)]
    await with_hd.aclose()
    await without.aclose()

    assert [("2k", "4k"), ()] == offers
