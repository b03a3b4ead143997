"""`/quota`: the plan, what is left of today and of the balance, what is held and what runs.

Knows nothing of how money moves. A line stands there only where it says something: it is read on a
phone.
"""

from __future__ import annotations

from typing import Final

from bot.chat.talk import Label, Line, Talk, apart, counted, line
from bot.jobs.accept import Desk
from bot.jobs.buttons import Act, Press
from bot.jobs.purses import UNLIMITED
from bot.jobs.rules import Payer
from bot.model import AssetKind, ChatId, Job, JobState, UserId
from bot.money import ledger, terms
from bot.money.plans import FREE, Plan
from bot.store.records import read_job

_RUNNING: Final = frozenset({JobState.SUBMITTING, JobState.UNKNOWN, JobState.RUNNING})


class Quota:
    """Made once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def tell(self, talk: Talk) -> None:
        """What somebody has; in a group that pays, first what it has."""
        user_id = talk.speaker.user_id
        plan = await self._desk.purses.plan_of(talk.tx, user_id)
        jobs = await _paid_jobs(talk)
        lines = [
            *await self._plan_lines(talk, user_id, plan),
            *await self._today_lines(talk),
            await self._balance_line(talk, jobs),
            _under_way(jobs, plan),
        ]
        await talk.say(*await self._of_group(talk), *lines, buttons=[self._buttons()])

    def _buttons(self) -> list[Label]:
        labels = [
            Label("button.receipts", Press(Act.RECEIPTS)),
            Label("button.plans", Press(Act.PLANS)),
        ]
        if self._desk.plans.stars is not None:
            labels.append(Label("button.buy", Press(Act.BUY)))
        return labels

    async def _plan_lines(self, talk: Talk, wallet_id: UserId, plan: Plan) -> list[Line]:
        """Which plan, until when, and what its end leaves behind."""
        term = await terms.lapsing_term(talk.tx, wallet_id, now=talk.now)
        if term is None or term.plan != plan.name:
            # The free plan is everybody's and has a name in each language; the others are the
            # shop's.
            is_free = plan.name == FREE
            return [
                line("quota.plan_free") if is_free else line("quota.plan", plan=plan.shown_name)
            ]
        lines = [line("quota.plan_until", plan=plan.shown_name, ends_at=term.ends_at)]
        left_vnd = await terms.left_of(talk.tx, term)
        if not left_vnd:
            return lines
        lines.append(line("quota.lapses", left_vnd=left_vnd))
        if percent := plan.refund_percent:
            lines.append(line("quota.refund", percent=percent, contact=self._desk.plans.contact))
        return lines

    async def _today_lines(self, talk: Talk) -> list[Line]:
        """What is left of today, and when there is more."""
        given, has_daily = await self._given_lines(talk)
        chat_id = talk.place.chat_id
        if talk.rules.payer is Payer.GROUP:  # there the group's own lines tell of its cap
            chat_id = ChatId(talk.speaker.user_id)
        capped = await self._cap_lines(talk, chat_id)
        lines = [*given, *capped]
        reset_at = self._desk.purses.day_ends_at(talk.now)
        if has_daily:
            lines.append(line("quota.resets", reset_at=reset_at))
        elif capped:
            lines.append(line("quota.resets_caps", reset_at=reset_at))
        return lines

    async def _given_lines(self, talk: Talk) -> tuple[list[Line], bool]:
        """Of the free allowance; and whether tomorrow brings more of it."""
        lines = []
        has_daily = False
        for kind in AssetKind:
            allowance = await self._desk.purses.allowance(
                talk.tx, talk.speaker.user_id, kind, now=talk.now
            )
            if allowance.given >= UNLIMITED:
                lines.append(line(f"quota.unlimited_{kind}"))
            elif allowance.given:
                has_daily = True
                values = {"left": allowance.left, "given": allowance.given}
                lines.append(line(f"quota.free_{kind}", **values))
        return lines, has_daily

    async def _cap_lines(self, talk: Talk, chat_id: ChatId) -> list[Line]:
        """What the tightest cap of the day leaves the speaker in that chat, for money or free."""
        user_id = talk.speaker.user_id
        purse = await self._desk.purses.of(talk.tx, user_id, chat_id)
        lines = []
        for kind in AssetKind:
            room = await self._desk.caps.room(talk.tx, purse, user_id, chat_id, kind)
            if room is not None:
                values = {"left": room.left, "most": room.most}
                lines.append(line(f"quota.cap_{room.scope}_{kind}", **values))
        return lines

    async def _balance_line(self, talk: Talk, jobs: list[Job]) -> Line:
        user_id = talk.speaker.user_id
        balance_vnd = await self._desk.purses.balance_of(talk.tx, user_id)
        wallet = await ledger.read_wallet(talk.tx, user_id)
        if not wallet.held_vnd:
            return line("quota.balance", balance_vnd=balance_vnd)
        holding = sum(1 for job in jobs if job.held_vnd)
        values = {"balance_vnd": balance_vnd, "held_vnd": wallet.held_vnd}
        return counted("quota.balance_held", holding, **values)

    async def _of_group(self, talk: Talk) -> list[Line]:
        """What the group's wallet has, and what of it the speaker may spend today."""
        rules, chat_id = talk.rules, talk.place.chat_id
        if rules.payer is not Payer.GROUP:
            return []
        group_id = UserId(chat_id)
        wallet = await ledger.read_wallet(talk.tx, group_id)
        balance_vnd = await self._desk.purses.balance_of(talk.tx, group_id)
        lines = [line("purse.balance", balance_vnd=balance_vnd, held_vnd=wallet.held_vnd)]
        plan = await self._desk.purses.plan_of(talk.tx, group_id)
        if plan.name != FREE:
            lines += await self._plan_lines(talk, group_id, plan)
        lines += await self._cap_lines(talk, chat_id)
        if rules.cap_vnd is not None:
            purse = await self._desk.purses.of(talk.tx, talk.speaker.user_id, chat_id)
            cap = {"left_vnd": purse.balance_vnd, "cap_vnd": rules.cap_vnd}
            lines.append(line("purse.left_today", **cap))
        if rules.ask_above_vnd is not None and not talk.is_group_admin:
            lines.append(line("purse.asks_above", above_vnd=rules.ask_above_vnd))
        return [*lines, apart(line("purse.own"))]


def _under_way(jobs: list[Job], plan: Plan) -> Line:
    """How many run, of how many at once, and how many wait."""
    running = sum(1 for job in jobs if job.state in _RUNNING)
    waiting = sum(1 for job in jobs if job.state is JobState.QUEUED)
    at_once = "running" if plan.threads is None else "running_of"
    key = f"quota.{at_once}_waiting" if waiting else f"quota.{at_once}"
    return line(key, running=running, waiting=waiting, threads=plan.threads)


async def _paid_jobs(talk: Talk) -> list[Job]:
    """What the speaker pays for that is under way."""
    rows = await talk.tx.all("jobs_of_user", user_id=talk.speaker.user_id)
    jobs = [read_job(row) for row in rows]
    return [job for job in jobs if job.payer_id == talk.speaker.user_id]
