"""A receipt says what was held, taken and given back, and why it was another sum."""

import dataclasses
from typing import Any

import pytest
from shop import NOON, a_job

from bot.chat.receipt_lines import receipt_lines
from bot.jobs.receipts import EntryReceipt, JobReceipt
from bot.model import JobId, JobState, Operation, Reason, Request
from bot.money.ledger import BY_HAND, EntryKind
from bot.money.plans import Plan, Plans

PLANS = Plans({}, None, "", {"monthly": Plan("monthly", title="Monthly 5M")})
DONE: dict[str, Any] = {"state": JobState.DONE, "made_at": NOON, "held_free": 0, "held_vnd": 0}
NOTHING: dict[str, Any] = {"held_free": 0, "held_vnd": 0}


def told(receipt: JobReceipt | EntryReceipt, *, in_group: bool = False) -> list[str]:
    return [each["key"] for each in receipt_lines(receipt, PLANS, names_asker=in_group)]


def of_job(hold_vnd: int, hold_free: int, **changes: object) -> JobReceipt:
    return JobReceipt(a_job(**changes), "An", hold_vnd, hold_free)


def of_entry(kind: EntryKind, amount_vnd: int = 500, **changes: object) -> EntryReceipt:
    entry = EntryReceipt(
        entry_id=1,
        at=NOON,
        kind=kind,
        amount_vnd=amount_vnd,
        gone_vnd=0,
        author="easel",
        reason=BY_HAND,
        plan=None,
        is_early=False,
        stars=None,
        payment=None,
        giver="",
        is_restored=False,
    )
    return dataclasses.replace(entry, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("receipt", "lines"),
    [
        pytest.param(of_job(300, 1), ["free_held", "money_held"], id="still being made"),
        pytest.param(
            of_job(400, 0, **DONE, charged_vnd=400, outputs=4), ["money_taken"], id="all of it"
        ),
        pytest.param(
            of_job(0, 4, **DONE, charged_free=4, outputs=4), ["free_taken"], id="for nothing"
        ),
        pytest.param(
            of_job(400, 0, **DONE, charged_vnd=300, outputs=3),
            ["money_part", "why_some_image"],
            id="three of four",
        ),
        pytest.param(
            of_job(100, 3, **DONE, charged_free=2, outputs=2),
            ["free_part", "money_part", "why_some_image"],
            id="two of four, both free",
        ),
        pytest.param(
            of_job(400, 0, **NOTHING, state=JobState.FAILED, reason=Reason.REFUSED),
            ["money_back", "why_refused"],
            id="refused",
        ),
        pytest.param(
            of_job(300, 1, **NOTHING, state=JobState.CANCELLED),
            ["free_back", "money_back", "why_cancelled"],
            id="cancelled",
        ),
        pytest.param(
            of_job(400, 0, **NOTHING, state=JobState.CANCELLED, moved_to=JobId("M2")),
            ["money_back", "why_moved"],
            id="moved",
        ),
        pytest.param(
            of_job(400, 0, **DONE, outputs=4), ["money_back", "why_late"], id="too late, a gift"
        ),
        pytest.param(
            of_job(400, 0, **DONE, charged_vnd=400, outputs=4, is_muted=True),
            ["money_taken", "why_kept"],
            id="cancelled too late",
        ),
        pytest.param(of_job(0, 0, **DONE, outputs=4), ["nothing"], id="at a price of nothing"),
    ],
)
def test_each_end_of_a_job_reads_as_it_went(receipt: JobReceipt, lines: list[str]) -> None:
    assert ["receipts.job_image", *(f"receipts.{line}" for line in lines)] == told(receipt)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason: Reason) -> None:
    receipt = of_job(400, 0, **NOTHING, state=JobState.FAILED, reason=reason)
    assert f"receipts.why_{reason}" == told(receipt)[-1]


def test_in_a_group_it_is_said_who_asked() -> None:
    assert "receipts.asked_by" == told(of_job(300, 1), in_group=True)[1]


def test_a_long_prompt_is_cut_and_a_picture_without_words_has_dots() -> None:
    long = of_job(300, 1, request=Request(Operation.IMAGE, "a cat " * 30))
    mute = of_job(300, 1, request=Request(Operation.UPSCALE))
    prompts = [
        receipt_lines(each, PLANS, names_asker=False)[0]["values"]["prompt"]
        for each in (long, mute)
    ]
    assert [40, "…"] == [len(prompts[0]), prompts[1]]


def test_a_refund_is_told_with_its_share_and_what_is_gone() -> None:
    refund = of_entry(
        EntryKind.REFUND, 2_660_000, gone_vnd=1_140_000, plan="monthly", is_early=True
    )
    lines = receipt_lines(refund, PLANS, names_asker=False)
    assert ["refund", "refund_share", "refund_gone", "of_plan"] == [
        each["key"].removeprefix("receipts.") for each in lines
    ]
    share, gone, plan = (each["values"] for each in lines[1:])
    assert (70, 3_800_000, 2_660_000) == (
        *(share["percent"], share["left_vnd"], share["amount_vnd"]),
    )
    assert (1_140_000, "Monthly 5M") == (gone["gone_vnd"], plan["plan"])


def test_a_plan_that_left_the_file_keeps_its_name() -> None:
    [_, plan] = receipt_lines(of_entry(EntryKind.LAPSE, plan="gone"), PLANS, names_asker=False)
    assert "gone" == plan["values"]["plan"]


@pytest.mark.parametrize(
    ("entry", "lines"),
    [
        (of_entry(EntryKind.GRANT), ["grant"]),
        (of_entry(EntryKind.GRANT, reason="for the wait"), ["grant", "reason"]),
        (of_entry(EntryKind.CORRECTION, reason="by mistake"), ["correction", "reason"]),
        (of_entry(EntryKind.TOPUP, stars=200, reason="stars"), ["topup", "stars"]),
        (of_entry(EntryKind.TOPUP, stars=9, plan="monthly"), ["topup", "stars", "of_plan"]),
        (of_entry(EntryKind.TOPUP, is_restored=True), ["restored"]),
        (of_entry(EntryKind.VOUCHER), ["voucher"]),
        (of_entry(EntryKind.REVERSAL), ["reversal"]),
        (of_entry(EntryKind.REVERSAL, stars=200, payment=3), ["reversal", "stars_back"]),
        (of_entry(EntryKind.LAPSE, plan="monthly"), ["lapse", "of_plan"]),
        (of_entry(EntryKind.LAPSE, plan="monthly", is_early=True), ["lapse_early", "of_plan"]),
    ],
)
def test_money_that_came_or_went_says_how(entry: EntryReceipt, lines: list[str]) -> None:
    assert [f"receipts.{line}" for line in lines] == told(entry)


@pytest.mark.parametrize("kind", [EntryKind.GRANT, EntryKind.TOPUP, EntryKind.VOUCHER])
def test_in_a_group_it_is_said_who_put_money_in(kind: EntryKind) -> None:
    given = of_entry(kind, giver="Bình")
    assert "receipts.put_in_by" == told(given, in_group=True)[1]
    assert "receipts.put_in_by" not in told(given)
    assert "receipts.put_in_by" not in told(of_entry(kind), in_group=True)


def test_a_receipt_tells_the_cause_that_the_failure_message_told() -> None:
    words = {"reason": Reason.FAILED, "detail": "Banned word: naked"}
    failed = of_job(400, 0, state=JobState.FAILED, **NOTHING, **words)
    assert "receipts.why_words" == told(failed)[-1]
