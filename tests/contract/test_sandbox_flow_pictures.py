"""What the Flow AI emulator makes can be told by eye: sizes, lengths, and which pictures it came from."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import av
import httpx
import pytest
from clock import Clock
from flow_customer import customer_of, emulator, job, look_at, statuses, submit, upload, uploaded
from PIL import Image, ImageChops, ImageStat

from bot.sandbox import render
from bot.sandbox.flow import FlowSandbox


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
