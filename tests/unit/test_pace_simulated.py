"""Thousands of jobs on a clock of our own: how often one asks, and how long a result lies unseen.

The yardstick asks every three seconds, as the providers' own examples do.
"""

import dataclasses
import random
import statistics
from collections.abc import Callable

import pytest

from bot.runner.pace import Standing, next_read_s

FLOOR_S = 3.0
JOBS = 500
Shown = Callable[[float], int]
"""Per cent told when this part of the work is done."""


@dataclasses.dataclass(frozen=True)
class Asked:
    calls: int
    lag_s: float
    """From the end of the work until it was seen."""


def ask_after(length_s: float, typical_s: float, shown: Shown) -> Asked:
    elapsed_s, calls, best, told_s = 0.0, 0, 0, 0.0
    wait_s = next_read_s(Standing(0.0, typical_s), FLOOR_S)
    while True:
        elapsed_s += wait_s
        calls += 1
        if elapsed_s >= length_s:
            return Asked(calls, elapsed_s - length_s)
        progress = min(99, shown(elapsed_s / length_s))
        if progress > best:
            best, told_s = progress, elapsed_s
        wait_s = next_read_s(Standing(elapsed_s, typical_s, best, elapsed_s - told_s), FLOOR_S)


def ask_steadily(length_s: float) -> Asked:
    calls = int(length_s // FLOOR_S) + 1
    return Asked(calls, calls * FLOOR_S - length_s)


def compare(
    seed: int, shortest_s: float, longest_s: float, typical_s: float, shown: Shown
) -> tuple[list[Asked], list[Asked]]:
    chance = random.Random(seed)
    lengths = [chance.uniform(shortest_s, longest_s) for _ in range(JOBS)]
    return (
        [ask_after(length_s, typical_s, shown) for length_s in lengths],
        [ask_steadily(length_s) for length_s in lengths],
    )


def calls(asked: list[Asked]) -> int:
    return sum(each.calls for each in asked)


def median_lag_s(asked: list[Asked]) -> float:
    return statistics.median(each.lag_s for each in asked)


def even(done: float) -> int:
    return int(100 * done)


@pytest.mark.parametrize("typical_s", [26.0, 30.0, 34.0])
@pytest.mark.parametrize("seed", range(20))
def test_pictures_of_about_thirty_seconds_cost_a_third_of_the_calls_and_are_seen_sooner(
    seed: int, typical_s: float
) -> None:
    ours, steady = compare(seed, 22.0, 38.0, typical_s, even)
    assert calls(ours) <= 0.35 * calls(steady)
    assert median_lag_s(ours) <= median_lag_s(steady)


@pytest.mark.parametrize("seed", range(5))
def test_videos_cost_fewer_calls_still(seed: int) -> None:
    ours, steady = compare(seed, 60.0, 120.0, 90.0, even)
    assert calls(ours) <= 0.25 * calls(steady)
    assert median_lag_s(ours) <= median_lag_s(steady)


ODD: dict[str, Shown] = {
    "never told": lambda _: 0,
    "in quarters": lambda done: int(4 * done) * 25,
    "stuck half way": lambda done: min(50, int(100 * done)),
    "jumping late": lambda done: 60 if done > 0.5 else 5,
    "full too early": lambda done: int(150 * done),
    "slow then quick": lambda done: int(100 * done**2),
    "quick then slow": lambda done: int(100 * done**0.5),
}


@pytest.mark.parametrize("lengths", [(22.0, 38.0), (60.0, 120.0), (300.0, 400.0)], ids=str)
@pytest.mark.parametrize("typical_s", [12.0, 30.0, 90.0])
@pytest.mark.parametrize("how", ODD)
def test_whatever_progress_does_it_costs_no_more_calls_and_never_lies_unseen_for_long(
    how: str, typical_s: float, lengths: tuple[float, float]
) -> None:
    ours, steady = compare(1, *lengths, typical_s, ODD[how])
    assert calls(ours) <= calls(steady)
    assert max(each.lag_s for each in ours) <= 20.0


def test_a_job_nobody_ever_finishes_is_asked_after_three_times_a_minute() -> None:
    for shown in ODD.values():
        assert ask_after(20_000.0, 30.0, shown).calls <= 20_000 / 20 + 20
