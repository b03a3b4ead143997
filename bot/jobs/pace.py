"""How far a running job is between two looks at it, and when it should be ready. Pure.

Knows nothing of who looks. What the provider told last is carried forward at the job's own pace,
so that a bar moves while nobody is asked.
"""

from __future__ import annotations

from bot.model import Job, Millis

PACE_SHOWS = 10
"""Per cent of progress before which a provider's steps are too coarse to be counted on."""
MOST_SHOWN = 99
"""It is done when its files are here."""
CARRIED_MS = 30_000
"""No further than a bit more than the longest pause between two looks: then it stands still."""


def carried_progress(job: Job, *, now: Millis) -> int | None:
    """Whole per cent at ``now``; None while nothing is known. It never goes back."""
    if not job.progress or job.progress_at is None or job.started_at is None:
        return job.progress
    reached = max(job.progress, job.bar or 0)
    told_after_ms = job.progress_at - job.started_at
    if job.progress < PACE_SHOWS or told_after_ms <= 0:
        return reached
    since_ms = max(0, min(CARRIED_MS, now - job.progress_at))
    carried = job.progress * (told_after_ms + since_ms) // told_after_ms
    return max(reached, min(MOST_SHOWN, carried))


def left_s(elapsed_s: float, typical_s: float, progress: int) -> float:
    """Seconds until a running job should be ready.

    A bar that is nearly full beside "80 s left" is not believed, nor is "any moment" at a fifth:
    from ``PACE_SHOWS`` per cent on, the job's own pace tells more than what others took.
    """
    if progress >= PACE_SHOWS:
        return elapsed_s * (100 - progress) / progress
    return max(0.0, typical_s - elapsed_s)
