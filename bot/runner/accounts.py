"""A provider account as the runner sees it: its lanes, its pace, whether it is paused.

Knows nothing of single jobs.
"""

from __future__ import annotations

import dataclasses

from bot.errors import AccountUnusable, NotSent
from bot.jobs import book
from bot.model import AssetKind, Job, Millis, Operation, Reason
from bot.providers.port import OperationSpec, Provider, Submission
from bot.store.port import Transaction

PROBE_EVERY_S = 60.0
"""A paused account is tried again with one job this often."""
LONGEST_READ_PAUSE_S = 5.0
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


def next_read_s(elapsed_s: float, typical_s: float, floor_s: float) -> float:
    """When to ask next: a third of what is left, so rarely at first and often near the end.

    Never below ``floor_s``; never above four times that or five seconds, for people watch the
    bar and a provider may be quicker than it was. A job far over its time is asked at half pace.
    """
    if elapsed_s > 2 * typical_s:
        return 2 * floor_s
    return max(floor_s, min(LONGEST_READ_PAUSE_S, 4 * floor_s, (typical_s - elapsed_s) / 3))


def retry_s(attempts: int, asked_s: float | None) -> float:
    """How long to wait after ``attempts`` calls that did not arrive; the provider's word first."""
    if asked_s is not None:
        return min(asked_s, 3600.0)
    doublings = min(attempts, 10)  # after weeks the number would be none any more
    return min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0**doublings)


async def pause(tx: Transaction, error: AccountUnusable | NotSent, *, now: Millis) -> None:
    """Stop ordering from an account that fails, and tell the operator once."""
    why = error.reason if isinstance(error, AccountUnusable) else "daily_limit"
    before = await tx.one("account_get", provider=error.provider)
    await tx.run(
        "account_pause",
        provider=error.provider,
        why=str(why),
        now=now,
        probe_at=now + int(PROBE_EVERY_S * 1000),
    )
    if before is None or before["paused_why"] != why:
        await book.tell_operator(
            tx,
            {
                Reason.KEY: "operator.account_key",
                Reason.CREDITS: "operator.account_credits",
            }.get(Reason(why) if why in set(Reason) else Reason.FAILED, "operator.account_limit"),
            now=now,
            provider=error.provider,
            detail=error.detail,
        )


async def resume(tx: Transaction, provider: str, *, now: Millis) -> None:
    """The account took an order again; the operator is told once that it is over."""
    if await tx.run("account_resume", provider=provider):
        await book.tell_operator(tx, "operator.account_well", now=now, provider=provider)
