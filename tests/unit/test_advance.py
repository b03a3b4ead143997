"""What may become of a job: every order in which facts can arrive, and the money they move."""

import dataclasses
from typing import assert_never

from advancing import ANSWERED, EXPIRED, LATER, LOST, UNDECIDED, S, after
from hypothesis import given
from hypothesis import strategies as st
from shop import GRID, NOON, a_job, outputs

from bot.jobs.advance import advance
from bot.jobs.facts import (
    Admitted,
    CancelAsked,
    Capture,
    DeadlinePassed,
    Delivered,
    DeliveryBegun,
    Effect,
    Ended,
    Fact,
    Hinted,
    LaneOver,
    LookedUp,
    Misnamed,
    PrivacyChosen,
    Release,
    Resolved,
    Saved,
    Seen,
    Settled,
    ShowResult,
    SubmitAnswered,
    SubmitBegun,
    SubmitLost,
    SubmitNotSent,
    SubmitRefused,
    TaskNamed,
    Undecided,
)
from bot.model import FINAL_STATES, Job, JobState, Reason, TaskId

FITTING: dict[type[Fact], set[JobState]] = {
    Admitted: {S.QUEUED},
    SubmitBegun: {S.SUBMITTING},
    SubmitNotSent: {S.SUBMITTING},
    SubmitRefused: {S.SUBMITTING},
    TaskNamed: {S.QUEUED, S.SUBMITTING, S.UNKNOWN, S.NEEDS_REVIEW},
    Misnamed: {S.SUBMITTING, S.UNKNOWN},
    Hinted: {S.RUNNING, S.FAILED},
    SubmitAnswered: {S.SUBMITTING, S.UNKNOWN, S.NEEDS_REVIEW},
    SubmitLost: {S.SUBMITTING, S.UNKNOWN},
    LookedUp: {S.UNKNOWN},
    Undecided: {S.UNKNOWN},
    Resolved: {S.NEEDS_REVIEW},
    Seen: {S.RUNNING, S.FAILED},
    Saved: {S.RUNNING, S.FAILED},
    Ended: {S.QUEUED, S.RUNNING, S.FAILED, S.NEEDS_REVIEW},
    DeadlinePassed: {S.RUNNING},
    LaneOver: {S.FAILED, S.NEEDS_REVIEW},
    CancelAsked: {S.QUEUED, S.SUBMITTING, S.UNKNOWN, S.RUNNING},
    PrivacyChosen: {S.QUEUED, S.SUBMITTING, S.UNKNOWN, S.RUNNING, S.DONE},
    DeliveryBegun: {S.READY},
    Delivered: {S.READY, S.DELIVERING},
    Settled: set(),  # whatever ends has settled already
}
"""The arrows of the picture in docs/architecture.md: the states in which each fact fits."""
ONLY_WITH_A_LANE = {S.FAILED, S.NEEDS_REVIEW}
"""Ended for the user: only what the provider still does for it fits."""
facts: st.SearchStrategy[Fact] = st.one_of(
    st.just(Admitted()),
    st.just(SubmitBegun()),
    st.just(SubmitNotSent(retry_at=NOON + 9)),
    st.builds(SubmitRefused, st.sampled_from(Reason), st.just("no")),
    st.just(TaskNamed(TaskId("t-2"))),
    st.just(Hinted()),
    st.just(Misnamed(again_at=NOON + 9, until=LATER)),
    st.just(ANSWERED),
    st.just(LOST),
    st.just(LookedUp(again_at=NOON + 9)),
    st.just(UNDECIDED),
    st.just(Resolved()),
    st.builds(Seen, st.none() | st.integers(0, 100), st.just(NOON + 9)),
    st.integers(1, 5).map(lambda count: Saved(outputs(a_job(), count))),
    st.builds(Ended, st.sampled_from(Reason), st.just("no")),
    st.just(EXPIRED),
    st.just(LaneOver()),
    st.just(CancelAsked()),
    st.builds(PrivacyChosen, st.booleans()),
    st.just(DeliveryBegun()),
    st.just(Delivered()),
    st.just(Settled()),
)
beginnings = st.sampled_from(
    [
        [],
        [Admitted(), ANSWERED],
        [Admitted(), ANSWERED, EXPIRED],
        [Admitted(), LOST],
        [Admitted(), LOST, UNDECIDED],
    ]
)
histories = st.tuples(beginnings, st.lists(facts, max_size=12)).map(lambda two: two[0] + two[1])
"""Left to chance alone, few get beyond the queue."""


@st.composite
def orders(draw: st.DrawFn) -> Job:
    """A job as it can be accepted: some outputs free, the others at the price."""
    count, price = draw(st.integers(1, 4)), draw(st.sampled_from([0, 100, 150, 20_000]))
    free = draw(st.integers(0, count))
    request = dataclasses.replace(GRID, count=count)
    held_vnd = (count - free) * price
    return a_job(request=request, price_each_vnd=price, held_free=free, held_vnd=held_vnd)


@given(orders(), histories)
def test_money_is_neither_made_nor_lost_whatever_happens(order: Job, history: list[Fact]) -> None:
    job = order
    released_free = released_vnd = 0
    for fact in history:
        before = job
        job, effects = advance(job, fact, now=NOON)
        captures = [each for each in effects if isinstance(each, Capture)]
        releases = [each for each in effects if isinstance(each, Release)]
        assert sum(each.amount_vnd for each in captures) == job.charged_vnd - before.charged_vnd
        assert sum(each.outputs_free for each in captures) == job.charged_free - before.charged_free
        released_free += sum(each.outputs_free for each in releases)
        released_vnd += sum(each.amount_vnd for each in releases)
        assert 0 <= min(job.held_free, job.held_vnd, job.charged_free, job.charged_vnd)
        assert order.held_free == job.held_free + job.charged_free + released_free
        assert order.held_vnd == job.held_vnd + job.charged_vnd + released_vnd
        if job.state in FINAL_STATES | {S.READY, S.DELIVERING}:
            assert (0, 0) == (job.held_free, job.held_vnd)


@given(orders(), histories)
def test_what_is_held_is_captured_at_most_once_and_released_at_most_once(
    order: Job, history: list[Fact]
) -> None:
    job, effects = order, list[Effect]()
    for fact in history:
        job, more = advance(job, fact, now=NOON)
        effects += more
    moves = [each for each in effects if isinstance(each, Capture | Release)]
    for kind in (Capture, Release):
        mine = [each for each in moves if isinstance(each, kind)]
        assert sum(1 for each in mine if each.amount_vnd) <= 1
        assert sum(1 for each in mine if each.outputs_free) <= 1


@given(orders(), histories, facts)
def test_a_fact_that_does_not_fit_changes_nothing(
    order: Job, history: list[Fact], fact: Fact
) -> None:
    job = after(order, *history)
    fits = job.state in FITTING[type(fact)]
    if job.state in ONLY_WITH_A_LANE and not isinstance(
        fact, SubmitAnswered | TaskNamed | Resolved
    ):
        fits = fits and job.holds_lane
    if job.state is S.QUEUED and isinstance(fact, TaskNamed):
        fits = job.attempts > 0
    if not fits:
        assert (job, ()) == advance(job, fact, now=NOON)


@given(orders(), histories)
def test_whoever_holds_a_lane_is_looked_at_again(order: Job, history: list[Fact]) -> None:
    job = after(order, *history)
    if job.state in {S.SUBMITTING, S.UNKNOWN, S.RUNNING}:
        assert job.holds_lane
    if job.holds_lane:
        assert job.state in {S.SUBMITTING, S.UNKNOWN, S.RUNNING, S.FAILED, S.NEEDS_REVIEW}
    if job.state is S.QUEUED or (job.holds_lane and job.state is not S.SUBMITTING):
        assert job.due_at is not None  # a submit under way is the running process's, else lost
    elif job.state is not S.SUBMITTING:
        assert job.due_at is None


def time_alone(job: Job) -> Fact | None:
    """What happens to a job nobody has news of."""
    match job.state:
        case S.QUEUED:
            return Admitted()
        case S.SUBMITTING:
            return LOST
        case S.UNKNOWN:
            return UNDECIDED
        case S.RUNNING:
            return EXPIRED
        case S.READY:
            return DeliveryBegun()
        case S.DELIVERING:
            return Delivered()
        case S.FAILED | S.NEEDS_REVIEW:
            return LaneOver() if job.holds_lane else None
        case S.DONE | S.CANCELLED:
            return None
        case _:
            assert_never(job.state)


@given(orders(), histories)
def test_every_job_ends_and_frees_its_lane_even_without_news(
    order: Job, history: list[Fact]
) -> None:
    job = after(order, *history)
    for _ in range(6):
        fact = time_alone(job)
        if fact is not None:
            job = after(job, fact)
    assert job.state in FINAL_STATES
    assert not job.holds_lane
    assert job.ended_at is not None


@given(orders(), histories)
def test_progress_never_goes_back_and_is_shown_only_when_it_grew(
    order: Job, history: list[Fact]
) -> None:
    job = order
    for fact in history:
        before = job
        job, effects = advance(job, fact, now=NOON)
        assert (job.progress or 0) >= (before.progress or 0)
        if isinstance(fact, Seen):
            assert bool(effects) == (job.progress != before.progress)


@given(orders(), histories)
def test_a_result_is_sent_at_most_once_and_never_where_it_was_cancelled(
    order: Job, history: list[Fact]
) -> None:
    job, shown = order, 0
    for fact in history:
        job, effects = advance(job, fact, now=NOON)
        sends = sum(1 for each in effects if isinstance(each, ShowResult))
        assert not (sends and job.is_muted)
        shown += sends
    assert shown <= 1


@given(orders(), histories, st.sampled_from(S))
def test_what_is_over_and_still_holds_something_gives_it_back_and_nothing_else_does(
    order: Job, history: list[Fact], state: S
) -> None:
    job = dataclasses.replace(after(order, *history), state=state, held_free=1, held_vnd=300)
    if state not in FINAL_STATES:
        assert (job, ()) == advance(job, Settled(), now=NOON)
        return
    settled = dataclasses.replace(job, held_free=0, held_vnd=0)
    assert (settled, (Release(1, 300),)) == advance(job, Settled(), now=NOON)
    assert (settled, ()) == advance(settled, Settled(), now=NOON)
