"""The Flow AI emulator keeps to the contract of docs/providers.md, part 2."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from clock import Clock
from flow_customer import (
    API,
    KEY,
    customer_of,
    emulator,
    job,
    look_at,
    statuses,
    submit,
    upload,
    uploaded,
)
from samples import picture

from bot.sandbox.flow import FlowSandbox
from bot.sandbox.service import Account
from bot.sandbox.tasks import Pace


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock, tmp_path: Path) -> FlowSandbox:
    return emulator(tmp_path, clock)


@pytest.fixture
async def client(sandbox: FlowSandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with customer_of(sandbox) as client:
        yield client


async def test_a_wrong_or_missing_key_answers_403(client: httpx.AsyncClient) -> None:
    for headers in ({"X-API-Key": "another"}, {"X-API-Key": "", "Authorization": KEY}):
        for path in ("/usage", "/jobs/any", "/jobs/any/image"):
            answer = await client.get(path, headers=headers)
            assert (answer.status_code, list(answer.json())) == (403, ["detail"])


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text-to-image", {}),
        ("text-to-image", {"prompts": "a lake"}),
        ("text-to-image", {"prompts": [" "]}),
        ("text-to-image", {"prompts": ["a lake"], "num_images": 5}),
        ("text-to-image", {"prompts": ["a lake"], "num_images": "2"}),
        ("text-to-image", {"prompts": ["a lake"], "aspect_ratio": "21:9"}),
        ("text-to-image", {"prompts": ["a lake"], "upscale_quality": "8K"}),
        ("text-to-image", {"prompts": ["a lake"], "upscale_quality": ["2K"]}),
        ("reference-to-image", {"prompts": ["a lake"]}),
        ("reference-to-image", {"prompts": ["a lake"], "reference_images": ["uploads/none.png"]}),
        ("reference-to-image", {"prompts": ["a lake"], "reference_images": ["../secret"]}),
        ("text-to-video", {"prompts": ["a lake"], "video_length_seconds": 7}),
        ("text-to-video", {"prompts": ["a lake"], "aspect_ratio": "4:3"}),
        ("image-to-video", {"items": []}),
        ("image-to-video", {"items": [{"prompt": "a lake"}]}),
        ("multi-ref-video", {"items": [{"image_paths": [], "prompt": "a lake"}]}),
    ],
)
async def test_a_body_outside_the_contract_answers_400_with_a_detail(
    client: httpx.AsyncClient, sandbox: FlowSandbox, kind: str, body: dict[str, Any]
) -> None:
    answer = await client.post(f"/{kind}", json=body)
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])
    assert len(sandbox.tasks) == 0


async def test_reference_to_image_does_not_take_the_slide_ratio(
    client: httpx.AsyncClient,
) -> None:
    path = await uploaded(client)
    body = {"prompts": ["a lake"], "reference_images": [path], "aspect_ratio": "4:3"}
    assert (await client.post("/reference-to-image", json=body)).status_code == 400


async def test_a_job_is_queued_runs_and_completes(client: httpx.AsyncClient, clock: Clock) -> None:
    answer = await client.post("/text-to-image", json={"prompts": ["a lake"], "num_images": 2})
    assert answer.json()["status"] == "queued"
    job_id = answer.json()["job_id"]
    clock.now += 40
    running = await job(client, job_id)
    assert (running["status"], running["progress"], running["images"]) == ("running", 40, [])
    assert (await client.get(f"/jobs/{job_id}/image")).status_code == 404
    clock.now += 61
    done = await job(client, job_id)
    assert (done["status"], done["progress"], done["images_count"]) == ("completed", 100, 2)
    assert len(done["images"]) == 2


async def test_three_jobs_run_and_the_fourth_waits_for_a_lane(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    job_ids = [await submit(client, "text-to-image", prompts=["a lake"]) for _ in range(4)]
    assert await statuses(client, job_ids) == ["running"] * 3 + ["queued"]
    clock.now += 101
    assert await statuses(client, job_ids) == ["completed"] * 3 + ["running"]
    clock.now += 100
    assert await statuses(client, job_ids) == ["completed"] * 4


async def test_a_job_that_ends_early_gives_its_lane_to_the_next(
    client: httpx.AsyncClient, sandbox: FlowSandbox, clock: Clock
) -> None:
    job_ids = [await submit(client, "text-to-image", prompts=["a lake"]) for _ in range(5)]
    clock.now += 10
    sandbox.fail_task(job_ids[1], "unsafe")
    assert await statuses(client, job_ids) == ["running", "failed", "running", "running", "queued"]
    assert (await job(client, job_ids[1]))["error"] == "unsafe"
    clock.now += 91
    assert await statuses(client, job_ids) == [
        "completed",
        "failed",
        "completed",
        "running",
        "running",
    ]


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_an_upload_is_known_by_its_first_bytes(
    client: httpx.AsyncClient, file_format: str
) -> None:
    answer = await upload(client, picture(300, 200, file_format))
    assert (answer.status_code, list(answer.json())) == (200, ["path"])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        picture(300, 200, "GIF"),
        picture(300, 200)[:60],
        b"\xff\xd8\xff" + bytes(20 << 20),
    ],
    ids=["empty", "text", "gif", "broken", "over 20 MB"],
)
async def test_an_upload_that_is_no_small_jpg_png_or_webp_is_refused(
    client: httpx.AsyncClient, content: bytes
) -> None:
    answer = await upload(client, content)
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])


async def test_an_upload_of_exactly_20_mb_is_taken(client: httpx.AsyncClient) -> None:
    small = picture(300, 200, "JPEG")
    assert (await upload(client, small.ljust(20 << 20, b"\0"))).status_code == 200


async def test_an_account_may_have_more_lanes(tmp_path: Path) -> None:
    turbo = FlowSandbox(Account(KEY, Pace(), "http://flow.test", tmp_path), lanes=6)
    transport = httpx.ASGITransport(turbo.app)
    async with httpx.AsyncClient(
        transport=transport, base_url=f"http://flow.test{API}", headers={"X-API-Key": KEY}
    ) as client:
        job_ids = [await submit(client, "text-to-image", prompts=["a lake"]) for _ in range(7)]
        assert await statuses(client, job_ids) == ["running"] * 6 + ["queued"]
        assert 6 == (await client.get("/usage")).json()["max_concurrent_threads"]


async def test_a_film_takes_at_most_three_pictures(client: httpx.AsyncClient) -> None:
    paths = [await uploaded(client) for _ in range(4)]
    body = {"items": [{"image_paths": paths, "prompt": "they meet"}]}
    assert (await client.post("/multi-ref-video", json=body)).status_code == 400


async def test_an_unknown_voice_is_refused(client: httpx.AsyncClient) -> None:
    body = {"items": [{"image_paths": [await uploaded(client)], "prompt": "x"}], "voice": "Kore"}
    assert (await client.post("/multi-ref-video", json=body)).status_code == 400


async def test_several_video_prompts_are_several_jobs(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    answer = await client.post("/text-to-video", json={"prompts": ["a lake", "a hill"]})
    assert answer.json()["job_ids"] == list(sandbox.tasks)


async def test_my_jobs_finds_a_submit_whose_answer_was_lost(
    client: httpx.AsyncClient, sandbox: FlowSandbox, clock: Clock
) -> None:
    await submit(client, "text-to-image", prompts=["an older wish"])
    clock.now += 60
    sandbox.lose_answer_of_next("/text-to-image")
    with pytest.raises(ConnectionResetError):
        await client.post("/text-to-image", json={"prompts": ["a lake"]})
    newest, older = (await client.get("/my-jobs")).json()["jobs"]
    assert (newest["prompt"], newest["kind"], newest["status"]) == (
        "a lake",
        "text-to-image",
        "running",
    )
    apart = datetime.fromisoformat(newest["created_at"]) - datetime.fromisoformat(
        older["created_at"]
    )
    assert apart == timedelta(seconds=60)
    assert datetime.fromisoformat(newest["created_at"]) - datetime.now(UTC) < timedelta(seconds=61)


async def test_the_library_holds_what_is_finished(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    done = await submit(client, "text-to-image", prompts=["a lake"], num_images=2)
    await submit(client, "text-to-image", prompts=["not yet"])
    sandbox.finish_now(done)
    items = (await client.get("/my-library")).json()["items"]
    assert [(item["job_id"], item["index"]) for item in items] == [(done, 0), (done, 1)]
    await look_at(client, items[1]["url"])


async def test_usage_counts_and_the_limits_bite(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    before = (await client.get("/usage")).json()
    await submit(client, "text-to-image", prompts=["a lake"], num_images=4)
    after = (await client.get("/usage")).json()
    assert before["credits_remaining"] - after["credits_remaining"] == 4
    assert (after["image_used"], after["usage_today"], after["max_concurrent_threads"]) == (4, 4, 3)
    sandbox.used_today = sandbox.daily_limit
    assert (await client.post("/text-to-image", json={"prompts": ["a lake"]})).status_code == 429
    sandbox.credits = 0
    assert (await client.post("/text-to-image", json={"prompts": ["a lake"]})).status_code == 402


async def test_right_after_completion_the_file_may_not_be_there_yet(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    job_id = await submit(client, "text-to-image", prompts=["a lake"])
    sandbox.finish_now(job_id)
    sandbox.lag_after_completion(2)
    tiny, missing, there = [await client.get(f"/jobs/{job_id}/image") for _ in range(3)]
    assert [answer.status_code for answer in (tiny, missing, there)] == [200, 404, 200]
    assert len(tiny.content) <= 100 < len(there.content)


async def test_many_downloads_at_once_draw_each_picture_once(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    job_id = await submit(client, "text-to-image", prompts=["a lake"])
    sandbox.finish_now(job_id)
    answers = await asyncio.gather(*(client.get(f"/jobs/{job_id}/image") for _ in range(8)))
    assert len({answer.content for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {200}
