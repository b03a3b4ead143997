"""The Flow AI emulator keeps to the contract of docs/providers.md, part 2."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from clock import Clock
from PIL import Image, ImageChops, ImageStat
from samples import picture

from bot.sandbox import render
from bot.sandbox.flow import FlowSandbox
from bot.sandbox.service import Account
from bot.sandbox.tasks import Pace

KEY = "a key"
API = "/public/api/v1"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock, tmp_path: Path) -> FlowSandbox:
    pace = Pace(image_s=100, image_spread_s=0, video_s=200, hd_s=150)
    return FlowSandbox(Account(KEY, pace, "http://flow.test", tmp_path, clock))


@pytest.fixture
async def client(sandbox: FlowSandbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(sandbox.app)
    headers = {"X-API-Key": KEY}
    base_url = f"http://flow.test{API}"
    async with httpx.AsyncClient(transport=transport, base_url=base_url, headers=headers) as client:
        yield client


async def submit(client: httpx.AsyncClient, kind: str, **body: Any) -> str:
    answer = await client.post(f"/{kind}", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["job_id"])


async def job(client: httpx.AsyncClient, job_id: str) -> dict[str, Any]:
    return dict((await client.get(f"/jobs/{job_id}")).json())


async def statuses(client: httpx.AsyncClient, job_ids: list[str]) -> list[str]:
    return [(await job(client, job_id))["status"] for job_id in job_ids]


async def look_at(client: httpx.AsyncClient, url: str) -> Image.Image:
    answer = await client.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    return Image.open(io.BytesIO(answer.content))


async def upload(client: httpx.AsyncClient, content: bytes) -> httpx.Response:
    # Name and type lie on purpose: the first bytes decide.
    return await client.post("/upload-image", files={"file": ("a.txt", content, "text/plain")})


async def uploaded(client: httpx.AsyncClient, colour: str = "crimson") -> str:
    return str((await upload(client, picture(300, 200, colour=colour))).json()["path"])


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


async def test_every_image_of_a_job_is_another_and_after_the_last_comes_404(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    job_id = await submit(
        client, "text-to-image", prompts=["a lake"], num_images=3, aspect_ratio="4:3"
    )
    sandbox.finish_now(job_id)
    images = [await look_at(client, f"/jobs/{job_id}/image?index={index}") for index in range(3)]
    assert [image.size for image in images] == [(1024, 768)] * 3
    assert len({image.tobytes() for image in images}) == 3
    assert (await client.get(f"/jobs/{job_id}/image?index=3")).status_code == 404
    assert (await client.get(f"/jobs/{job_id}/video")).status_code == 404


@pytest.mark.parametrize(("quality", "size"), [("2K", (2048, 1152)), ("4K", (4096, 2304))])
async def test_2k_and_4k_have_their_pixels_and_take_longer(
    client: httpx.AsyncClient, clock: Clock, quality: str, size: tuple[int, int]
) -> None:
    body = {"prompts": ["a lake"], "aspect_ratio": "16:9", "upscale_quality": quality}
    job_id = await submit(client, "text-to-image", **body)
    clock.now += 101
    assert await statuses(client, [job_id]) == ["running"]
    clock.now += 50
    assert (await look_at(client, f"/jobs/{job_id}/image?index=0")).size == size


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


async def test_a_picture_after_a_reference_shows_the_reference(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    means = []
    for colour in ("crimson", "royalblue"):
        body = {"prompts": ["một con mèo"], "reference_images": [await uploaded(client, colour)]}
        job_id = await submit(client, "reference-to-image", **body)
        sandbox.finish_now(job_id)
        means.append(ImageStat.Stat(await look_at(client, f"/jobs/{job_id}/image")).mean)
    after_crimson, after_blue = means
    assert after_crimson[0] > after_crimson[2]
    assert after_blue[2] > after_blue[0]


@pytest.mark.parametrize(
    ("ratio", "size"), [("1:1", (1024, 1024)), ("16:9", (1024, 576)), ("9:16", (576, 1024))]
)
async def test_a_picture_after_several_references_has_the_asked_ratio_and_shows_them_all(
    client: httpx.AsyncClient, sandbox: FlowSandbox, ratio: str, size: tuple[int, int]
) -> None:
    paths = [await uploaded(client, colour) for colour in ("crimson", "royalblue")]
    body = {"prompts": ["một con mèo"], "reference_images": paths, "aspect_ratio": ratio}
    job_id = await submit(client, "reference-to-image", **body)
    sandbox.finish_now(job_id)
    made = await look_at(client, f"/jobs/{job_id}/image")
    assert size == made.size
    left = ImageStat.Stat(made.crop((0, 0, size[0] // 4, size[1] // 2))).mean
    right = ImageStat.Stat(made.crop((size[0] * 3 // 4, 0, size[0], size[1] // 2))).mean
    assert left[0] - left[2] > right[0] - right[2]


async def test_a_picture_after_a_reference_can_be_had_in_2k(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    paths = [await uploaded(client)]
    body = {"prompts": ["a cat"], "reference_images": paths, "upscale_quality": "2K"}
    job_id = await submit(client, "reference-to-image", **body)
    sandbox.finish_now(job_id)
    assert (2048, 2048) == (await look_at(client, f"/jobs/{job_id}/image")).size


@pytest.mark.parametrize(("ratio", "seconds"), [("16:9", 6), ("9:16", 10)])
async def test_a_video_has_the_asked_length_and_ratio(
    client: httpx.AsyncClient, clock: Clock, ratio: str, seconds: int
) -> None:
    body = {"prompts": ["a lake"], "aspect_ratio": ratio, "video_length_seconds": seconds}
    job_id = await submit(client, "text-to-video", **body)
    clock.now += 201
    done = await job(client, job_id)
    answer = await client.get(done["videos"][0])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    with av.open(io.BytesIO(answer.content)) as container:
        stream = container.streams.video[0]
        assert isinstance(container, av.container.InputContainer)
        assert container.duration == seconds * av.time_base
        wide, tall = (int(part) for part in ratio.split(":"))
        assert stream.width * tall == stream.height * wide


def first_and_last_frame(film: bytes) -> tuple[Image.Image, Image.Image]:
    with av.open(io.BytesIO(film)) as container:
        assert isinstance(container, av.container.InputContainer)
        frames = list(container.decode(video=0))
    return as_image(frames[0]), as_image(frames[-1])


def as_image(frame: av.VideoFrame) -> Image.Image:
    picture = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV's gap
    assert isinstance(picture, Image.Image)
    return picture


def unlikeness(one: Image.Image, other: Image.Image) -> float:
    """0 to 255, from afar."""
    small = [picture.convert("RGB").resize((24, 24)) for picture in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(*small)).mean) / 3


async def test_a_picture_that_comes_alive_is_the_first_thing_seen(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    still = render.draw("a red lake", seed=1, tile=1, size=(768, 432))
    content = io.BytesIO()
    still.save(content, "PNG")
    path = (await upload(client, content.getvalue())).json()["path"]
    body = {"items": [{"image_path": path, "prompt": "sway"}], "aspect_ratio": "16:9"}
    job_id = await submit(client, "image-to-video", **body)
    sandbox.finish_now(job_id)
    film = (await client.get(f"/jobs/{job_id}/video?index=0")).content
    first, last = first_and_last_frame(film)
    assert unlikeness(first, still) < 3 < unlikeness(last, still)


async def test_a_film_of_several_pictures_shows_them_in_their_order(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    paths = [await uploaded(client, colour) for colour in ("crimson", "gold", "royalblue")]
    body = {"items": [{"image_paths": paths, "prompt": "they meet"}], "voice": "kore"}
    job_id = await submit(client, "multi-ref-video", aspect_ratio="9:16", **body)
    sandbox.finish_now(job_id)
    film = (await client.get(f"/jobs/{job_id}/video")).content
    first, last = first_and_last_frame(film)
    assert (first.width * 16, 1) == (first.height * 9, (await job(client, job_id))["images_count"])
    red, _, blue = ImageStat.Stat(first).mean
    assert red > blue
    red, _, blue = ImageStat.Stat(last).mean
    assert blue > red


async def test_a_film_takes_at_most_three_pictures(client: httpx.AsyncClient) -> None:
    paths = [await uploaded(client) for _ in range(4)]
    body = {"items": [{"image_paths": paths, "prompt": "they meet"}]}
    assert (await client.post("/multi-ref-video", json=body)).status_code == 400


async def test_pictures_become_videos_of_eight_seconds(
    client: httpx.AsyncClient, sandbox: FlowSandbox
) -> None:
    paths = [await uploaded(client, colour) for colour in ("gold", "teal")]
    single = {"items": [{"image_path": paths[0], "prompt": "sway"}], "aspect_ratio": "1:1"}
    several = {"items": [{"image_paths": paths, "prompt": "meet"}], "voice": "kore"}
    for kind, body in (("image-to-video", single), ("multi-ref-video", several)):
        job_id = await submit(client, kind, **body)
        sandbox.finish_now(job_id)
        answer = await client.get(f"/jobs/{job_id}/video?index=0")
        with av.open(io.BytesIO(answer.content)) as container:
            assert isinstance(container, av.container.InputContainer)
            assert container.duration == 8 * av.time_base


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
