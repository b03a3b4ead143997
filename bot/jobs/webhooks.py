"""What a provider's call to our webhook does to a job. Knows nothing of HTTP, secrets or bodies.

A call is a hint: it makes the job be read now, and it may name the task of a submit whose answer
has not come. What became of the work is only ever believed when it is read back.
"""

from __future__ import annotations

from bot.jobs import book
from bot.jobs.facts import Hinted, TaskNamed
from bot.model import Millis, TaskId
from bot.store.port import Transaction
from bot.store.records import read_job


async def hear(
    tx: Transaction, provider: str, reference: str, task_id: TaskId | None, *, now: Millis
) -> bool:
    """Let a call about the job with ``reference`` be heard; False when there is no such job.

    ``task_id``: the task it spoke of, if any; one that belongs to another job names nothing.
    Early, late, twice or out of order, it does no harm.
    """
    row = await tx.one("job_by_reference", provider=provider, reference=reference)
    if row is None:
        return False
    job = read_job(row)
    fact: TaskNamed | Hinted = Hinted()
    if job.task_id is None and task_id is not None:
        owner = await tx.one("job_of_task", provider=provider, task_id=task_id)
        fact = TaskNamed(task_id) if owner is None else fact
    await book.move(tx, job, fact, now=now, who="webhook")
    return True
