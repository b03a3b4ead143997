"""When to ask after a job again: rarely at first, often near its end. Pure.

Knows nothing of who asks. Every read of a running job costs the provider a call, and every second
its result lies there unseen is a second somebody waits.
"""

from __future__ import annotations

import dataclasses

from bot.jobs.pace import PACE_SHOWS, left_s

FIRST_LOOK_PART = 0.6
"""Of the time it usually takes, before it is looked at at all."""
TRUSTED_PART = 0.5
"""Of the time it has taken: no further ahead is its own pace believed."""
LITTLE_S = 0.3
"""After the moment it should be ready: asked too early, one waits a whole pause longer."""
MOST_FLOORS = 7
"""The longest pause in shortest ones, so that a wrong guess costs little."""
LONGEST_PAUSE_S = 20.0
FALLBACK_FLOORS = 20
LONGEST_FALLBACK_S = 60.0
"""The same where the provider calls us: then a read is only for a call that was lost."""
FALLBACK_PART = 1.5


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """A running job as it was last seen. Times in seconds."""

    elapsed_s: float
    """Since the provider took it."""
    typical_s: float
    """How long the latest ones of its kind took."""
    progress: int = 0
    """Per cent; 0 also where the provider does not say."""
    still_s: float = 0.0
    """Since its progress last grew."""


def next_read_s(standing: Standing, floor_s: float) -> float:
    """Seconds until the next look, from ``floor_s`` to seven times that, at most 20.

    Until its progress shows a pace, what others took decides; from then on its own pace tells
    when it ends. What stands still, and what is far over its time, is asked ever more rarely.
    """
    most_s = max(floor_s, min(LONGEST_PAUSE_S, MOST_FLOORS * floor_s))
    if standing.progress >= PACE_SHOWS:
        by_pace_s = min(_left_by_pace_s(standing), TRUSTED_PART * standing.elapsed_s)
        wait_s = max(by_pace_s, standing.still_s / 4)
    else:
        wait_s = max(_left_by_others_s(standing), standing.elapsed_s / 10)
    return max(floor_s, min(most_s, wait_s))


def _left_by_pace_s(standing: Standing) -> float:
    own_s = left_s(standing.elapsed_s, standing.typical_s, standing.progress)
    others_s = standing.typical_s - standing.elapsed_s
    # Coarse steps promise an end too late; where others are done earlier, a look is due then.
    return (min(own_s, others_s) if others_s > own_s / 2 else own_s) + LITTLE_S


def _left_by_others_s(standing: Standing) -> float:
    first_s = FIRST_LOOK_PART * standing.typical_s - standing.elapsed_s
    return first_s if first_s > 0 else (standing.typical_s - standing.elapsed_s) / 3


def fallback_read_s(standing: Standing, floor_s: float) -> float:
    """Seconds until the next look where the provider calls us when something happens.

    Not before it is well over the usual time, then from time to time: a call may be lost.
    """
    most_s = max(floor_s, min(LONGEST_FALLBACK_S, FALLBACK_FLOORS * floor_s))
    over_s = FALLBACK_PART * standing.typical_s - standing.elapsed_s
    return max(floor_s, min(most_s, over_s if over_s > 0 else standing.elapsed_s / 3))
