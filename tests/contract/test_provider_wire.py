"""What the core may rely on of every provider that is reached over a network, in every weather."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from provider_pairs import (
    KEY,
    Pair,
    apiframe_pair,
    doodle_pair,
    download,
    fetch,
    finished,
    flow_pair,
)
from serving import closed_origin

from bot.errors import (
    AccountUnusable,
    NotReady,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    Unreachable,
)
from bot.model import Reason, TaskId
from bot.providers.port import Failed, Provider, Running
from bot.sandbox.service import ProviderSandbox

AnyPair = Pair[Provider, ProviderSandbox]


@pytest.fixture(params=[apiframe_pair, flow_pair, doodle_pair], ids=["apiframe", "flow", "doodle"])
async def pair(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AnyPair]:
    async with request.param(tmp_path) as pair:
        yield pair


def submits(pair: AnyPair) -> int:
    return sum(call.path.endswith(pair.submit_path) for call in pair.sandbox.calls)


async def test_a_task_under_way_tells_how_far_it_is(pair: AnyPair) -> None:
    task_id = await pair.provider.submit(pair.wish)
    pair.work(percent=40)

    assert {task_id: Running(40)} == await pair.provider.poll([task_id])


async def test_a_failed_task_says_why(pair: AnyPair) -> None:
    task_id = await pair.provider.submit(pair.wish)
    pair.sandbox.fail_task(task_id, "no <b>foxes</b>\n today")

    assert {task_id: Failed("no foxes today")} == await pair.provider.poll([task_id])


async def test_a_task_the_provider_does_not_know_is_left_out(pair: AnyPair) -> None:
    known = await pair.provider.submit(pair.wish)
    pair.work(percent=40)

    assert {} == await pair.provider.poll([TaskId("unknown")])
    assert {known: Running(40)} == await pair.provider.poll([known, TaskId("unknown")])


async def test_asking_after_nothing_asks_nobody(pair: AnyPair) -> None:
    assert {} == await pair.provider.poll([])
    assert [] == pair.sandbox.calls


async def test_a_wrong_key_stops_the_account(pair: AnyPair) -> None:
    stranger = pair.connect("wrong-key", pair.origin)
    task_id = await pair.provider.submit(pair.wish)
    async with contextlib.aclosing(stranger):
        with pytest.raises(AccountUnusable) as at_submit:
            await stranger.submit(pair.wish)
        with pytest.raises(AccountUnusable) as at_poll:
            await stranger.poll([task_id])

    assert [Reason.KEY, Reason.KEY] == [at_submit.value.reason, at_poll.value.reason]


async def test_an_empty_account_is_told_from_a_wrong_key(pair: AnyPair) -> None:
    task_id = await pair.provider.submit(pair.wish)
    pair.sandbox.fail_next(pair.submit_path, status=402, body=b'{"message": "no credits"}')
    pair.sandbox.fail_next(pair.read_path(task_id), status=402)
    with pytest.raises(AccountUnusable) as at_submit:
        await pair.provider.submit(pair.wish)
    with pytest.raises(AccountUnusable) as at_poll:
        await pair.provider.poll([task_id])

    assert [Reason.CREDITS, Reason.CREDITS] == [at_submit.value.reason, at_poll.value.reason]
    assert "no credits" == at_submit.value.detail


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"errors": [{"msg": "prompt is too long"}]}'),
        (400, b'{"error": "prompt is too long"}'),
        (404, b'{"message": "prompt is too long"}'),
        (413, b"<html><body><p>prompt is\ntoo long</p></body></html>"),
        (422, b'{"detail": "prompt is too long"}'),
        (422, b'{"detail": [{"loc": ["prompts", 0], "msg": "prompt is too long"}]}'),
    ],
)
async def test_a_refused_wish_carries_the_providers_words(
    pair: AnyPair, status: int, body: bytes
) -> None:
    pair.sandbox.fail_next(pair.submit_path, status=status, body=body)
    with pytest.raises(Rejected) as refusal:
        await pair.provider.submit(pair.wish)

    assert ("prompt is too long", status) == (refusal.value.detail, refusal.value.status)


@pytest.mark.parametrize("status", [429, 503])
async def test_being_told_to_wait_means_nothing_was_ordered(pair: AnyPair, status: int) -> None:
    pair.sandbox.fail_next(pair.submit_path, status=status, headers={"Retry-After": "7"})
    with pytest.raises(NotSent) as refusal:
        await pair.provider.submit(pair.wish)

    assert (7.0, False) == (refusal.value.retry_after_s, refusal.value.is_daily_limit)


async def test_nobody_listening_means_nothing_was_ordered(pair: AnyPair) -> None:
    nobody = pair.connect(KEY, closed_origin())
    async with contextlib.aclosing(nobody):
        with pytest.raises(NotSent):
            await nobody.submit(pair.wish)
        with pytest.raises(Unreachable):
            await nobody.poll([TaskId("any")])


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (502, b"<html><title>502 Bad Gateway</title></html>"),
        (504, b'{"message": "upstream"}'),
        (302, b""),
        (408, b""),
        (200, b""),
        (200, b"<html>Please log in</html>"),
        (200, b"null"),
        (200, b"[]"),
        (200, b'{"ok": true}'),
        (200, b'{"task_id": null, "job_id": null}'),
        (200, b'{"task_id": "cut'),
    ],
)
async def test_an_answer_without_a_handle_leaves_the_outcome_unknown_and_is_not_repeated(
    pair: AnyPair, status: int, body: bytes
) -> None:
    pair.sandbox.fail_next(pair.submit_path, status=status, body=body)
    with pytest.raises(OutcomeUnknown) as lost:
        await pair.provider.submit(pair.wish)

    assert 1 == submits(pair)
    assert "<" not in lost.value.detail


async def test_a_lost_answer_leaves_the_outcome_unknown_and_is_not_repeated(pair: AnyPair) -> None:
    pair.sandbox.lose_answer_of_next(pair.submit_path)
    with pytest.raises(OutcomeUnknown):
        await pair.provider.submit(pair.wish)

    assert 1 == submits(pair)


async def test_a_refusal_dressed_as_success_is_a_refusal(pair: AnyPair) -> None:
    pair.sandbox.fail_next(pair.submit_path, status=200, body=b'{"error": "banned word"}')
    with pytest.raises(Rejected) as refusal:
        await pair.provider.submit(pair.wish)

    assert "banned word" == refusal.value.detail


@pytest.mark.parametrize(
    ("status", "body"), [(500, b""), (429, b""), (200, b"<html>tunnel</html>"), (408, b"")]
)
async def test_a_read_that_failed_is_repeated(pair: AnyPair, status: int, body: bytes) -> None:
    task_id = await pair.provider.submit(pair.wish)
    pair.work(percent=40)
    pair.sandbox.fail_next(pair.read_path(task_id), status=status, body=body, times=2)

    assert {task_id: Running(40)} == await pair.provider.poll([task_id])


async def test_a_read_that_keeps_failing_is_given_up(pair: AnyPair) -> None:
    task_id = await pair.provider.submit(pair.wish)
    pair.sandbox.fail_next(pair.read_path(task_id), status=502, times=3)
    with pytest.raises(Unreachable):
        await pair.provider.poll([task_id])

    assert 3 == len(pair.sandbox.calls) - 1


async def test_a_read_told_to_wait_long_is_left_to_the_caller(pair: AnyPair) -> None:
    task_id = await pair.provider.submit(pair.wish)
    headers = {"Retry-After": "120"}
    pair.sandbox.fail_next(pair.read_path(task_id), status=429, headers=headers)
    with pytest.raises(Unreachable) as refusal:
        await pair.provider.poll([task_id])

    assert (120.0, 2) == (refusal.value.retry_after_s, len(pair.sandbox.calls))


async def test_a_key_echoed_by_the_provider_is_blotted_out(pair: AnyPair) -> None:
    body = f'{{"detail": "bad request with {KEY}"}}'.encode()
    pair.sandbox.fail_next(pair.submit_path, status=400, body=body)
    with pytest.raises(ProviderError) as refusal:
        await pair.provider.submit(pair.wish)

    assert "bad request with ***" == refusal.value.detail
    assert KEY not in str(refusal.value)


async def test_a_download_that_breaks_off_is_told_from_a_whole_one(pair: AnyPair) -> None:
    task_id, snapshot = await finished(pair)
    pair.sandbox.truncate_next_download()
    with pytest.raises(Unreachable):
        await download(pair.provider, task_id, snapshot)

    downloaded = await download(pair.provider, task_id, snapshot)
    assert pair.made(task_id) == downloaded
    assert pair.wish.request.count == len(downloaded)


async def test_a_file_told_of_before_it_is_there_is_not_ready(pair: AnyPair) -> None:
    task_id, snapshot = await finished(pair)
    pair.sandbox.lag_after_completion(1)
    with pytest.raises(NotReady) as early:
        await fetch(pair.provider, task_id, snapshot.assets[0])

    picture = await fetch(pair.provider, task_id, snapshot.assets[0])
    assert (404, pair.made(task_id)) == (early.value.status, [picture])
