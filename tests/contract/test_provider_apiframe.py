"""What is particular to Apiframe: its routes, its prompt, its batches."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from provider_pairs import KEY, WISH, Pair, apiframe_pair, fetch

from bot.errors import AccountUnusable, BadAddress, Rejected, Unreachable
from bot.model import AssetKind, Operation, Request, TaskId
from bot.providers.apiframe import Apiframe
from bot.providers.port import AccountReport, Failed, RemoteAsset, Running, Submission, Succeeded
from bot.sandbox.apiframe import ApiframeSandbox


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair[Apiframe, ApiframeSandbox]]:
    async with apiframe_pair(tmp_path) as pair:
        yield pair


@pytest.fixture
def sandbox(pair: Pair[Apiframe, ApiframeSandbox]) -> ApiframeSandbox:
    return pair.sandbox


@pytest.fixture
def apiframe(pair: Pair[Apiframe, ApiframeSandbox]) -> Apiframe:
    return pair.provider


PARENT = TaskId("the parent")
"""Stands for the id the finished grid gets, in what is ordered and in what is sent."""


@pytest.mark.parametrize(
    ("submission", "path", "body"),
    [
        (
            Submission(Request(Operation.IMAGE, prompt="a fox", flags="--stylize 50", ratio="3:2")),
            "/pro/imagine",
            {"prompt": "a fox --stylize 50 --ar 3:2"},
        ),
        (
            Submission(Request(Operation.IMAGE, prompt="a fox", mode="turbo")),
            "/pro/imagine",
            {"prompt": "a fox", "mode": "turbo"},
        ),
        (
            Submission(Request(Operation.VARIATION, tile=3, strength="subtle"), PARENT),
            "/pro/vary",
            {"parent_task_id": PARENT, "index": "3", "type": "subtle"},
        ),
        (
            Submission(Request(Operation.VARIATION, tile=4), PARENT),
            "/pro/vary",
            {"parent_task_id": PARENT, "index": "4", "type": "strong"},
        ),
        (
            Submission(Request(Operation.UPSCALE, tile=1, strength="creative"), PARENT),
            "/pro/upscale",
            {"parent_task_id": PARENT, "index": "1", "type": "creative"},
        ),
        (
            Submission(
                Request(Operation.UPSCALE),
                PARENT,
                webhook_url="https://bot.example/w",
                webhook_secret="whsec",
            ),
            "/pro/upscale",
            {
                "parent_task_id": PARENT,
                "index": "1",
                "type": "subtle",
                "webhook_url": "https://bot.example/w",
                "webhook_secret": "whsec",
            },
        ),
        (
            Submission(Request(Operation.PAN, tile=2, direction="right"), PARENT),
            "/pro/pan",
            {"parent_task_id": PARENT, "index": "2", "type": "right"},
        ),
        (
            Submission(Request(Operation.ZOOM, tile=1, factor="1.5"), PARENT),
            "/pro/zoom",
            {"parent_task_id": PARENT, "index": "1", "type": "1.5"},
        ),
        (
            Submission(Request(Operation.ZOOM, tile=3, factor="1.75"), PARENT),
            "/pro/zoom",
            {"parent_task_id": PARENT, "index": "3", "type": "1.75"},
        ),
        (
            Submission(Request(Operation.ZOOM, tile=4), PARENT),
            "/pro/zoom",
            {"parent_task_id": PARENT, "index": "4", "type": "2"},
        ),
        (
            Submission(Request(Operation.ZOOM, tile=4, factor="square"), PARENT),
            "/pro/zoom",
            {"parent_task_id": PARENT, "index": "4", "type": "1"},
        ),
    ],
    ids=[
        *("flags", "mode", "vary", "vary by default", "upscale", "webhook"),
        *("pan", "zoom", "zoom by a number", "zoom by default", "square"),
    ],
)
async def test_a_wish_is_ordered_in_apiframes_words(
    sandbox: ApiframeSandbox,
    apiframe: Apiframe,
    submission: Submission,
    path: str,
    body: dict[str, Any],
) -> None:
    parent = await apiframe.submit(WISH)
    sandbox.finish_now(parent)
    sandbox.calls.clear()
    if submission.parent_task_id == PARENT:
        submission = dataclasses.replace(submission, parent_task_id=parent)
        body = {**body, "parent_task_id": parent}
    task_id = await apiframe.submit(submission)

    assert [(path, body)] == [(call.path, call.body) for call in sandbox.calls]
    assert [parent, task_id] == list(sandbox.tasks)


@pytest.mark.parametrize("direction", ["left", "right", "up", "down"])
async def test_a_picture_grows_to_every_side(
    sandbox: ApiframeSandbox, apiframe: Apiframe, direction: str
) -> None:
    parent = await apiframe.submit(WISH)
    sandbox.finish_now(parent)

    await apiframe.submit(Submission(Request(Operation.PAN, tile=1, direction=direction), parent))

    assert direction == sandbox.calls[-1].body["type"]
    assert direction in apiframe.capabilities.operations[Operation.PAN].directions


async def test_results_of_each_operation_can_be_acted_on_by_every_other(
    sandbox: ApiframeSandbox, apiframe: Apiframe
) -> None:
    task_id = await apiframe.submit(WISH)
    made = [4]
    chain = ["variation", "pan", "zoom", "upscale", "zoom", "variation", "upscale", "pan"]
    for operation in [*map(Operation, chain), Operation.UPSCALE, Operation.VARIATION]:
        sandbox.finish_now(task_id)
        last_tile = made[-1]
        wish = Submission(Request(operation, tile=last_tile), task_id)
        task_id = await apiframe.submit(wish)
        sandbox.finish_now(task_id)
        snapshot = (await apiframe.poll([task_id]))[task_id]
        assert isinstance(snapshot, Succeeded)
        made.append(len(snapshot.assets))

    assert [4, 4, 4, 4, 1, 4, 4, 1, 4, 1, 4] == made


async def test_the_account_tells_its_plan_and_what_is_left(
    sandbox: ApiframeSandbox, apiframe: Apiframe
) -> None:
    sandbox.credits = 396
    await apiframe.submit(WISH)

    report = AccountReport(plan="pro", credits_left=392.0, outputs_made=4)

    assert report == await apiframe.account()


@pytest.mark.parametrize(
    ("body", "report"),
    [
        (b"{}", AccountReport()),
        (b"[]", AccountReport()),
        (b'{"credits": "12.5", "plan": null}', AccountReport(credits_left=12.5)),
        (b'{"credits": "many", "plan": {"a": 1}, "total_images": -1}', AccountReport(None, None)),
        (b'{"credits": 1e999, "total_images": "7"}', AccountReport(outputs_made=7)),
    ],
)
async def test_whatever_the_account_leaves_out_is_left_out(
    sandbox: ApiframeSandbox, apiframe: Apiframe, body: bytes, report: AccountReport
) -> None:
    sandbox.fail_next("/account", status=200, body=body)

    told = await apiframe.account()

    assert report == dataclasses.replace(told, outputs_made=told.outputs_made or None)


@pytest.mark.parametrize(
    ("status", "error"), [(401, AccountUnusable), (404, Rejected), (500, Unreachable)]
)
async def test_an_account_that_cannot_be_read_is_told_from_an_empty_one(
    sandbox: ApiframeSandbox, apiframe: Apiframe, status: int, error: type[Exception]
) -> None:
    sandbox.fail_next("/account", status=status, times=3)
    with pytest.raises(error):
        await apiframe.account()


async def test_more_tiles_than_any_job_makes_are_not_believed(
    sandbox: ApiframeSandbox, apiframe: Apiframe
) -> None:
    task_id = await apiframe.submit(WISH)
    urls = [f"https://cdn.example/{number}.png" for number in range(500)]
    body = json.dumps({"task_id": task_id, "image_urls": urls}).encode()
    sandbox.fail_next("/fetch", status=200, body=body)

    snapshot = (await apiframe.poll([task_id]))[task_id]

    assert isinstance(snapshot, Succeeded)
    assert 16 == len(snapshot.assets)


async def test_the_key_goes_bare(sandbox: ApiframeSandbox, apiframe: Apiframe) -> None:
    await apiframe.submit(WISH)

    assert [KEY] == [call.headers["Authorization"] for call in sandbox.calls]


@pytest.mark.parametrize(
    "operation", [Operation.VIDEO, Operation.VARIATION, Operation.PAN, Operation.ZOOM]
)
async def test_what_cannot_be_ordered_is_refused_before_it_is_sent(
    sandbox: ApiframeSandbox, apiframe: Apiframe, operation: Operation
) -> None:
    with pytest.raises(Rejected):
        await apiframe.submit(Submission(Request(operation)))

    assert [] == sandbox.calls


async def test_several_tasks_are_read_at_once_and_told_apart_by_handle(
    pair: Pair[Apiframe, ApiframeSandbox], sandbox: ApiframeSandbox, apiframe: Apiframe
) -> None:
    running, failed, done = [await apiframe.submit(WISH) for _ in range(3)]
    pair.work(percent=40)
    sandbox.calls.clear()
    sandbox.fail_task(failed, "banned")
    sandbox.finish_now(done)
    snapshots = await apiframe.poll([running, failed, done])

    assert ["/fetch-many"] == [call.path for call in sandbox.calls]
    assert (Running(40), Failed("banned")) == (snapshots[running], snapshots[failed])
    assert isinstance(snapshots[done], Succeeded)


async def test_a_refused_batch_is_read_one_by_one(
    pair: Pair[Apiframe, ApiframeSandbox], sandbox: ApiframeSandbox, apiframe: Apiframe
) -> None:
    first, second = [await apiframe.submit(WISH) for _ in range(2)]
    pair.work(percent=40)
    sandbox.fail_next("/fetch-many", status=400, body=b'{"errors": [{"msg": "no batch"}]}')

    assert {first: Running(40), second: Running(40)} == await apiframe.poll([first, second])


async def test_one_task_that_cannot_be_read_does_not_hide_the_others(
    pair: Pair[Apiframe, ApiframeSandbox], sandbox: ApiframeSandbox, apiframe: Apiframe
) -> None:
    task_id = await apiframe.submit(WISH)
    pair.work(percent=40)
    sandbox.fail_next("/fetch-many", status=400, body=b'{"errors": [{"msg": "task_ids"}]}')

    assert {task_id: Running(40)} == await apiframe.poll([TaskId("forgotten"), task_id])


async def test_an_answer_about_another_task_is_not_believed(
    sandbox: ApiframeSandbox, apiframe: Apiframe
) -> None:
    task_id = await apiframe.submit(WISH)
    body = b'{"task_id": "other", "image_url": "https://cdn.example.com/x.png"}'
    sandbox.fail_next("/fetch", status=200, body=body)

    assert {} == await apiframe.poll([task_id])


async def test_pictures_are_fetched_without_the_key(
    sandbox: ApiframeSandbox, apiframe: Apiframe
) -> None:
    task_id = await apiframe.submit(WISH)
    sandbox.finish_now(task_id)
    snapshot = (await apiframe.poll([task_id]))[task_id]
    assert isinstance(snapshot, Succeeded)
    await fetch(apiframe, task_id, snapshot.assets[0])

    assert [KEY, KEY, None] == [call.headers.get("Authorization") for call in sandbox.calls]


async def test_a_file_without_an_address_cannot_be_fetched(apiframe: Apiframe) -> None:
    with pytest.raises(BadAddress):
        async with apiframe.open(TaskId("t"), RemoteAsset(AssetKind.IMAGE, 0)):
            pass


async def test_a_lost_submit_cannot_be_looked_up(apiframe: Apiframe) -> None:
    assert await apiframe.find_submitted(WISH, since=0, claimed=frozenset()) is None
