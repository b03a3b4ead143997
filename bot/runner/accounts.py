"""A provider account as the runner sees it: its lanes, its pace, where it may call us.

Knows nothing of single jobs.
"""

from __future__ import annotations

import dataclasses

from bot.model import AssetKind, Job, Operation
from bot.providers.port import OperationSpec, Provider, Submission
from bot.runner.pace import Standing, fallback_read_s, next_read_s

MANY_LANES = 1_000
"""What `unlimited` lanes come to."""
FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 60.0


@dataclasses.dataclass(frozen=True, slots=True)
class Webhook:
    """Where a provider may tell us that something happened to a job."""

    root: str
    """Of the address; the job's reference follows."""
    secret: str
    """What it must bring along."""


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """One key of one provider, and how many jobs it runs at once."""

    provider: Provider
    lanes: int
    webhook: Webhook | None = None
    """None: it cannot call, or we cannot be called."""

    @property
    def name(self) -> str:
        return self.provider.name

    def spec(self, operation: Operation) -> OperationSpec:
        return self.provider.capabilities.operations[operation]

    def read_pause_s(self, standing: Standing, floor_s: float) -> float:
        """Until the next look at a job: who calls us is asked only for what may have got lost."""
        pause_s = next_read_s if self.webhook is None else fallback_read_s
        return pause_s(standing, floor_s)

    def submission(self, job: Job, references: tuple[str, ...] = ()) -> Submission:
        """What is handed over for ``job``; ``references``: the handles of its pictures."""
        hook = self.webhook
        return Submission(
            job.request,
            parent_task_id=job.parent_task_id,
            references=references,
            webhook_url=f"{hook.root}/{job.reference}" if hook else None,
            webhook_secret=hook.secret if hook else None,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Timing:
    """The operator's settings of time, in seconds."""

    poll_s: float
    image_deadline_s: float
    video_deadline_s: float
    grace_s: float = 120.0
    """How long a lost submit is looked for."""

    def deadline_s(self, operation: Operation) -> float:
        is_video = operation.output_kind is AssetKind.VIDEO
        return self.video_deadline_s if is_video else self.image_deadline_s


def retry_s(attempts: int, asked_s: float | None) -> float:
    """How long to wait after ``attempts`` calls that did not arrive; the provider's word first."""
    if asked_s is not None:
        return min(asked_s, 3600.0)
    doublings = min(attempts, 10)  # after weeks the number would be none any more
    return min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0**doublings)
