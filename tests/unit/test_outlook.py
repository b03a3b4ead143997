"""What a person who waits is told about the time left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import NOON, a_job

from bot.jobs.advance import advance
from bot.jobs.facts import Seen
from bot.jobs.pace import carried_progress, left_s
from bot.model import Job, JobState


@pytest.mark.parametrize(
    ("elapsed_s", "progress", "expected"),
    [
        (5.0, 0, 40.0),  # nothing is known yet: what others took
        (5.0, 9, 40.0),  # too coarse to be counted on
        (5.0, 50, 5.0),  # quicker than usual
        (60.0, 25, 180.0),  # slower than usual: never "any moment" at a quarter
        (60.0, 0, 0.0),
    ],
)
def test_the_time_left_follows_the_jobs_own_pace_as_soon_as_it_shows(
    elapsed_s: float, progress: int, expected: float
) -> None:
    assert expected == left_s(elapsed_s, 45.0, progress)


def running(progress: int | None, *, told_after_s: int = 0) -> Job:
    told_at = None if progress is None else NOON + told_after_s * 1000
    return a_job(
        state=JobState.RUNNING, started_at=NOON, progress=progress, progress_at=told_at, due_at=NOON
    )


@pytest.mark.parametrize(
    ("progress", "told_after_s", "now_s", "expected"),
    [
        (None, 0, 60, None),
        (40, 20, 20, 40),
        (40, 20, 30, 60),  # two per cent a second
        (40, 20, 49, 98),
        (40, 20, 90, 99),  # never more: it is done when it is here
        (10, 20, 90, 25),  # thirty seconds on, then it stands still
        (9, 20, 90, 9),  # too coarse to be counted on
        (40, 20, 5, 40),  # a clock put back
        (40, 0, 30, 40),
    ],
)
def test_the_bar_goes_on_at_the_jobs_own_pace_while_nobody_is_asked(
    progress: int | None, told_after_s: int, now_s: int, expected: int | None
) -> None:
    job = running(progress, told_after_s=told_after_s)
    assert expected == carried_progress(job, now=NOON + now_s * 1000)


def test_growth_behind_a_bar_that_ran_ahead_is_growth_and_the_bar_waits_for_it() -> None:
    seen = []
    job = running(40, told_after_s=20)
    for now_s, progress in [(28, 44), (36, 48), (44, 60)]:  # it was carried to 56 per cent by then
        now = NOON + now_s * 1000
        job, _ = advance(job, Seen(progress, poll_at=now), now=now)
        seen.append((job.progress, job.progress_at, carried_progress(job, now=now)))
    expected = [(44, NOON + 28_000, 56), (48, NOON + 36_000, 56), (60, NOON + 44_000, 60)]
    assert expected == seen


@given(st.lists(st.tuples(st.integers(1, 40_000), st.none() | st.integers(0, 100))))
def test_the_bar_never_goes_back_whatever_the_provider_says(
    readings: list[tuple[int, int | None]],
) -> None:
    job, now, shown = running(None), NOON, 0
    for after_ms, progress in readings:
        now += after_ms
        before = carried_progress(job, now=now) or 0
        job, _ = advance(job, Seen(progress, poll_at=now), now=now)
        after = carried_progress(job, now=now) or 0
        assert shown <= before <= after <= 99
        shown = after
