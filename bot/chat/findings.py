"""What `/doctor` says of what it found: a sentence each, and with what is wrong how to mend it. Pure.

Knows nothing of where the facts come from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from bot.chat.checkup import BotFacts, GroupFacts
from bot.chat.talk import Line, counted, line
from bot.jobs.rules import GENERAL, GroupRules, Payer
from bot.model import Millis
from bot.money.plans import Plans

LOW_MB: Final = 1024
"""Below this the disk is too full: a day's videos may be as much."""


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Whether a provider takes orders."""

    title: str
    paused_why: str | None
    waits_until: Millis | None


@dataclasses.dataclass(frozen=True, slots=True)
class Queue:
    """How much waits where."""

    jobs: Mapping[str, int]
    """Jobs by state."""
    unsent: int
    unread: int
    failed: int
    """Updates nobody could read."""


def hearing_lines(facts: GroupFacts, username: str) -> list[Line]:
    """What of the talk reaches the bot."""
    if facts.is_admin:
        return [line("doctor.hears_as_admin")]
    if facts.hears_all:
        return [line("doctor.hears_all")]
    return [line("doctor.hears_commands", username=username)]


def right_lines(facts: GroupFacts) -> list[Line]:
    """What it may send; where both forbid it, what was taken from itself comes first."""
    if "messages" in (*facts.own_lacking, *facts.lacking):  # without it the others say nothing
        is_own = "messages" in facts.own_lacking
        return [line("doctor.own_lacks_messages" if is_own else "doctor.lacks_messages")]
    own = [line(f"doctor.own_lacks_{name}") for name in facts.own_lacking]
    of_all = [line(f"doctor.lacks_{name}") for name in facts.lacking]
    return [*own, *of_all] or [line("doctor.may_send")]


def topic_lines(facts: GroupFacts, rules: GroupRules, thread_id: int | None) -> list[Line]:
    """Where it answers; nothing where there are no topics."""
    if not facts.is_forum:
        return []
    if not rules.topics:
        return [line("doctor.topics_all")]
    is_here = (thread_id or GENERAL) in rules.topics
    key = "doctor.topics_here" if is_here else "doctor.topics_not_here"
    return [counted(key, len(rules.topics))]


def wallet_lines(rules: GroupRules, balance_vnd: int, plans: Plans) -> list[Line]:
    """Who pays, and whether there is something to pay with."""
    if rules.payer is Payer.MEMBER:
        return [line("doctor.members_pay")]
    if balance_vnd == 0:
        buy = "" if plans.stars is None else "_buy"
        return [line(f"doctor.wallet_empty{buy}", contact=plans.contact)]
    return [line("doctor.wallet", balance_vnd=balance_vnd)]


def provider_lines(standings: Sequence[Standing]) -> list[Line]:
    return [_provider_line(each) for each in standings]


def _provider_line(standing: Standing) -> Line:
    if standing.paused_why is not None:
        return line(f"admin.rests_{standing.paused_why}", title=standing.title)
    if standing.waits_until is not None:
        return line("admin.waits", title=standing.title, until_at=standing.waits_until)
    return line("admin.works", title=standing.title)


def queue_lines(queue: Queue) -> list[Line]:
    """What waits, and what nobody but the operator can settle."""
    running = sum(queue.jobs.get(state, 0) for state in ("submitting", "unknown", "running"))
    waiting = queue.jobs.get("queued", 0)
    lines = [line("doctor.queue", waiting=waiting, running=running, unsent=queue.unsent)]
    if undecided := queue.jobs.get("needs_review", 0):
        lines.append(counted("doctor.undecided", undecided))
    return lines


def update_lines(facts: BotFacts | None, queue: Queue) -> list[Line]:
    """Whether what people say arrives."""
    if facts is None:
        return [line("doctor.telegram_silent")]
    lines = [line("doctor.updates", pending=facts.pending, unread=queue.unread)]
    if facts.webhook_error:
        lines.append(line("doctor.webhook_error", why=facts.webhook_error))
    if queue.failed:
        lines.append(counted("doctor.updates_failed", queue.failed))
    return lines


def disk_lines(facts: BotFacts) -> list[Line]:
    key = "doctor.disk_low" if facts.free_mb < LOW_MB else "doctor.disk"
    return [line(key, free_mb=facts.free_mb)]
