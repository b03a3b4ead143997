"""What a provider's call to our webhook does to a job. Knows nothing of HTTP, and of a body
only what its provider reads in it.

A call is a hint: it makes the job be read now, and it may name the task of a submit whose answer
has not come. What became of the work is only ever believed when it is read back.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.errors import TaskTaken
from bot.jobs import book
from bot.jobs.facts import Hinted, TaskNamed
from bot.model import Clock, Millis, TaskId
from bot.providers.port import Provider
from bot.store.port import Store, Transaction
from bot.store.records import read_job

_SECRET = "webhook_secret"  # noqa: S105  # the name of a row

log = structlog.get_logger(__name__)


def hearing(
    store: Store, provider: Provider, clock: Clock
) -> Callable[[str, Any], Awaitable[bool]]:
    """What a call to the webhook of ``provider`` does, by its path's reference and its body."""

    async def hear_one(reference: str, body: Any) -> bool:
        task_id = provider.read_webhook(body)

        async def work(tx: Transaction) -> bool:
            return await hear(tx, provider.name, reference, task_id, now=clock())

        return await store.write(work)

    return hear_one


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
        fact = TaskNamed(task_id)
    try:
        await book.move(tx, job, fact, now=now, who="webhook")
    except TaskTaken as error:
        log.warning("task_of_another", job=job.job_id, error=str(error))
        await book.tell_of(tx, job, "operator.task_taken", now=now)
    return True


async def own_secret(tx: Transaction) -> str:
    """What a webhook must bring along when the operator chose nothing: made once and kept, since
    work that is under way knows it.
    """
    row = await tx.one("setting_get", scope=0, name=_SECRET)
    if row is not None:
        return str(row["value"])
    made = secrets.token_urlsafe(32)
    await tx.run("setting_set", scope=0, name=_SECRET, value=made)
    return made
