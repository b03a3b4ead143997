"""How often something went wrong with each job, and how long to wait before it is tried again.

Knows nothing of what went wrong. It counts in this process alone: a restart begins anew, which costs
a few tries more.
"""

from __future__ import annotations

from bot.model import JobId
from bot.store.port import Reading

LONGEST_RETRY_PAUSE_S = 30.0


class Failures:
    """Of one kind, such as reads nobody answered."""

    def __init__(self) -> None:
        self.times: dict[JobId, int] = {}

    def add(self, job_id: JobId) -> int:
        """One more; how many they are with it."""
        self.times[job_id] = self.times.get(job_id, 0) + 1
        return self.times[job_id]

    def clear(self, job_id: JobId) -> None:
        self.times.pop(job_id, None)

    async def forget_ended(self, reading: Reading) -> None:
        """Drop those of jobs that nothing more happens to."""
        for job_id in list(self.times):
            row = await reading.one("job_get", job_id=job_id)
            if row is None or row["due_at"] is None:
                self.clear(job_id)


def longer_s(times: int, shortest_s: float, asked_s: float | None = None) -> float:
    """Seconds to wait after so many failures: longer each time, so that it may recover.

    ``asked_s``: what the provider asked for, which is waited at least.
    """
    wait_s = min(LONGEST_RETRY_PAUSE_S, shortest_s * 2.0 ** min(times, 10))
    return max(wait_s, asked_s or 0.0)
