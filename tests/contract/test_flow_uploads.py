"""Pictures handed over to Flow: how they are sent, and how an order names them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import samples
from provider_pairs import KEY, Pair, flow_pair
from serving import closed_origin

from bot.errors import AccountUnusable, NotSent, Rejected
from bot.model import AssetKind, Operation, Request
from bot.providers.flow import Flow
from bot.providers.port import RemoteAsset, Submission, Succeeded
from bot.sandbox.flow import FlowSandbox


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
