"""An order whose answer was lost is found in Flow's list of jobs, and only if it is surely the one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from provider_pairs import WISH, Pair, flow_pair

from bot.errors import OutcomeUnknown
from bot.model import Operation, Request, TaskId
from bot.providers.flow import Flow
from bot.providers.port import Submission
from bot.sandbox.flow import FlowSandbox

SINCE = 1_767_355_200_000  # 2026-01-02 12:00 UTC


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
