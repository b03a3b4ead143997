"""A job that cannot be made where it waits, made by another provider instead.

Knows nothing of chats. What is moved is the wish: it is cancelled where it is and accepted anew,
at the other's price, in one transaction, or nothing happens at all.
"""

from __future__ import annotations

import dataclasses

from bot.errors import StaleJob
from bot.jobs import book
from bot.jobs.accept import Accepted, Desk, NeedsAdmin, Order, Outcome, check_price
from bot.jobs.accounts import takes_orders
from bot.jobs.facts import CancelAsked, ShowStatus
from bot.jobs.offers import Market, nearest_ratio
from bot.jobs.purses import Quote
from bot.model import Asset, Job, JobState, Millis, Operation, Reason, Request, Urgency, UserId
from bot.providers.multipliers import find_multiplier
from bot.providers.port import OperationSpec
from bot.store.port import Reading, Transaction
from bot.store.records import read_asset

_AGAIN_ELSEWHERE = frozenset({Reason.KEY, Reason.CREDITS})


def may_move(job: Job) -> bool:
    """It waits, or it failed for what its provider's account lacks, and nobody has moved it."""
    is_in_vain = job.state is JobState.FAILED and job.reason in _AGAIN_ELSEWHERE
    return job.moved_to is None and (job.state is JobState.QUEUED or is_in_vain)


def moved_request(job: Job, provider: str, market: Market, picture: Asset | None) -> Request | None:
    """The wish of ``job`` as ``provider`` can fulfil it; None: it cannot, or not as it was meant.

    ``picture``: the tile the job acts on. A shape it does not offer becomes the nearest one, a
    number of pictures the nearest number; Midjourney's own flags mean nothing elsewhere.
    """
    wish = job.request
    if wish.operation is Operation.VARIATION and picture is not None:
        wish = dataclasses.replace(
            wish, operation=Operation.REFERENCE_IMAGE, references=(picture.path,), strength=None
        )
    elif wish.tile is not None and not wish.references:
        return None  # it acts on a task that only its own provider knows
    capabilities = market.providers.get(provider)
    spec = market.spec(provider, wish.operation)
    if spec is None or capabilities is None or provider == job.provider:
        return None
    if len(wish.prompt) > capabilities.prompt_max or not _is_kept(wish, spec):
        return None
    may_choose = spec.default_count != spec.max_count
    return dataclasses.replace(
        wish,
        ratio=_ratio(wish.ratio, spec),
        count=min(wish.count, spec.max_count) if may_choose else spec.default_count,
        mode=wish.mode if wish.mode in spec.modes else None,
    )


def _is_kept(wish: Request, spec: OperationSpec) -> bool:
    """What was asked for in so many words has to be had there too."""
    return (
        not wish.flags
        and not (spec.takes_flags and find_multiplier(wish.prompt))
        and (wish.hd is None or wish.hd in spec.hd)
        and (wish.length_s is None or wish.length_s in spec.lengths_s)
        and (wish.voice is None or wish.voice in spec.voices)
        and spec.min_references <= len(wish.references) <= spec.max_references
    )


def _ratio(ratio: str | None, spec: OperationSpec) -> str | None:
    if ratio is None or not spec.ratios or ratio in spec.ratios:
        return ratio
    width, height = map(int, ratio.split(":"))
    return nearest_ratio(width, height, spec.ratios)


async def moves(reading: Reading, job: Job, market: Market, *, now: Millis) -> dict[str, Request]:
    """By provider, what each other one that works could make of ``job`` right now."""
    if not may_move(job):
        return {}
    picture = await _picture(reading, job)
    found = {name: moved_request(job, name, market, picture) for name in market.providers}
    return {
        name: request
        for name, request in found.items()
        if request is not None and await takes_orders(reading, name, now=now)
    }


async def move_over(
    tx: Transaction,
    desk: Desk,
    market: Market,
    job: Job,
    provider: str,
    *,
    at_most_vnd: int | None = None,
    agreed_by: UserId | None = None,
) -> Outcome | None:
    """Have ``job`` made by ``provider``; None: it may not or cannot be any more.

    Where the money does not suffice nothing changes, and the outcome says what is lacking.
    ``at_most_vnd``: what was agreed to; ``agreed_by``: by which admin of the group. Raises StaleJob
    when somebody moved it since it was read, Dearer, with nothing written, when it costs more than
    was agreed to.
    """
    now = desk.clock()
    request = (await moves(tx, job, market, now=now)).get(provider)
    if request is None:
        return None
    parent = await book.find_job(tx, job.parent_id) if job.parent_id else None
    order = Order(
        job.user_id,
        book.home_of(job),
        request,
        provider,
        parent,
        agreed_by=agreed_by,
        replaces=job,
    )
    quote = await desk.quote(tx, order, freed=job)
    if not isinstance(quote, Quote):
        return quote
    check_price(quote, at_most_vnd)
    if await desk.needs_admin(tx, order, quote):
        return NeedsAdmin(quote.cost_vnd)
    await book.move(tx, job, CancelAsked(), now=now, who=f"user {job.user_id}")
    outcome = await desk.accept(tx, order)
    assert isinstance(outcome, Accepted)  # it was quoted with what the move gives back
    moved_to = outcome.job.job_id
    if not await tx.run("job_moved", job_id=job.job_id, moved_to=moved_to):
        raise StaleJob(job.job_id)
    await book.show_status(tx, job, ShowStatus(Urgency.ANSWER), now=now)  # without the button
    return outcome


async def _picture(reading: Reading, job: Job) -> Asset | None:
    """The tile it acts on."""
    if job.parent_id is None or job.request.tile is None:
        return None
    rows = await reading.all("assets_of_job", job_id=job.parent_id)
    tiles = [asset for row in rows if (asset := read_asset(row)).tile == job.request.tile]
    return tiles[0] if tiles else None
