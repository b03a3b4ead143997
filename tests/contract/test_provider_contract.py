"""What the core may rely on, whichever provider is behind the port: every adapter, this machine too."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import samples
from provider_pairs import (
    Stand,
    apiframe_pair,
    doodle_pair,
    download,
    fetch,
    finished,
    flow_pair,
    local_stand,
)

from bot.errors import Rejected
from bot.model import Operation, Request, TaskId
from bot.providers.port import AccountReport, Provider, Submission

Making = Callable[[Path], AbstractAsyncContextManager[Stand[Provider]]]

EVERY: dict[str, Making] = {
    "apiframe": apiframe_pair,
    "flow": flow_pair,
    "doodle": doodle_pair,
    "local": local_stand,
}
TAKING_PICTURES: dict[str, Making] = {"flow": flow_pair, "local": local_stand}
FINDING: dict[str, Making] = {"flow": flow_pair, "local": local_stand}
FORGETTING: dict[str, Making] = {"apiframe": apiframe_pair, "doodle": doodle_pair}


@contextlib.asynccontextmanager
async def standing(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Stand[Provider]]:
    making: Making = request.param
    async with making(folder) as stand:
        yield stand


@pytest.fixture(params=[*EVERY.values()], ids=[*EVERY])
async def stand(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stand[Provider]]:
    async with standing(request, tmp_path) as stand:
        yield stand


@pytest.fixture(params=[*TAKING_PICTURES.values()], ids=[*TAKING_PICTURES])
async def taker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stand[Provider]]:
    async with standing(request, tmp_path) as stand:
        yield stand


@pytest.fixture(params=[*FINDING.values()], ids=[*FINDING])
async def finder(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stand[Provider]]:
    async with standing(request, tmp_path) as stand:
        yield stand


@pytest.fixture(params=[*FORGETTING.values()], ids=[*FORGETTING])
async def forgetter(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Stand[Provider]]:
    async with standing(request, tmp_path) as stand:
        yield stand


async def test_what_was_ordered_is_made_and_fetched(stand: Stand[Provider]) -> None:
    task_id, snapshot = await finished(stand)

    downloaded = await download(stand.provider, task_id, snapshot)
    assert stand.made(task_id) == downloaded
    assert stand.wish.request.count == len(set(downloaded))


async def test_a_result_can_be_fetched_again(stand: Stand[Provider]) -> None:
    task_id, snapshot = await finished(stand)
    first = await fetch(stand.provider, task_id, snapshot.assets[0])

    assert first == await fetch(stand.provider, task_id, snapshot.assets[0])


async def test_a_download_may_be_left_half_way(stand: Stand[Provider]) -> None:
    task_id, snapshot = await finished(stand)
    async with stand.provider.open(task_id, snapshot.assets[0]) as chunks:
        first = await anext(chunks)

    [drawn] = stand.made(task_id)[:1]
    assert drawn.startswith(first)


async def test_two_orders_are_two_tasks(stand: Stand[Provider]) -> None:
    tasks = [await stand.provider.submit(stand.wish) for _ in range(2)]

    assert 2 == len(set(tasks))


async def test_a_task_nobody_ordered_is_left_out(stand: Stand[Provider]) -> None:
    assert {} == await stand.provider.poll([TaskId("unknown")])


async def test_asking_after_nothing_tells_nothing(stand: Stand[Provider]) -> None:
    assert {} == await stand.provider.poll([])


async def test_only_what_it_says_it_can_do_is_ordered(stand: Stand[Provider]) -> None:
    for operation in set(Operation) - stand.provider.capabilities.operations.keys():
        wish = Submission(
            Request(operation, prompt="a fox", tile=1), TaskId("parent"), ("picture",)
        )
        with pytest.raises(Rejected):
            await stand.provider.submit(wish)


async def test_what_it_says_it_can_do_makes_sense(stand: Stand[Provider]) -> None:
    can = stand.provider.capabilities
    assert stand.provider.name == stand.provider.name.lower()
    assert stand.wish.request.operation in can.operations
    for operation, spec in can.operations.items():
        assert 1 <= spec.default_count <= spec.max_count, operation
        assert spec.default_ratio is None or spec.default_ratio in spec.ratios, operation
        assert spec.default_length_s is None or spec.default_length_s in spec.lengths_s, operation
        assert spec.min_references <= spec.max_references, operation
        assert can.uploads or not spec.max_references, operation


async def test_a_picture_is_taken_or_refused_as_it_says(
    stand: Stand[Provider], tmp_path: Path
) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(samples.picture(64, 64))
    if stand.provider.capabilities.uploads is None:
        with pytest.raises(Rejected):
            await stand.provider.upload(picture)
        return

    assert await stand.provider.upload(picture)


async def test_its_account_is_a_report_or_nothing(stand: Stand[Provider]) -> None:
    assert isinstance(await stand.provider.account(), AccountReport | None)


@pytest.mark.parametrize("body", [None, [], "x", 7, {}, {"task_id": None}, {"task_id": {}}, [{}]])
async def test_a_call_to_our_webhook_that_says_nothing_names_nothing(
    stand: Stand[Provider], body: object
) -> None:
    assert stand.provider.read_webhook(body) is None


async def test_a_call_to_our_webhook_names_a_task_only_where_such_calls_are_made(
    stand: Stand[Provider],
) -> None:
    expected = TaskId("t-1") if stand.provider.capabilities.has_webhook else None

    assert expected == stand.provider.read_webhook({"task_id": "t-1", "status": "finished"})


async def test_a_picture_handed_over_can_be_worked_from(
    taker: Stand[Provider], tmp_path: Path
) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(samples.picture(64, 64))
    operation = next(
        operation
        for operation, spec in taker.provider.capabilities.operations.items()
        if spec.min_references == 1
    )
    handle = await taker.provider.upload(picture)
    wish = Submission(Request(operation, prompt="a fox"), references=(handle,))

    assert await taker.provider.submit(wish)


async def test_without_a_picture_nothing_is_made_from_one(taker: Stand[Provider]) -> None:
    for operation, spec in taker.provider.capabilities.operations.items():
        if spec.min_references:
            with pytest.raises(Rejected):
                await taker.provider.submit(Submission(Request(operation, prompt="a fox")))


async def test_an_order_whose_answer_was_lost_can_be_found(finder: Stand[Provider]) -> None:
    await finder.provider.submit(finder.wish)

    found = await finder.provider.find_submitted(finder.wish, since=0, claimed=frozenset())

    assert found is not None
    finder.finish(found)
    assert found in await finder.provider.poll([found])


async def test_an_order_that_cannot_be_looked_up_is_not_made_up(
    forgetter: Stand[Provider],
) -> None:
    await forgetter.provider.submit(forgetter.wish)

    found = await forgetter.provider.find_submitted(forgetter.wish, since=0, claimed=frozenset())

    assert (None, False) == (found, forgetter.provider.capabilities.can_find_submitted)
