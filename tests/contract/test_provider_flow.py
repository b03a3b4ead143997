"""What is particular to Flow: its routes, its daily limit, files by index, the list of jobs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from provider_pairs import KEY, WISH, Pair, fetch, flow_pair

from bot.errors import NotReady, NotSent, OutcomeUnknown, Rejected
from bot.model import AssetKind, Operation, Request, TaskId
from bot.providers.flow import Flow
from bot.providers.port import RemoteAsset, Submission, Succeeded
from bot.sandbox.flow import FlowSandbox

SINCE = 1_767_355_200_000  # 2026-01-02 12:00 UTC
PICTURE_0 = RemoteAsset(AssetKind.IMAGE, 0)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair[Flow, FlowSandbox]]:
    async with flow_pair(tmp_path) as pair:
        yield pair


@pytest.fixture
def sandbox(pair: Pair[Flow, FlowSandbox]) -> FlowSandbox:
    return pair.sandbox


@pytest.fixture
def flow(pair: Pair[Flow, FlowSandbox]) -> Flow:
    return pair.provider


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
    sandbox: FlowSandbox, flow: Flow, request_: Request, path: str, body: dict[str, Any]
) -> None:
    task_id = await flow.submit(Submission(request_))

    assert [task_id] == list(sandbox.tasks)
    assert [(f"/public/api/v1/{path}", body)] == [(call.path, call.body) for call in sandbox.calls]


@pytest.mark.parametrize("operation", [Operation.VARIATION, Operation.UPSCALE])
async def test_what_cannot_be_ordered_is_refused_before_it_is_sent(
    sandbox: FlowSandbox, flow: Flow, operation: Operation
) -> None:
    with pytest.raises(Rejected):
        await flow.submit(Submission(Request(operation)))

    assert [] == sandbox.calls


@pytest.mark.parametrize(
    ("headers", "limit"),
    [({}, "daily"), ({"Retry-After": "30000"}, "daily"), ({"Retry-After": "5"}, "lanes")],
)
async def test_the_daily_limit_is_told_from_busy_lanes(
    sandbox: FlowSandbox, flow: Flow, headers: dict[str, str], limit: str
) -> None:
    sandbox.fail_next("/text-to-image", status=429, headers=headers)
    with pytest.raises(NotSent) as refusal:
        await flow.submit(WISH)

    assert limit == ("daily" if refusal.value.is_daily_limit else "lanes")


async def test_a_handle_may_come_in_a_list(sandbox: FlowSandbox, flow: Flow) -> None:
    sandbox.fail_next("/text-to-video", status=200, body=b'{"job_ids": ["gw-1"]}')
    wish = Submission(Request(Operation.VIDEO, prompt="a fox runs"))

    assert TaskId("gw-1") == await flow.submit(wish)


async def test_a_video_is_fetched_as_one(
    pair: Pair[Flow, FlowSandbox], sandbox: FlowSandbox, flow: Flow
) -> None:
    task_id = await flow.submit(Submission(Request(Operation.VIDEO, prompt="x", length_s=6)))
    sandbox.finish_now(task_id)
    snapshot = (await flow.poll([task_id]))[task_id]

    assert Succeeded((RemoteAsset(AssetKind.VIDEO, 0),)) == snapshot
    film = await fetch(flow, task_id, RemoteAsset(AssetKind.VIDEO, 0))
    assert pair.made(task_id) == [film]
    assert [KEY] * 3 == [call.headers["X-API-Key"] for call in sandbox.calls]


@pytest.mark.parametrize(
    ("status", "body"), [(404, b'{"detail": "not finished"}'), (200, b""), (200, b"x" * 100)]
)
async def test_a_file_announced_before_it_is_there_is_not_ready(
    pair: Pair[Flow, FlowSandbox], sandbox: FlowSandbox, flow: Flow, status: int, body: bytes
) -> None:
    task_id = await flow.submit(WISH)
    sandbox.finish_now(task_id)
    sandbox.fail_next("/image", status=status, body=body)
    with pytest.raises(NotReady):
        await fetch(flow, task_id, PICTURE_0)

    picture = await fetch(flow, task_id, PICTURE_0)
    assert pair.made(task_id) == [picture]


async def test_a_file_that_is_gone_is_not_waited_for(sandbox: FlowSandbox, flow: Flow) -> None:
    task_id = await flow.submit(WISH)
    sandbox.fail_next("/image", status=410)
    with pytest.raises(Rejected):
        await fetch(flow, task_id, PICTURE_0)


async def test_a_handle_with_slashes_cannot_leave_its_route(
    sandbox: FlowSandbox, flow: Flow
) -> None:
    await flow.poll([TaskId("../my-jobs?x=")])

    assert ["/public/api/v1/jobs/..%2Fmy-jobs%3Fx%3D"] == [call.path for call in sandbox.calls]


async def test_a_submit_whose_answer_was_lost_is_found_by_its_wish(
    sandbox: FlowSandbox, flow: Flow
) -> None:
    sandbox.lose_answer_of_next("/text-to-image")
    with pytest.raises(OutcomeUnknown):
        await flow.submit(WISH)

    found = await flow.find_submitted(WISH, since=SINCE, claimed=frozenset())
    assert found is not None
    assert list(sandbox.tasks) == [found]
    again = await flow.find_submitted(WISH, since=SINCE, claimed=frozenset({found}))
    assert again is None


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
    sandbox: FlowSandbox, flow: Flow, listing: Any
) -> None:
    sandbox.fail_next("/my-jobs", status=200, body=json.dumps(listing).encode())

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
    sandbox: FlowSandbox, flow: Flow, listing: Any
) -> None:
    sandbox.fail_next("/my-jobs", status=200, body=json.dumps(listing).encode())
    claimed = frozenset({TaskId("gw-claimed")})

    assert await flow.find_submitted(WISH, since=SINCE, claimed=claimed) is None


async def test_larger_pictures_are_offered_only_where_the_operator_wants() -> None:
    with_hd = Flow(key=KEY, base_url="https://flow.example/public/api/v1", offers_hd=True)
    without = Flow(key=KEY, base_url="https://flow.example/public/api/v1", offers_hd=False)
    offers = [flow.capabilities.operations[Operation.IMAGE].hd for flow in (with_hd, without)]
    await with_hd.aclose()
    await without.aclose()

    assert [("2k", "4k"), ()] == offers
