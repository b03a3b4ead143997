"""How often a provider is asked, and how long one waits after it turned a call away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Operation
from bot.runner.accounts import LONGEST_RETRY_S, Timing, retry_s
from bot.runner.pace import Standing, fallback_read_s, next_read_s

seconds = st.floats(0, 10_000)
standings = st.builds(Standing, seconds, st.floats(1, 1_000), st.integers(0, 99), seconds)


@given(standings, st.floats(0.01, 60))
def test_nobody_is_asked_more_often_than_the_floor_or_left_alone_for_long(
    standing: Standing, floor_s: float
) -> None:
    assert floor_s <= next_read_s(standing, floor_s) <= max(floor_s, min(20.0, 7 * floor_s))
    assert floor_s <= fallback_read_s(standing, floor_s) <= max(floor_s, min(60.0, 20 * floor_s))


@given(st.floats(1, 1_000), st.floats(0.01, 60))
def test_where_calls_come_no_first_look_is_due_before_it_should_long_be_there(
    typical_s: float, floor_s: float
) -> None:
    standing = Standing(0.0, typical_s)
    assert next_read_s(standing, floor_s) <= fallback_read_s(standing, floor_s)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing(0.0, 30.0), 18.0),  # nothing is known: most of what others took
        (Standing(0.0, 90.0), 20.0),
        (Standing(20.0, 30.0), 10 / 3),  # it says nothing of itself
        (Standing(33.0, 30.0), 3.3),  # over its time
        (Standing(600.0, 30.0), 20.0),  # far over it
        (Standing(18.0, 30.0, 75), 6.3),  # its own pace tells
        (Standing(18.0, 30.0, 90), 3.0),
        (Standing(18.0, 60.0, 20), 9.0),  # no further ahead than half of what it took
        (Standing(70.0, 30.0, 99, still_s=40.0), 10.0),  # it stands still
    ],
)
def test_a_job_is_asked_after_when_it_should_be_ready(standing: Standing, expected: float) -> None:
    assert pytest.approx(expected) == next_read_s(standing, 3.0)


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
