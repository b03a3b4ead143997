"""What is particular to Flow: its routes, its daily limit, files by index, the account."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from provider_pairs import KEY, WISH, Pair, fetch, flow_pair

from bot.errors import AccountUnusable, NotReady, NotSent, Rejected, Unreachable
from bot.model import AssetKind, Operation, Request, TaskId
from bot.providers.flow import Flow
from bot.providers.port import RemoteAsset, Submission, Succeeded
from bot.sandbox.flow import FlowSandbox

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


async def test_the_account_tells_all_that_three_calls_tell(
    sandbox: FlowSandbox, flow: Flow
) -> None:
    for _ in range(2):
        sandbox.finish_now(await flow.submit(WISH))
    await flow.submit(WISH)

    report = await flow.account()

    assert ("monthly", 4988.0, 12, 3000, 3) == (
        report.plan,
        report.credits_left,
        report.used_today,
        report.daily_limit,
        report.lanes,
    )
    assert (12, 3, 8) == (report.outputs_made, report.listed_tasks, report.library_items)
    assert report.expires_at is not None


@pytest.mark.parametrize(
    ("broken", "left_out"),
    [("usage", "credits_left"), ("my-jobs", "listed_tasks"), ("my-library", "library_items")],
)
@pytest.mark.parametrize(("status", "body"), [(404, b""), (500, b""), (200, b'{"x": 1}')])
async def test_a_part_of_the_account_that_fails_is_left_out(
    sandbox: FlowSandbox, flow: Flow, broken: str, left_out: str, status: int, body: bytes
) -> None:
    sandbox.fail_next(f"/{broken}", status=status, body=body, times=3)

    report = dataclasses.asdict(await flow.account())

    parts = {"credits_left", "listed_tasks", "library_items"}
    assert {left_out} == {part for part in parts if report[part] is None}


@pytest.mark.parametrize(
    ("status", "error"), [(403, AccountUnusable), (402, AccountUnusable), (500, Unreachable)]
)
async def test_an_account_that_tells_nothing_at_all_says_why(
    sandbox: FlowSandbox, flow: Flow, status: int, error: type[Exception]
) -> None:
    for path in ("/usage", "/my-jobs", "/my-library"):
        sandbox.fail_next(path, status=status, times=3)
    with pytest.raises(error):
        await flow.account()


async def test_a_key_refused_in_one_part_of_the_account_is_refused(
    sandbox: FlowSandbox, flow: Flow
) -> None:
    sandbox.fail_next("/my-library", status=403)
    with pytest.raises(AccountUnusable):
        await flow.account()


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


async def test_larger_pictures_are_offered_only_where_the_operator_wants() -> None:
    with_hd = Flow(key=KEY, base_url="https://flow.example/public/api/v1", offers_hd=True)
    without = Flow(key=KEY, base_url="https://flow.example/public/api/v1", offers_hd=False)
    offers = [flow.capabilities.operations[Operation.IMAGE].hd for flow in (with_hd, without)]
    await with_hd.aclose()
    await without.aclose()

    assert [("2k", "4k"), ()] == offers


async def test_the_operator_says_how_many_pictures_a_video_takes() -> None:
    flow = Flow(key=KEY, base_url="https://flow.example/v1", offers_hd=True, video_references=5)
    await flow.aclose()

    assert 5 == flow.capabilities.operations[Operation.REFERENCE_VIDEO].max_references
    assert 30 == len(flow.capabilities.operations[Operation.REFERENCE_VIDEO].voices)
