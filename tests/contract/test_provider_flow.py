"""What is particular to Flow: its routes, its daily limit, files by index, the list of jobs."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import samples
from provider_pairs import KEY, WISH, Pair, fetch, flow_pair
from serving import closed_origin

from bot.errors import (
    AccountUnusable,
    NotReady,
    NotSent,
    OutcomeUnknown,
    Rejected,
    Unreachable,
)
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


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "picture.png"
    file.write_bytes(samples.picture(64, 64))
    return file


UPLOADED = "what the upload answers"
"""Stands for the handle, in what is ordered and in what is sent."""


@pytest.mark.parametrize(
    ("request_", "path", "body"),
    [
        (
            Request(Operation.REFERENCE_IMAGE, prompt="on a beach", ratio="9:16", hd="2k"),
            "reference-to-image",
            {
                "prompts": ["on a beach"],
                "reference_images": [UPLOADED, UPLOADED],
                "aspect_ratio": "9:16",
                "upscale_quality": "2K",
            },
        ),
        (
            Request(Operation.REFERENCE_VIDEO, prompt="they meet", ratio="1:1", voice="kore"),
            "multi-ref-video",
            {
                "items": [{"image_paths": [UPLOADED, UPLOADED], "prompt": "they meet"}],
                "voice": "kore",
                "aspect_ratio": "1:1",
            },
        ),
        (
            Request(Operation.REFERENCE_VIDEO, prompt="they meet"),
            "multi-ref-video",
            {"items": [{"image_paths": [UPLOADED, UPLOADED], "prompt": "they meet"}]},
        ),
        (
            Request(Operation.IMAGE_VIDEO, prompt="it moves", ratio="16:9"),
            "image-to-video",
            {
                "items": [{"image_path": UPLOADED, "prompt": "it moves"}],
                "aspect_ratio": "16:9",
            },
        ),
    ],
    ids=["picture from pictures", "video with a voice", "video from pictures", "animated"],
)
async def test_pictures_handed_over_are_named_in_the_order(
    sandbox: FlowSandbox,
    flow: Flow,
    picture: Path,
    request_: Request,
    path: str,
    body: dict[str, Any],
) -> None:
    handle = await flow.upload(picture)
    count = 1 if request_.operation is Operation.IMAGE_VIDEO else 2
    task_id = await flow.submit(Submission(request_, references=(handle,) * count))

    assert [task_id] == list(sandbox.tasks)
    sent = json.loads(json.dumps(body).replace(UPLOADED, handle))
    assert (f"/public/api/v1/{path}", sent) == (sandbox.calls[-1].path, sandbox.calls[-1].body)


async def test_a_video_begins_with_one_picture_only(sandbox: FlowSandbox, flow: Flow) -> None:
    wish = Submission(Request(Operation.IMAGE_VIDEO, prompt="x"), references=("a", "b"))
    with pytest.raises(Rejected):
        await flow.submit(wish)

    assert [] == sandbox.calls


async def test_an_uploaded_picture_arrives_as_it_is(
    pair: Pair[Flow, FlowSandbox], flow: Flow, picture: Path
) -> None:
    handle = await flow.upload(picture)

    assert picture.read_bytes() == (pair.media_dir / handle).read_bytes()
    [call] = pair.sandbox.calls
    assert ("POST", KEY) == (call.method, call.headers["X-API-Key"])
    assert call.headers["Content-Type"].startswith("multipart/form-data")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, b'{"detail": "no picture"}', Rejected),
        (413, b"<html>too large</html>", Rejected),
        (200, b'{"error": "no picture"}', Rejected),
        (402, b"", AccountUnusable),
        (403, b"", AccountUnusable),
        (429, b"", NotSent),
        (500, b"", NotSent),
        (504, b"<html>gateway</html>", NotSent),
        (302, b"", NotSent),
        (200, b"", NotSent),
        (200, b"<html>log in</html>", NotSent),
        (200, b'{"path": null}', NotSent),
        (200, b'{"path": {}}', NotSent),
    ],
)
async def test_an_upload_orders_nothing_so_what_is_unclear_may_be_sent_again(
    sandbox: FlowSandbox,
    flow: Flow,
    picture: Path,
    status: int,
    body: bytes,
    error: type[Exception],
) -> None:
    sandbox.fail_next("/upload-image", status=status, body=body)
    with pytest.raises(error):
        await flow.upload(picture)

    assert await flow.upload(picture)


async def test_an_upload_whose_answer_is_lost_may_be_sent_again(
    sandbox: FlowSandbox, flow: Flow, picture: Path
) -> None:
    sandbox.lose_answer_of_next("/upload-image")
    with pytest.raises(NotSent):
        await flow.upload(picture)


async def test_an_upload_tells_the_daily_limit_from_busy_lanes(
    sandbox: FlowSandbox, flow: Flow, picture: Path
) -> None:
    sandbox.fail_next("/upload-image", status=429, headers={"Retry-After": "5"})
    with pytest.raises(NotSent) as busy:
        await flow.upload(picture)
    sandbox.fail_next("/upload-image", status=429)
    with pytest.raises(NotSent) as used_up:
        await flow.upload(picture)

    assert (False, True) == (busy.value.is_daily_limit, used_up.value.is_daily_limit)


async def test_nobody_listening_takes_no_upload(
    pair: Pair[Flow, FlowSandbox], picture: Path
) -> None:
    nobody = pair.connect(KEY, closed_origin())
    async with contextlib.aclosing(nobody):
        with pytest.raises(NotSent):
            await nobody.upload(picture)


@pytest.mark.parametrize("operation", [Operation.IMAGE_VIDEO, Operation.REFERENCE_VIDEO])
async def test_a_video_from_a_picture_is_fetched_as_one(
    sandbox: FlowSandbox, flow: Flow, picture: Path, operation: Operation
) -> None:
    handle = await flow.upload(picture)
    task_id = await flow.submit(Submission(Request(operation, prompt="x"), references=(handle,)))
    sandbox.finish_now(task_id)

    film = RemoteAsset(AssetKind.VIDEO, 0)
    assert {task_id: Succeeded((film,))} == await flow.poll([task_id])


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


@pytest.mark.parametrize(
    ("operation", "entry"),
    [
        (Operation.REFERENCE_IMAGE, {"prompt": "a red fox", "kind": "reference-to-image"}),
        (Operation.REFERENCE_IMAGE, {"prompts": ["a red fox"], "type": "R2I"}),
        (Operation.IMAGE_VIDEO, {"items": [{"prompt": "a red fox"}], "kind": "image_to_video"}),
        (
            Operation.REFERENCE_VIDEO,
            {"items": [{"prompt": "a red fox"}], "mode": "multi-ref-video"},
        ),
        (Operation.REFERENCE_VIDEO, {"prompt": "a red fox", "type": "video"}),
        (Operation.VIDEO, {"prompt": "a red fox"}),
    ],
)
async def test_a_lost_order_of_every_kind_is_found(
    sandbox: FlowSandbox, flow: Flow, operation: Operation, entry: dict[str, Any]
) -> None:
    listing = [{"job_id": "gw-7", "created_at": "2026-01-02T12:00:05Z", **entry}]
    sandbox.fail_next("/my-jobs", status=200, body=json.dumps(listing).encode())
    wish = Submission(Request(operation, prompt="a red fox"), references=("p",))

    found = await flow.find_submitted(wish, since=SINCE, claimed=frozenset())

    assert TaskId("gw-7") == found


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (Operation.IMAGE, "reference-to-image"),
        (Operation.REFERENCE_IMAGE, "text-to-image"),
        (Operation.VIDEO, "image-to-video"),
        (Operation.IMAGE_VIDEO, "multi-ref-video"),
        (Operation.REFERENCE_VIDEO, "t2v"),
        (Operation.IMAGE_VIDEO, "image"),
    ],
)
async def test_the_same_words_for_another_kind_are_not_the_lost_order(
    sandbox: FlowSandbox, flow: Flow, operation: Operation, kind: str
) -> None:
    body = json.dumps([listed(kind=kind)]).encode()
    sandbox.fail_next("/my-jobs", status=200, body=body)
    wish = Submission(Request(operation, prompt="a red fox"))

    assert await flow.find_submitted(wish, since=SINCE, claimed=frozenset()) is None


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


async def test_the_operator_says_how_many_pictures_a_video_takes() -> None:
    flow = Flow(key=KEY, base_url="https://flow.example/v1", offers_hd=True, video_references=5)
    await flow.aclose()

    assert 5 == flow.capabilities.operations[Operation.REFERENCE_VIDEO].max_references
    assert 30 == len(flow.capabilities.operations[Operation.REFERENCE_VIDEO].voices)
