"""How often a provider is asked, and how long one waits after it turned a call away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Operation
from bot.runner.accounts import LONGEST_RETRY_S, Timing, next_read_s, retry_s

seconds = st.floats(0, 10_000)


@given(seconds, st.floats(1, 1_000), st.floats(0.01, 60))
def test_nobody_is_asked_more_often_than_the_floor_or_left_alone_for_long(
    elapsed_s: float, typical_s: float, floor_s: float
) -> None:
    wait_s = next_read_s(elapsed_s, typical_s, floor_s)
    assert floor_s <= wait_s <= max(5.0, 2 * floor_s)


@given(st.floats(1, 1_000), st.floats(0.01, 60))
def test_the_pace_quickens_until_the_job_is_due(typical_s: float, floor_s: float) -> None:
    waits = [next_read_s(typical_s * part / 10, typical_s, floor_s) for part in range(11)]
    assert sorted(waits, reverse=True) == waits
    assert floor_s == waits[-1]


def test_a_job_far_over_its_time_is_asked_at_half_pace() -> None:
    assert (3.0, 6.0) == (next_read_s(50.0, 45.0, 3.0), next_read_s(91.0, 45.0, 3.0))


@pytest.mark.parametrize(
    ("attempts", "asked_s", "expected"),
    [
        (0, None, 2.0),
        (1, None, 4.0),
        (4, None, 32.0),
        (5, None, 60.0),
        (3, 7.0, 7.0),
        (0, 0.0, 0.0),
        (0, 1e9, 3600.0),
    ],
)
def test_the_wait_grows_and_the_providers_own_word_goes_first(
    attempts: int, asked_s: float | None, expected: float
) -> None:
    assert expected == retry_s(attempts, asked_s)


def test_a_provider_away_for_weeks_is_still_tried_every_minute() -> None:
    assert LONGEST_RETRY_S == retry_s(100_000, None)


def test_a_video_may_take_longer_than_a_picture() -> None:
    timing = Timing(poll_s=3, image_deadline_s=600, video_deadline_s=1200)
    videos = {Operation.VIDEO, Operation.IMAGE_VIDEO, Operation.REFERENCE_VIDEO}
    deadlines = {operation: timing.deadline_s(operation) for operation in Operation}
    assert deadlines == {each: 1200 if each in videos else 600 for each in Operation}
