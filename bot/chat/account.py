"""Commands about oneself: what is running, what is left, one's language.

Knows nothing of how updates look and makes nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from bot import i18n
from bot.chat.codes import read_code
from bot.chat.links import deep_link
from bot.chat.talk import Label, Line, Link, Talk, apart, counted, line
from bot.jobs import book
from bot.jobs.accept import Desk
from bot.jobs.buttons import Act, Press
from bot.jobs.facts import CancelAsked
from bot.jobs.pace import carried_progress
from bot.jobs.people import language_for
from bot.jobs.privacy import can_be_reached, private_place
from bot.jobs.purses import UNLIMITED
from bot.jobs.rules import Payer
from bot.model import FINAL_STATES, AssetKind, Job, JobState, Millis, Say, UserId
from bot.money import ledger
from bot.store.records import read_job

JOBS_SHOWN = 10
PROMPT_SHOWN = 60
"""Characters of a prompt in a list."""


class Account:
    """Made once. ``username``: the bot's."""

    def __init__(self, desk: Desk, username: str) -> None:
        self._desk = desk
        self._username = username

    async def language(self, talk: Talk, wanted: str) -> None:
        """One's own by `/lang vi|en`, or the choice as buttons."""
        if wanted not in i18n.LANGUAGES:
            await talk.say(line("lang.which"), buttons=[_languages()])
            return
        await talk.tx.run("user_set_language", user_id=talk.speaker.user_id, language=wanted)
        lines = [line("lang.set")] if talk.is_private else [line("lang.set"), line("lang.own_only")]
        await talk.in_language(wanted).say(*lines)

    async def quota(self, talk: Talk) -> None:
        """Plan, what is left today, balance, what is held, what is running."""
        user_id = talk.speaker.user_id
        plan = await self._desk.purses.plan_of(talk.tx, user_id)
        wallet = await ledger.read_wallet(talk.tx, user_id)
        # The free plan is everybody's and has a name in each language; the others are the shop's.
        is_free = plan.name == "free"
        lines = [line("quota.plan_free") if is_free else line("quota.plan", plan=plan.name)]
        is_given_daily = False
        for kind in (AssetKind.IMAGE, AssetKind.VIDEO):
            allowance = await self._desk.purses.allowance(talk.tx, user_id, kind, now=talk.now)
            if allowance.given >= UNLIMITED:
                lines.append(line(f"quota.unlimited_{kind}"))
            elif allowance.given:
                is_given_daily = True
                lines.append(line(f"quota.free_{kind}", left=allowance.left, given=allowance.given))
        if is_given_daily:
            lines.append(line("quota.resets", reset_at=self._next_midnight(talk.now)))
        lines += [
            line("quota.balance", balance_vnd=wallet.balance_vnd, held_vnd=wallet.held_vnd),
            counted("quota.under_way", len(await _jobs_of(talk))),
        ]
        await talk.say(*await self._of_group(talk), *lines)

    async def _of_group(self, talk: Talk) -> list[Line]:
        """What the group's wallet has, and what of it the speaker may spend today."""
        rules, chat_id = talk.rules, talk.place.chat_id
        if rules.payer is not Payer.GROUP:
            return []
        wallet = await ledger.read_wallet(talk.tx, UserId(chat_id))
        purse = await self._desk.purses.of(talk.tx, talk.speaker.user_id, chat_id)
        values = {"balance_vnd": wallet.balance_vnd, "held_vnd": wallet.held_vnd}
        lines = [line("purse.balance", **values)]
        if rules.cap_vnd is not None:
            cap = {"left_vnd": purse.balance_vnd, "cap_vnd": rules.cap_vnd}
            lines.append(line("purse.left_today", **cap))
        if rules.ask_above_vnd is not None and not talk.is_group_admin:
            lines.append(line("purse.asks_above", above_vnd=rules.ask_above_vnd))
        return [*lines, apart(line("purse.own"))]

    def _next_midnight(self, now: Millis) -> Millis:
        """When the operator's day ends."""
        today = dt.datetime.fromtimestamp(now / 1000, self._desk.timezone).date()
        midnight = dt.datetime.combine(today + dt.timedelta(days=1), dt.time(), self._desk.timezone)
        return int(midnight.timestamp() * 1000)

    async def jobs(self, talk: Talk) -> None:
        """What is running or waiting, each with its code and a Cancel.

        In a group, of what was asked for elsewhere no more than how many.
        """
        everywhere = await _jobs_of(talk)
        if not everywhere:
            await talk.say(line("jobs.none"))
            return
        jobs = [job for job in everywhere if talk.is_private or job.chat_id == talk.place.chat_id]
        lines = [counted("jobs.title", len(jobs))] if jobs else []
        shown = _together(jobs)[:JOBS_SHOWN]
        lines += [_jobs_line(members, talk.now) for members in shown]
        if elsewhere := len(everywhere) - len(jobs):
            lines.append(counted("jobs.elsewhere", elsewhere))
        await talk.say(*lines, buttons=[[_cancel(members)] for members in shown])

    async def cancel(self, talk: Talk, code: str, replied: Job | None) -> None:
        """`/cancel CODE`, in reply to a job's message, or the only one under way."""
        if code:
            job = await book.find_job(talk.tx, read_code(code) or "")
            if job is None or job.user_id != talk.speaker.user_id:
                await talk.say(line("cancel.unknown", code=code))
                return
        elif replied is not None:
            job = replied
        else:
            jobs = [job for job in await _jobs_of(talk) if book.is_under_way(job)]
            if len(jobs) != 1:
                await self.jobs(talk)
                return
            job = jobs[0]
        await talk.say(await self.stop(talk, job))

    async def stop(self, talk: Talk, job: Job) -> Line:
        """Cancel ``job`` for whoever asked, and what to say about it."""
        if job.user_id != talk.speaker.user_id:
            return line("cancel.not_yours")
        if not book.is_under_way(job):
            return line("cancel.too_late", code=job.job_id)
        who = f"user {talk.speaker.user_id}"
        moved = await book.move(talk.tx, job, CancelAsked(), now=talk.now, who=who)
        if moved.state is JobState.CANCELLED:
            return line("cancel.done", code=job.job_id)
        return line("cancel.muted", code=job.job_id)

    async def show(self, talk: Talk, code: str) -> None:
        """Bring back one of one's own results, with its buttons, in this chat.

        What was sent to them alone comes to the private chat.
        """
        if not code.strip():
            await talk.say(line("show.which"))
            return
        job = await book.find_job(talk.tx, read_code(code) or "")
        if job is None or job.user_id != talk.speaker.user_id:
            await talk.say(line("show.unknown", code=code.strip()))
        elif await talk.tx.all("assets_of_job", job_id=job.job_id):
            await self._show(talk, job)
        elif job.state in FINAL_STATES:
            await talk.say(line("show.nothing", code=job.job_id))
        else:
            await talk.say(line("show.not_ready", code=job.job_id))

    async def _show(self, talk: Talk, job: Job) -> None:
        if talk.is_private or not job.to_private:
            await talk.show(Say.RESULT, job.job_id, None, again=True)
            return
        stands = "sent" if await self.show_alone(talk, job) else "waits"
        kind = job.request.operation.output_kind
        await talk.say(
            line(f"stub.{stands}_{kind}", name=talk.speaker.first_name),
            buttons=[[Link("button.in_private", deep_link(self._username, job.job_id))]],
        )

    async def show_alone(self, talk: Talk, job: Job) -> bool:
        """Bring it back in the private chat of who speaks; False: that has not been opened."""
        user_id = talk.speaker.user_id
        if not await can_be_reached(talk.tx, user_id):
            return False
        place = private_place(user_id)
        language = await language_for(talk.tx, user_id, place.chat_id, default=talk.language)
        there = dataclasses.replace(talk, place=place, language=language)
        await there.show(Say.RESULT, job.job_id, None, again=True)
        return True


def _together(jobs: Sequence[Job]) -> list[list[Job]]:
    """Those of one message as one entry, where its first stands."""
    entries: dict[int | str, list[Job]] = {}
    for job in jobs:
        entries.setdefault(job.job_id if job.bulk_id is None else job.bulk_id, []).append(job)
    return list(entries.values())


def _jobs_line(members: Sequence[Job], now: Millis) -> Line:
    first = members[0]
    if first.bulk_id is None:
        return _job_line(first, now)
    return counted("jobs.bulk", len(members), prompt=_shortened(first.request.prompt))


def _shortened(prompt: str) -> str:
    return prompt if len(prompt) <= PROMPT_SHOWN else prompt[: PROMPT_SHOWN - 1] + "…"


def _job_line(job: Job, now: Millis) -> Line:
    prompt = _shortened(job.request.prompt)
    progress = carried_progress(job, now=now)
    if progress is not None and job.state is JobState.RUNNING:
        return line("jobs.running", code=job.job_id, prompt=prompt, percent=progress)
    state = "queued" if job.state is JobState.QUEUED else "begun"
    return line(f"jobs.{state}", code=job.job_id, prompt=prompt)


def _cancel(members: Sequence[Job]) -> Label:
    job = members[0]
    if job.bulk_id is not None:
        return Label("bulk.button_stop", Press(Act.BULK, how=f"{job.bulk_id}-stop"))
    return Label("button.cancel_code", Press(Act.CANCEL, job.job_id), job.job_id)


def _languages() -> list[Label]:
    return [Label(f"lang.name_{code}", Press(Act.LANGUAGE, how=code)) for code in i18n.LANGUAGES]


async def _jobs_of(talk: Talk) -> list[Job]:
    rows = await talk.tx.all("jobs_of_user", user_id=talk.speaker.user_id)
    return [read_job(row) for row in rows]
