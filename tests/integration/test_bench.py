"""The bench measures what it says: the arms of its parts, quickly, and what they print."""

from pathlib import Path

import pytest

from bench import crowds, money, polling
from bench.lines import as_time, at_least, columns, verdict
from bench.polling import Heard, Load

QUICK = Load(jobs=3, apart_s=3, speed=30)


def test_figures_stand_below_each_other() -> None:
    assert ["arm  reads", "one     10", "two    0.3"] == columns(
        [("arm", "reads"), ("one", "10"), ("two", "0.3")]
    )


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0042, "4 ms"), (0.999, "999 ms"), (1, "1.00 s"), (12.345, "12.35 s")]
)
def test_short_times_are_milliseconds(seconds: float, said: str) -> None:
    assert said == as_time(seconds)


def test_a_figure_over_its_bound_is_called_missed() -> None:
    assert ["0.350 (at most 0.35: ok)", "0.360 (at most 0.35: MISSED)"] == [
        verdict(figure, 0.35) for figure in (0.35, 0.36)
    ]


def test_a_figure_below_what_it_has_to_be_is_called_missed() -> None:
    assert ["3.00 (at least 3: ok)", "2.99 (at least 3: MISSED)"] == [
        at_least(figure, 3.0) for figure in (3.0, 2.99)
    ]


@pytest.mark.parametrize("arm", [money.plain, money.easel])
async def test_each_arm_takes_for_every_job_and_its_book_is_right(
    arm: money.Arm, tmp_path: Path
) -> None:
    pace = await money.pace(arm, money.Load(clients=4, jobs_each=2), tmp_path)
    assert (8, []) == (pace.pairs, pace.findings)


def test_pairs_a_second_stand_beside_each_other_and_a_wrong_book_is_told() -> None:
    said = money.report(money.Pace(100, 1.0, []), money.Pace(350, 1.0, ["wallet 1: ..."]))
    assert "Easel to one await per statement: 3.50 (at least 3: ok)" == said[-1]
    assert ["yes", "no"] == [line.split()[-1] for line in said[1:3]]


def test_ratios_compare_easel_with_the_fixed_poll() -> None:
    said = polling.report(Heard(10, 1.5, 3), Heard(3, 1.2, 3), Heard(1, 0.02, 3))
    assert ["0.300 (at most 0.35: ok)", "0.800 (at most 1: ok)", "0.020 (at most 0.05: ok)"] == [
        line.partition(": ")[2] for line in said[-3:]
    ]


@pytest.mark.parametrize("arm", [polling.fixed_poll, polling.easel_polling, polling.easel_webhooks])
async def test_each_arm_hears_of_every_end_and_counts_what_it_asked(arm: polling.Arm) -> None:
    heard = await arm(QUICK)
    assert QUICK.jobs == heard.ends
    assert heard.reads > 0


def test_a_plain_bot_is_refused_in_a_crowd_and_easel_is_not_and_its_results_come_sooner() -> None:
    plainly, ours = crowds.plain(), crowds.easel()
    assert plainly.share > crowds.MOST_REFUSED >= ours.share
    assert ours.waited_s < plainly.waited_s


def test_a_crowds_figures_stand_beside_what_they_may_be() -> None:
    plainly, ours = crowds.Spent(1000, 300, 60.0), crowds.Spent(300, 0, 6.0)
    said = crowds.report(plainly, ours, 0.02, 0.03)
    assert ["0.000 (at most 0.01: ok)", "0.100 (at most 1: ok)"] == [
        line.partition(": ")[2] for line in said[-3:-1]
    ]
    assert said[-1].endswith("1.500 (at most 2: ok) (30 ms to 20 ms)")
