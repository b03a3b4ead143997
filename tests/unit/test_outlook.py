"""What a person who waits is told about the time left."""

import pytest

from bot.jobs.queue import _left_s


@pytest.mark.parametrize(
    ("elapsed_s", "progress", "left_s"),
    [
        (5.0, 0, 40.0),  # nothing is known yet: what others took
        (5.0, 9, 40.0),  # too coarse to be counted on
        (5.0, 50, 5.0),  # quicker than usual
        (60.0, 25, 180.0),  # slower than usual: never "any moment" at a quarter
        (60.0, 0, 0.0),
    ],
)
def test_the_time_left_follows_the_jobs_own_pace_as_soon_as_it_shows(
    elapsed_s: float, progress: int, left_s: float
) -> None:
    assert left_s == _left_s(elapsed_s, 45.0, progress)
