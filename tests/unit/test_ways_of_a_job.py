"""The ways a job can go, one by one: what each fact makes of it, and what follows."""

import dataclasses

import pytest
from advancing import ANSWERED, EXPIRED, LATER, LOST, UNDECIDED, S, after
from shop import CLIP, GRID, HOUR, NOON, a_job, outputs

from bot.jobs.advance import advance
from bot.jobs.facts import (
    Admitted,
    CancelAsked,
    Capture,
    Delivered,
    DeliveryBegun,
    Effect,
    Ended,
    Fact,
    Hinted,
    Keep,
    LaneOver,
    Release,
    Resolved,
    Saved,
    Seen,
    ShowResult,
    ShowStatus,
    SubmitBegun,
    SubmitNotSent,
    SubmitRefused,
    TaskNamed,
    TellOperator,
)
from bot.model import Job, Reason, TaskId, Urgency


def follows(job: Job, fact: Fact) -> tuple[Effect, ...]:
    return advance(job, fact, now=NOON)[1]


RUNNING = after(a_job(), Admitted(), ANSWERED)
UNDER_REVIEW = after(a_job(), Admitted(), LOST, UNDECIDED)


def test_the_way_of_one_picture() -> None:
    job = after(RUNNING, Seen(40, NOON + 9), Saved(outputs(RUNNING, 4)))
    assert (S.READY, 1, 300, 100) == (job.state, job.charged_free, job.charged_vnd, job.progress)
    assert S.DONE is after(job, DeliveryBegun(), Delivered()).state


def test_fewer_pictures_than_ordered_cost_the_free_ones_first_and_the_rest_comes_back() -> None:
    saved = Saved(outputs(RUNNING, 2))
    assert follows(RUNNING, saved) == (
        Keep(saved.assets),
        Capture(1, 100),
        Release(0, 200),
        ShowResult(),
    )


def test_more_pictures_than_ordered_cost_no_more_than_was_held() -> None:
    job = after(RUNNING, Saved(outputs(RUNNING, 6)))
    assert (1, 300) == (job.charged_free, job.charged_vnd)


@pytest.mark.parametrize("count", [1, 2])
def test_a_video_is_one_output(count: int) -> None:
    clip = a_job(request=CLIP, price_each_vnd=20_000, held_free=0, held_vnd=20_000)
    job = after(clip, Admitted(), ANSWERED, Saved(outputs(clip, count)))
    assert 20_000 == job.charged_vnd


def test_a_result_after_the_deadline_is_delivered_and_given_free() -> None:
    expired = after(RUNNING, EXPIRED)
    assert (S.FAILED, Reason.EXPIRED, True) == (expired.state, expired.reason, expired.holds_lane)
    assert Release(1, 300) in follows(RUNNING, EXPIRED)
    late = after(expired, Saved(outputs(expired, 4)))
    assert ShowResult() in follows(expired, Saved(outputs(expired, 4)))
    assert (S.READY, None, 0, 0) == (late.state, late.reason, late.charged_free, late.charged_vnd)


def test_a_result_after_the_lane_was_given_up_changes_nothing() -> None:
    over = after(RUNNING, EXPIRED, LaneOver())
    assert (over, ()) == advance(over, Saved(outputs(over, 4)), now=NOON)


def test_a_lost_submit_found_after_its_money_went_back_is_delivered_and_given_free() -> None:
    assert (S.NEEDS_REVIEW, 0, 0) == (
        UNDER_REVIEW.state,
        UNDER_REVIEW.held_free,
        UNDER_REVIEW.held_vnd,
    )
    found = after(UNDER_REVIEW, ANSWERED)
    assert (S.RUNNING, None, None) == (found.state, found.reason, found.ended_at)
    job = after(found, Saved(outputs(found, 4)))
    assert (S.READY, 0, 0) == (job.state, job.charged_free, job.charged_vnd)


def test_a_submit_nobody_can_settle_is_told_to_user_and_operator() -> None:
    lost = after(a_job(), Admitted(), LOST)
    assert follows(lost, UNDECIDED) == (
        Release(1, 300),
        ShowStatus(Urgency.ANSWER),
        TellOperator("operator.needs_review"),
    )


def test_the_operator_closes_a_job_under_review_and_its_lane_is_free() -> None:
    closed = after(UNDER_REVIEW, Resolved())
    assert (S.FAILED, Reason.LOST, False) == (closed.state, closed.reason, closed.holds_lane)


def test_cancel_before_the_submit_gives_everything_back() -> None:
    assert follows(a_job(), CancelAsked()) == (Release(1, 300), ShowStatus(Urgency.ANSWER))
    assert S.CANCELLED is after(a_job(), CancelAsked()).state


def test_cancel_while_its_pictures_are_brought_is_a_cancel_and_nothing_is_begun() -> None:
    pictured = dataclasses.replace(GRID, references=("references/an.jpg",))
    bringing = after(a_job(request=pictured), Admitted())
    assert (Release(1, 300), ShowStatus(Urgency.ANSWER)) == follows(bringing, CancelAsked())
    cancelled = after(bringing, CancelAsked())
    assert (S.CANCELLED, False) == (cancelled.state, cancelled.holds_lane)
    assert cancelled == after(cancelled, SubmitBegun(), ANSWERED)


@pytest.mark.parametrize("history", [[Admitted()], [Admitted(), LOST], [Admitted(), ANSWERED]])
def test_cancel_after_the_submit_only_keeps_it_from_being_sent(history: list[Fact]) -> None:
    job = after(a_job(), *history)
    muted = after(job, CancelAsked())
    assert muted == dataclasses.replace(job, is_muted=True)
    assert () == follows(muted, CancelAsked())


def test_a_muted_result_is_charged_and_waits_in_the_history() -> None:
    muted = after(RUNNING, CancelAsked())
    saved = Saved(outputs(muted, 4))
    assert (Keep(saved.assets), Capture(1, 300), ShowStatus(Urgency.ANSWER)) == follows(
        muted, saved
    )
    assert S.DONE is after(muted, saved).state


def test_a_cancel_while_a_submit_fails_to_arrive_is_a_cancel_after_all() -> None:
    job = after(a_job(), Admitted(), CancelAsked(), SubmitNotSent(retry_at=LATER))
    assert (S.CANCELLED, 0, 0, False) == (job.state, job.held_free, job.held_vnd, job.holds_lane)


def test_a_submit_that_did_not_arrive_waits_in_the_queue_and_keeps_its_money() -> None:
    job = after(a_job(), Admitted(), SubmitNotSent(retry_at=LATER))
    assert a_job(attempts=1, due_at=LATER) == job


def test_all_done_but_not_saved_reads_ninety_nine_and_is_told_once() -> None:
    almost = after(RUNNING, Seen(100, NOON + 9))
    assert 99 == almost.progress
    assert () == follows(almost, Seen(100, NOON + 9))


def test_a_result_that_cannot_be_shown_is_kept_with_the_reason() -> None:
    ready = after(RUNNING, Saved(outputs(RUNNING, 4)))
    kept = after(ready, Delivered("the chat is gone"))
    assert (S.DONE, "the chat is gone") == (kept.state, kept.detail)


NAMED = TaskNamed(TaskId("t-1"))


def test_a_webhook_before_the_answer_names_the_task_and_has_it_read_at_once() -> None:
    named = after(a_job(), Admitted(), NAMED)
    assert (S.SUBMITTING, "t-1") == (named.state, named.task_id)
    answered = after(named, ANSWERED)
    assert (S.RUNNING, "t-1", NOON) == (answered.state, answered.task_id, answered.due_at)


def test_the_answer_knows_the_task_better_than_a_webhook_before_it() -> None:
    forged = after(a_job(), Admitted(), TaskNamed(TaskId("forged")))
    assert "t-1" == after(forged, ANSWERED).task_id


@pytest.mark.parametrize("failure", [SubmitNotSent(retry_at=LATER), SubmitRefused(Reason.REFUSED)])
def test_a_submit_a_webhook_spoke_of_is_never_sent_again_whatever_its_answer_was(
    failure: Fact,
) -> None:
    found = after(a_job(), Admitted(), NAMED, failure)
    assert (S.UNKNOWN, "t-1", NOON) == (found.state, found.task_id, found.due_at)
    assert S.RUNNING is after(found, ANSWERED).state


def test_a_webhook_finds_a_lost_submit_and_the_first_name_stands() -> None:
    lost = after(a_job(), Admitted(), LOST)
    found = after(lost, NAMED, TaskNamed(TaskId("t-9")))
    assert (S.UNKNOWN, "t-1", NOON) == (found.state, found.task_id, found.due_at)


def test_a_hint_makes_a_running_job_due_and_a_read_begun_before_does_not_put_it_off() -> None:
    begun = dataclasses.replace(RUNNING, due_at=NOON - 7)
    hinted = after(begun, Hinted())
    assert NOON == hinted.due_at
    assert NOON == after(hinted, Seen(40, NOON + 9, was_due_at=NOON - 7)).due_at
    assert NOON + 9 == after(begun, Seen(40, NOON + 9, was_due_at=NOON - 7)).due_at


def test_hints_before_and_after_the_work_change_nothing() -> None:
    saved = after(RUNNING, Saved(outputs(RUNNING, 4)))
    over = after(RUNNING, EXPIRED, LaneOver())
    for job in (a_job(), after(a_job(), Admitted()), saved, over, after(a_job(), CancelAsked())):
        assert (job, ()) == advance(job, Hinted(), now=NOON)


def test_no_appointment_lies_beyond_the_deadline_nor_beyond_the_lane() -> None:
    year = Seen(None, poll_at=NOON + 8_760 * HOUR)
    assert LATER == after(RUNNING, year).due_at
    started = RUNNING.started_at
    assert started is not None
    assert LATER + (LATER - started) == after(RUNNING, EXPIRED, year).due_at


def test_the_operator_is_told_of_results_that_are_late_or_useless() -> None:
    assert TellOperator("operator.result_late") in follows(RUNNING, EXPIRED)
    broken = Ended(Reason.BROKEN, "not public")
    assert TellOperator("operator.result_broken") in follows(RUNNING, broken)
    assert not any(
        isinstance(effect, TellOperator) for effect in follows(RUNNING, Ended(Reason.FAILED, "no"))
    )
