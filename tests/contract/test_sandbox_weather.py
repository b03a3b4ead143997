"""The weather the sandbox can order for its providers: altered answers, detours, files that aren't."""

import contextlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from clock import Clock
from PIL import Image
from samples import picture
from serving import listening, origin_of, served

from bot.sandbox.apiframe import ApiframeSandbox
from bot.sandbox.flow import FlowSandbox
from bot.sandbox.service import Account
from bot.sandbox.tasks import Pace

KEY = "a key"
TRUE = "http://mj.test"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def apiframe(clock: Clock, tmp_path: Path) -> ApiframeSandbox:
    pace = Pace(image_s=100, image_spread_s=0)
    return ApiframeSandbox(Account(KEY, pace, TRUE, tmp_path, clock))


@pytest.fixture
async def client(apiframe: ApiframeSandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(apiframe.app), base_url=TRUE, headers={"Authorization": KEY}
    ) as client:
        yield client


async def imagine(client: httpx.AsyncClient) -> str:
    return str((await client.post("/pro/imagine", json={"prompt": "a lake"})).json()["task_id"])


async def fetch(client: httpx.AsyncClient, task_id: str) -> Any:
    return (await client.post("/fetch", json={"task_id": task_id})).json()


async def finished(client: httpx.AsyncClient, apiframe: ApiframeSandbox) -> Any:
    """What fetch tells of a picture that is done."""
    task_id = await imagine(client)
    apiframe.finish_now(task_id)
    return await fetch(client, task_id)


@pytest.mark.parametrize("percentage", ["40", 40, 40.0, "40%", None, "soon"])
async def test_a_percentage_can_be_said_in_any_form(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox, clock: Clock, percentage: object
) -> None:
    task_id = await imagine(client)
    clock.now += 40
    apiframe.alter_next("/fetch", lambda told: told | {"percentage": percentage})
    assert percentage == (await fetch(client, task_id))["percentage"]
    assert "40" == (await fetch(client, task_id))["percentage"]


async def test_an_altered_answer_still_took_effect_and_keeps_its_status(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox
) -> None:
    apiframe.alter_next("/imagine", lambda told: {"job_ids": [told["task_id"], "another"]})
    answer = await client.post("/pro/imagine", json={"prompt": "a lake"})
    assert {"job_ids": [*apiframe.tasks, "another"]} == answer.json()
    apiframe.alter_next("/imagine", lambda told: {"message": told["errors"][0]["msg"]})
    answer = await client.post("/pro/imagine", json={})
    assert (400, {"message": "prompt is required"}) == (answer.status_code, answer.json())


async def test_answers_are_altered_as_often_as_ordered(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox, clock: Clock
) -> None:
    task_id = await imagine(client)
    clock.now += 40
    apiframe.alter_next("/fetch", lambda told: told | {"status": "retrying"}, times=2)
    seen = [(await fetch(client, task_id))["status"] for _ in range(3)]
    assert ["retrying", "retrying", "processing"] == seen


async def test_an_answer_without_json_passes_unaltered(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox
) -> None:
    told = await finished(client, apiframe)
    apiframe.alter_next("/1.png", lambda _: {})
    answer = await client.get(told["image_urls"][0])
    assert "image/png" == answer.headers["content-type"]
    assert (1024, 1024) == Image.open(io.BytesIO(answer.content)).size


async def test_a_detour_comes_back_once_and_a_loop_goes_on(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox
) -> None:
    url = (await finished(client, apiframe))["image_urls"][0] + "?size=full"
    apiframe.redirect_next("/1.png")
    detour = await client.get(url)
    assert (302, url) == (detour.status_code, str(detour.next_request and detour.next_request.url))
    assert 200 == (await client.get(url)).status_code

    apiframe.redirect_next("/1.png", times=100)
    with pytest.raises(httpx.TooManyRedirects):
        await client.get(url, follow_redirects=True)


async def test_a_detour_can_lead_to_a_private_address(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox
) -> None:
    url = (await finished(client, apiframe))["image_urls"][0]
    apiframe.redirect_next("/1.png", to="http://10.0.0.1/secret")
    assert "http://10.0.0.1/secret" == (await client.get(url)).headers["location"]


async def test_the_results_of_one_task_can_lie_at_another_host(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox, clock: Clock
) -> None:
    apiframe.host_next_result_at("https://cdn.example/")
    elsewhere, here = await imagine(client), await imagine(client)
    clock.now += 101
    for _ in range(2):  # however often it is asked
        told = await fetch(client, elsewhere)
        assert f"https://cdn.example/media/{elsewhere}/grid.png" == told["original_image_url"]
        assert {"cdn.example"} == {httpx.URL(url).host for url in told["image_urls"]}
    assert f"{TRUE}/media/{here}/grid.png" == (await fetch(client, here))["original_image_url"]


async def test_a_shortened_file_is_honest_about_its_length(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox
) -> None:
    url = (await finished(client, apiframe))["image_urls"][0]
    apiframe.shorten_next_download()
    cut, whole = await client.get(url), await client.get(url)
    assert len(cut.content) == int(cut.headers["content-length"])
    assert whole.content[: len(whole.content) // 2] == cut.content


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(picture(8, 8, "GIF"), "image/png"), (b"<html>", "text/html"), (b"tiny", "image/png"), (b"", "image/png")],
    ids=["gif", "html", "tiny", "empty"],
)  # fmt: skip
async def test_something_else_can_come_instead_of_a_file(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox, content: bytes, media_type: str
) -> None:
    url = (await finished(client, apiframe))["image_urls"][0]
    apiframe.replace_next_download(content, media_type)
    answer = await client.get(url)
    assert (200, content) == (answer.status_code, answer.content)
    assert answer.headers["content-type"].startswith(media_type)
    assert content != (await client.get(url)).content


async def test_mishaps_of_downloads_happen_in_the_order_they_were_ordered(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox
) -> None:
    url = (await finished(client, apiframe))["image_urls"][0]
    apiframe.replace_next_download(b"first")
    apiframe.lag_after_completion(1)
    answers = [await client.get(url) for _ in range(3)]
    assert [(200, b"first"), (404, b"")] == [(one.status_code, one.content) for one in answers[:2]]
    assert 200 == answers[2].status_code


@contextlib.asynccontextmanager
async def served_flow(
    clock: Clock, folder: Path
) -> AsyncIterator[tuple[FlowSandbox, httpx.AsyncClient, str]]:
    """Flow behind a real socket, and a job that has just ended there."""
    listener = listening()
    flow = FlowSandbox(Account(KEY, Pace(), origin_of(listener), folder, clock))
    async with (
        served(flow.app, listener) as origin,
        httpx.AsyncClient(
            base_url=f"{origin}/public/api/v1", headers={"X-API-Key": KEY}, trust_env=False
        ) as client,
    ):
        answer = await client.post("/text-to-image", json={"prompts": ["a lake"]})
        job_id = answer.json()["job_id"]
        flow.finish_now(job_id)
        yield flow, client, job_id


async def test_a_download_drops_in_the_middle_of_its_connection(
    clock: Clock, tmp_path: Path
) -> None:
    async with served_flow(clock, tmp_path) as (flow, client, job_id):
        flow.truncate_next_download()
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(f"/jobs/{job_id}/image")
        assert 200 == (await client.get(f"/jobs/{job_id}/image")).status_code


@pytest.mark.parametrize(
    "change",
    [
        {"status": "improving"},
        {"status": None},
        {"images": [], "images_count": 3},
        {"error": "one of four was lost"},
    ],
)
async def test_a_job_whose_number_nobody_knows_yet_can_be_told_of_otherwise(
    clock: Clock, tmp_path: Path, change: dict[str, Any]
) -> None:
    async with served_flow(clock, tmp_path) as (flow, client, job_id):
        flow.alter_next("/jobs/*", lambda told: told | change)
        assert 200 == (await client.get(f"/jobs/{job_id}/image")).status_code  # no read
        altered = (await client.get(f"/jobs/{job_id}")).json()
        told = (await client.get(f"/jobs/{job_id}")).json()
        assert told | change == altered != told


@pytest.mark.parametrize(
    "retry_after", [{"Retry-After": "7"}, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, {}]
)
async def test_busy_can_name_a_wait_a_moment_or_nothing(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox, retry_after: dict[str, str]
) -> None:
    apiframe.fail_next("/imagine", status=429, headers=retry_after)
    answer = await client.post("/pro/imagine", json={"prompt": "a lake"})
    assert 429 == answer.status_code
    assert retry_after.get("Retry-After") == answer.headers.get("Retry-After")
    assert 0 == len(apiframe.tasks)


async def test_how_long_after_its_end_a_task_was_first_told_of_is_kept(
    client: httpx.AsyncClient, apiframe: ApiframeSandbox, clock: Clock
) -> None:
    task_id = await imagine(client)
    clock.now += 50
    await fetch(client, task_id)
    assert None is apiframe.tasks[task_id].told_after_s
    for _ in range(2):
        clock.now += 52
        await fetch(client, task_id)
    assert 2 == apiframe.tasks[task_id].told_after_s
