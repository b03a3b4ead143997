"""What a group's admins are asked to agree to before their group pays: kept until somebody decides.

Knows nothing of chats. Nothing is held while it waits: agreed to, it is taken on like any other
request, at most at the price that was said.
"""

from __future__ import annotations

import dataclasses
import enum
import json

from bot.jobs import book
from bot.jobs.accept import Accepted, Desk, Order, Outcome
from bot.jobs.moving import move_over
from bot.jobs.offers import Market
from bot.jobs.saying import say
from bot.model import ChatId, JobId, MessageId, Millis, Place, Request, Say, Urgency, UserId
from bot.store.port import Reading, Row, Transaction
from bot.store.records import request_value


class ApprovalState(enum.StrEnum):
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    """By an admin, or taken back by who asked."""


@dataclasses.dataclass(frozen=True, slots=True)
class Approval:
    """A request that waits for an admin's yes."""

    approval_id: int
    user_id: UserId
    """Who asked."""
    place: Place
    """Where it was asked, and what is replied to."""
    language: str
    """Of the message with its buttons."""
    provider: str
    request: Request
    parent_id: JobId | None
    replaces_id: JobId | None
    """The waiting job it is made in place of."""
    cost_vnd: int
    """What it was said to take from the group's wallet."""
    state: ApprovalState
    decided_by: UserId | None
    shown_id: MessageId | None
    """The latest message that asked about it; before a kill there may have been another."""


async def add_approval(
    tx: Transaction, order: Order, cost_vnd: int, *, language: str, now: Millis
) -> Approval:
    """Write down what ``order`` wants and what it was said to cost."""
    row = await tx.one(
        "approval_add",
        user_id=order.user_id,
        chat_id=order.place.chat_id,
        thread_id=order.place.thread_id,
        message_id=order.place.reply_to,
        language=language,
        provider=order.provider,
        request=request_value(order.request),
        parent_id=order.parent.job_id if order.parent else None,
        replaces_id=order.replaces.job_id if order.replaces else None,
        cost_vnd=cost_vnd,
        now=now,
    )
    assert row is not None
    approval_id = int(row["approval_id"])
    for path in order.request.references:
        await tx.run("approval_reference_add", approval_id=approval_id, path=path)
    added = await find_approval(tx, approval_id)
    assert added is not None
    return added


async def find_approval(reading: Reading, approval_id: int) -> Approval | None:
    row = await reading.one("approval_get", approval_id=approval_id)
    return _read(row) if row else None


def _read(row: Row) -> Approval:
    reply_to, decided_by, shown_id = row["message_id"], row["decided_by"], row["shown_id"]
    return Approval(
        approval_id=row["approval_id"],
        user_id=UserId(row["user_id"]),
        place=Place(
            ChatId(row["chat_id"]),
            row["thread_id"],
            None if reply_to is None else MessageId(reply_to),
        ),
        language=row["language"],
        provider=row["provider"],
        request=Request.from_json(json.loads(row["request"])),
        parent_id=row["parent_id"],
        replaces_id=row["replaces_id"],
        cost_vnd=row["cost_vnd"],
        state=ApprovalState(row["state"]),
        decided_by=None if decided_by is None else UserId(decided_by),
        shown_id=None if shown_id is None else MessageId(shown_id),
    )


async def show_approval(
    tx: Transaction, place: Place, approval_id: int, *, edits: MessageId | None, now: Millis
) -> None:
    """Say how it stands when that goes out. ``edits``: the message that says so from now on; None:
    a new one.
    """
    await say(
        tx,
        Say.APPROVAL,
        place,
        urgency=Urgency.ANSWER,
        now=now,
        payload={"approval_id": approval_id, "edits": edits},
    )


async def agree(
    tx: Transaction,
    desk: Desk,
    market: Market,
    asked: Approval,
    *,
    admin_id: UserId,
    at_most_vnd: int,
) -> Outcome | None:
    """Take it on; None: the job it was to replace goes on by itself, or is over.

    Where it is not taken on, it still waits. Raises Dearer, with nothing written, when it costs
    more than ``at_most_vnd``, StaleJob when somebody else was faster.
    """
    before = await book.find_job(tx, asked.replaces_id) if asked.replaces_id else None
    outcome: Outcome | None
    if before is not None:
        outcome = await move_over(
            tx, desk, market, before, asked.provider, at_most_vnd=at_most_vnd, agreed_by=admin_id
        )
    else:
        parent = await book.find_job(tx, asked.parent_id) if asked.parent_id else None
        order = Order(
            asked.user_id, asked.place, asked.request, asked.provider, parent, agreed_by=admin_id
        )
        outcome = await desk.accept(tx, order, at_most_vnd=at_most_vnd)
    if isinstance(outcome, Accepted):
        await decide(tx, asked, ApprovalState.AGREED, by=admin_id)
    return outcome


async def decide(tx: Transaction, asked: Approval, state: ApprovalState, *, by: UserId) -> bool:
    """Nobody is asked any more; False: somebody decided before."""
    decided = await tx.run(
        "approval_decide", approval_id=asked.approval_id, state=state.value, decided_by=by
    )
    return bool(decided)


async def say_dearer(tx: Transaction, asked: Approval, cost_vnd: int) -> Approval:
    """Ask about what it costs now."""
    await tx.run("approval_set_cost", approval_id=asked.approval_id, cost_vnd=cost_vnd)
    return dataclasses.replace(asked, cost_vnd=cost_vnd)
