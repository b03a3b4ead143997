"""The Apiframe emulator keeps to the contract of docs/providers.md, part 1."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from clock import Clock
from PIL import Image

from bot.sandbox.apiframe import ApiframeSandbox
from bot.sandbox.service import Account
from bot.sandbox.tasks import Pace

KEY = "a key"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock, tmp_path: Path) -> ApiframeSandbox:
    pace = Pace(image_s=100, image_spread_s=0, upscale_s=10)
    return ApiframeSandbox(Account(KEY, pace, "http://mj.test", tmp_path, clock))


@pytest.fixture
async def client(sandbox: ApiframeSandbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(sandbox.app)
    headers = {"Authorization": KEY}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://mj.test", headers=headers
    ) as client:
        yield client


async def submit(client: httpx.AsyncClient, kind: str, **body: Any) -> str:
    answer = await client.post(f"/pro/{kind}", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["task_id"])


async def fetch(client: httpx.AsyncClient, task_id: str) -> dict[str, Any]:
    answer = await client.post("/fetch", json={"task_id": task_id})
    assert answer.status_code == 200
    return dict(answer.json())


async def finished(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, kind: str, **body: Any
) -> str:
    task_id = await submit(client, kind, **body)
    sandbox.finish_now(task_id)
    return task_id


async def look_at(client: httpx.AsyncClient, url: str) -> Image.Image:
    # The addresses of pictures need no key: they must work without one.
    answer = await client.get(url, headers={"Authorization": ""})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    return Image.open(io.BytesIO(answer.content))


@pytest.mark.parametrize("key", ["", "another", f"Bearer {KEY}"])
async def test_a_wrong_key_or_a_bearer_answers_401_with_nothing(
    client: httpx.AsyncClient, key: str
) -> None:
    for path in ("/pro/imagine", "/fetch", "/fetch-many"):
        answer = await client.post(path, json={"prompt": "x"}, headers={"Authorization": key})
        assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/pro/imagine", {}),
        ("/pro/imagine", {"prompt": " "}),
        ("/pro/imagine", {"prompt": ["x"]}),
        ("/pro/imagine", {"prompt": "x", "mode": "relax"}),
        ("/pro/imagine", {"prompt": "x", "mode": []}),
        ("/fetch", {"task_id": "unknown"}),
        ("/fetch-many", {"task_ids": ["one"]}),
        ("/fetch-many", {"task_ids": [str(number) for number in range(21)]}),
        ("/pro/vary", {"parent_task_id": "unknown", "index": "1", "type": "strong"}),
    ],
)
async def test_a_body_outside_the_contract_answers_400_with_a_message(
    client: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    answer = await client.post(path, json=body)
    assert answer.status_code == 400
    assert isinstance(answer.json()["errors"][0]["msg"], str)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("vary", {"index": 1, "type": "strong"}),
        ("vary", {"index": "5", "type": "strong"}),
        ("vary", {"index": "1", "type": "creative"}),
        ("upscale", {"index": "1", "type": "2x"}),
        ("pan", {"index": "1", "type": "north"}),
        ("pan", {"index": "1", "type": ["up"]}),
        ("zoom", {"index": "1", "type": "2.1"}),
        ("zoom", {"index": "1", "type": "0.9"}),
        ("zoom", {"index": "1", "type": "square"}),
        ("zoom", {"index": "1"}),
    ],
)
async def test_an_action_takes_only_its_own_index_and_types(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, kind: str, body: dict[str, Any]
) -> None:
    parent = await finished(client, sandbox, "imagine", prompt="a lake")
    answer = await client.post(f"/pro/{kind}", json={"parent_task_id": parent, **body})
    assert answer.status_code == 400
    assert len(sandbox.tasks) == 1


async def test_a_task_passes_through_the_documented_words(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    task_id = await submit(client, "imagine", prompt="a lake")
    seen = []
    for after_s in (1, 5, 9, 40):
        clock.now = 1000 + after_s
        seen.append(await fetch(client, task_id))
    assert [each["status"] for each in seen] == ["pending", "staged", "starting", "processing"]
    assert "percentage" not in seen[0]
    assert seen[3]["percentage"] == "40"
    assert "image_url" not in seen[3]


async def test_halfway_a_preview_stands_beside_a_running_status(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    task_id = await submit(client, "imagine", prompt="a lake")
    clock.now += 60
    shown = await fetch(client, task_id)
    assert shown["status"] == "processing"
    assert (await look_at(client, shown["image_url"])).size == (512, 512)
    hidden = await client.get(shown["image_url"].replace("preview", "1"))
    assert hidden.status_code == 404


async def test_four_tiles_come_without_a_status_and_can_be_looked_at(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    task_id = await submit(client, "imagine", prompt="a lake --ar 2:1", mode="turbo")
    clock.now += 51
    shown = await fetch(client, task_id)
    assert {"task_id", "task_type", "original_image_url", "image_urls"} == set(shown)
    assert (await look_at(client, shown["original_image_url"])).size == (2048, 1024)
    tiles = [await look_at(client, url) for url in shown["image_urls"]]
    assert [tile.size for tile in tiles] == [(1024, 512)] * 4
    assert len({tile.tobytes() for tile in tiles}) == 4


async def test_an_upscale_has_twice_the_pixels_of_its_tile(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox
) -> None:
    parent = await finished(client, sandbox, "imagine", prompt="a lake --ar 16:9")
    body = {"parent_task_id": parent, "index": "3", "type": "subtle"}
    shown = await fetch(client, await finished(client, sandbox, "upscale", **body))
    assert shown["status"] == "finished"
    assert (await look_at(client, shown["image_url"])).size == (2048, 1152)


@pytest.mark.parametrize(
    ("kind", "type_", "size"),
    [
        ("vary", "strong", (1024, 576)),
        ("pan", "right", (1536, 576)),
        ("zoom", "1.5", (1024, 576)),
        ("zoom", 2, (1024, 576)),
        ("zoom", "1", (1024, 1024)),
    ],
)
async def test_actions_on_a_tile_give_four_tiles_again(
    client: httpx.AsyncClient,
    sandbox: ApiframeSandbox,
    kind: str,
    type_: Any,
    size: tuple[int, int],
) -> None:
    parent = await finished(client, sandbox, "imagine", prompt="a lake --ar 16:9")
    body = {"parent_task_id": parent, "index": "2", "type": type_}
    shown = await fetch(client, await finished(client, sandbox, kind, **body))
    assert kind == shown["task_type"]
    assert len(shown["image_urls"]) == 4
    assert size == (await look_at(client, shown["image_urls"][3])).size


async def test_every_result_can_be_a_parent(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox
) -> None:
    parent = await finished(client, sandbox, "imagine", prompt="a lake")
    for kind, type_ in (("upscale", "creative"), ("pan", "up"), ("zoom", "2"), ("vary", "subtle")):
        body = {"parent_task_id": parent, "index": "1", "type": type_}
        parent = await finished(client, sandbox, kind, **body)
    shown = await fetch(client, parent)
    assert (await look_at(client, shown["image_urls"][0])).size == (1024, 1536)


async def test_an_upscale_has_no_second_tile(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox
) -> None:
    parent = await finished(client, sandbox, "imagine", prompt="a lake")
    body = {"parent_task_id": parent, "index": "1", "type": "subtle"}
    large = await finished(client, sandbox, "upscale", **body)
    answer = await client.post(
        "/pro/vary", json={"parent_task_id": large, "index": "2", "type": "strong"}
    )
    assert answer.status_code == 400


async def test_an_unfinished_task_is_no_parent_yet(client: httpx.AsyncClient) -> None:
    parent = await submit(client, "imagine", prompt="a lake")
    answer = await client.post(
        "/pro/upscale", json={"parent_task_id": parent, "index": "1", "type": "subtle"}
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("flag", ["--as 16:9", "--ar 16", "--ar 99:1", "--chaos 400", "--no"])
async def test_a_bad_flag_is_accepted_and_fails_late(
    client: httpx.AsyncClient, clock: Clock, flag: str
) -> None:
    task_id = await submit(client, "imagine", prompt=f"a lake {flag}")
    assert (await fetch(client, task_id))["status"] == "pending"
    clock.now += 16
    shown = await fetch(client, task_id)
    assert shown["status"] == "failed"
    assert flag.split(maxsplit=1)[0] in shown["error"]


async def test_known_flags_do_no_harm(client: httpx.AsyncClient, clock: Clock) -> None:
    flags = "--ar 3:2 --chaos 5 --no cars, people --seed 7 --stylize 250 --weird 10 --raw --v 7 --niji 6 --tile"
    task_id = await submit(client, "imagine", prompt=f"a lake {flags}")
    clock.now += 101
    assert "image_urls" in await fetch(client, task_id)


async def test_fetch_many_answers_what_it_knows_in_no_promised_order(
    client: httpx.AsyncClient,
) -> None:
    first, second = [await submit(client, "imagine", prompt="a lake") for _ in range(2)]
    answer = await client.post("/fetch-many", json={"task_ids": [first, "unknown", second]})
    assert [second, first] == [task["task_id"] for task in answer.json()["tasks"]]


async def test_credits_go_down_with_the_work_and_run_out(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox
) -> None:
    before = (await client.get("/account")).json()
    await submit(client, "imagine", prompt="a lake")
    after = (await client.get("/account")).json()
    assert (
        4 == before["credits"] - after["credits"] == after["total_images"] - before["total_images"]
    )
    sandbox.credits = 3
    assert (await client.post("/pro/imagine", json={"prompt": "a lake"})).status_code == 402


async def test_what_was_submitted_can_be_inspected(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox
) -> None:
    body = {"prompt": "a lake", "webhook_url": "https://bot.test/w", "webhook_secret": "s"}
    task_id = await submit(client, "imagine", **body)
    assert body == sandbox.tasks[task_id].body
    assert sandbox.tasks[task_id].submitted_at == 1000.0
    (call,) = sandbox.calls
    assert ("POST", "/pro/imagine", body, 200) == (call.method, call.path, call.body, call.status)


async def test_turning_up_the_speed_hurries_work_under_way(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, clock: Clock
) -> None:
    task_id = await submit(client, "imagine", prompt="a lake")
    clock.now += 20
    assert (await fetch(client, task_id))["percentage"] == "20"
    sandbox.pace.speed = 10
    clock.now += 3
    assert (await fetch(client, task_id))["percentage"] == "50"


async def test_a_failed_task_says_why(client: httpx.AsyncClient, sandbox: ApiframeSandbox) -> None:
    task_id = await submit(client, "imagine", prompt="a lake")
    sandbox.fail_task(task_id, "the moderator frowned")
    shown = await fetch(client, task_id)
    assert (shown["status"], shown["error"]) == ("failed", "the moderator frowned")


async def test_a_stuck_provider_never_finishes_until_told(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, clock: Clock
) -> None:
    before = await submit(client, "imagine", prompt="a lake")
    sandbox.never_finish()
    after = await submit(client, "imagine", prompt="a lake")
    clock.now += 1_000_000
    for task_id in (before, after):
        assert (await fetch(client, task_id))["percentage"] == "99"
    sandbox.finish_now(after)
    assert "image_urls" in await fetch(client, after)


async def test_a_failure_that_was_ordered_happens_so_many_times(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox
) -> None:
    sandbox.fail_next(
        "/imagine", status=429, headers={"Retry-After": "7"}, body=b"slow down", times=2
    )
    answers = [await client.post("/pro/imagine", json={"prompt": "a lake"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert (answers[0].headers["Retry-After"], answers[0].content) == ("7", b"slow down")
    assert len(sandbox.tasks) == 1
    assert [call.body for call in sandbox.calls] == [{"prompt": "a lake"}] * 3


async def test_a_lost_answer_leaves_the_task_behind(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox
) -> None:
    sandbox.lose_answer_of_next("/imagine")
    with pytest.raises(ConnectionResetError):
        await client.post("/pro/imagine", json={"prompt": "a lake"})
    assert len(sandbox.tasks) == 1
    await submit(client, "imagine", prompt="the weather has cleared")


@pytest.mark.parametrize(("when", "tasks_meanwhile"), [("before", 0), ("after", 1)])
async def test_a_held_submit_waits_before_or_after_it_took_effect(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox, when: Any, tasks_meanwhile: int
) -> None:
    held = sandbox.hold_next("/imagine", when=when)
    async with asyncio.TaskGroup() as group:
        sent = group.create_task(client.post("/pro/imagine", json={"prompt": "a lake"}))
        await held.arrived()
        assert tasks_meanwhile == len(sandbox.tasks)
        assert not sent.done()
        held.release()
    assert sent.result().status_code == 200
    assert list(sandbox.tasks) == [sent.result().json()["task_id"]]


async def test_a_truncated_download_is_shorter_than_promised(
    client: httpx.AsyncClient, sandbox: ApiframeSandbox
) -> None:
    shown = await fetch(client, await finished(client, sandbox, "imagine", prompt="a lake"))
    sandbox.truncate_next_download()
    cut = await client.get(shown["image_urls"][0])
    whole = await client.get(shown["image_urls"][0])
    assert len(whole.content) == int(cut.headers["content-length"])
    assert whole.content[: len(whole.content) // 2] == cut.content
