"""Commands about oneself: what is running, what is left, one's language, help.

Knows nothing of how updates look and makes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bot import i18n
from bot.chat.codes import read_code
from bot.chat.talk import Label, Line, Talk, counted, line
from bot.jobs import book
from bot.jobs.accept import UNLIMITED, Desk
from bot.jobs.buttons import Act, Press
from bot.jobs.facts import CancelAsked
from bot.jobs.offers import Market
from bot.jobs.pace import carried_progress
from bot.model import FINAL_STATES, AssetKind, Job, JobState, Millis, Operation, Say
from bot.money import ledger
from bot.store.records import read_job

STARTERS = {
    "start.image": (Operation.IMAGE,),
    "start.video": (Operation.VIDEO,),
    "start.reply": (),
}
HELP = {
    "help.image": (Operation.IMAGE,),
    "help.references": (Operation.REFERENCE_IMAGE,),
    "help.video": (Operation.VIDEO,),
    "help.animate": (Operation.IMAGE_VIDEO,),
    "help.reply": (),
    "help.around": (Operation.PAN, Operation.ZOOM),
    "help.enlarge": (Operation.ENLARGE,),
}
"""Sentences, and the operations of which one is needed for them to be true."""
JOBS_SHOWN = 10
PROMPT_SHOWN = 60
"""Characters of a prompt in a list."""


class Account:
    """Made once."""

    def __init__(self, desk: Desk, market: Market) -> None:
        self._desk = desk
        self._market = market

    async def start(self, talk: Talk) -> None:
        await talk.say(
            line("start.hello", name=talk.speaker.first_name),
            *self._examples(STARTERS),
            line("start.free", **await self._free_today(talk)),
            buttons=[_languages()],
        )

    async def help(self, talk: Talk) -> None:
        await talk.say(line("help.title"), *self._examples(HELP), line("help.more"))

    def _examples(self, lines: Mapping[str, tuple[Operation, ...]]) -> list[Line]:
        """Only what somebody here can do."""
        return [
            line(key)
            for key, operations in lines.items()
            if not operations or any(map(self._market.doing, operations))
        ]

    async def _free_today(self, talk: Talk) -> dict[str, int]:
        user_id = talk.speaker.user_id
        images = await self._desk.allowance(talk.tx, user_id, AssetKind.IMAGE, now=talk.now)
        videos = await self._desk.allowance(talk.tx, user_id, AssetKind.VIDEO, now=talk.now)
        return {"images": images.left, "videos": videos.left}

    async def language(self, talk: Talk, wanted: str) -> None:
        """`/lang vi|en`, or the choice as buttons."""
        if wanted not in i18n.LANGUAGES:
            await talk.say(line("lang.which"), buttons=[_languages()])
            return
        await talk.tx.run("user_set_language", user_id=talk.speaker.user_id, language=wanted)
        await talk.in_language(wanted).say(line("lang.set"))

    async def quota(self, talk: Talk) -> None:
        """Plan, what is left today, balance, what is held, what is running."""
        user_id = talk.speaker.user_id
        plan = await self._desk.plan_of(talk.tx, user_id)
        wallet = await ledger.read_wallet(talk.tx, user_id)
        # The free plan is everybody's and has a name in each language; the others are the shop's.
        is_free = plan.name == "free"
        lines = [line("quota.plan_free") if is_free else line("quota.plan", plan=plan.name)]
        for kind in (AssetKind.IMAGE, AssetKind.VIDEO):
            allowance = await self._desk.allowance(talk.tx, user_id, kind, now=talk.now)
            if allowance.given >= UNLIMITED:
                lines.append(line(f"quota.unlimited_{kind}"))
            elif allowance.given:
                lines.append(line(f"quota.free_{kind}", left=allowance.left, given=allowance.given))
        lines += [
            line("quota.resets", reset_at=self._next_midnight(talk.now)),
            line("quota.balance", balance_vnd=wallet.balance_vnd, held_vnd=wallet.held_vnd),
            counted("quota.under_way", len(await _jobs_of(talk))),
        ]
        await talk.say(*lines)

    def _next_midnight(self, now: Millis) -> Millis:
        """When the operator's day ends."""
        today = dt.datetime.fromtimestamp(now / 1000, self._desk.timezone).date()
        midnight = dt.datetime.combine(today + dt.timedelta(days=1), dt.time(), self._desk.timezone)
        return int(midnight.timestamp() * 1000)

    async def jobs(self, talk: Talk) -> None:
        """What is running or waiting, each with its code and a Cancel."""
        jobs = await _jobs_of(talk)
        if not jobs:
            await talk.say(line("jobs.none"))
            return
        lines = [counted("jobs.title", len(jobs))]
        lines += [_job_line(job, talk.now) for job in jobs[:JOBS_SHOWN]]
        await talk.say(*lines, buttons=[[_cancel(job)] for job in jobs[:JOBS_SHOWN]])

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
        """Bring back one of one's own results, with its buttons, in this chat."""
        if not code.strip():
            await talk.say(line("show.which"))
            return
        job = await book.find_job(talk.tx, read_code(code) or "")
        if job is None or job.user_id != talk.speaker.user_id:
            await talk.say(line("show.unknown", code=code.strip()))
        elif await talk.tx.all("assets_of_job", job_id=job.job_id):
            await talk.show(Say.RESULT, job.job_id, None, again=True)
        elif job.state in FINAL_STATES:
            await talk.say(line("show.nothing", code=job.job_id))
        else:
            await talk.say(line("show.not_ready", code=job.job_id))


def _job_line(job: Job, now: Millis) -> Line:
    prompt = job.request.prompt
    if len(prompt) > PROMPT_SHOWN:
        prompt = prompt[: PROMPT_SHOWN - 1] + "…"
    progress = carried_progress(job, now=now)
    if progress is not None and job.state is JobState.RUNNING:
        return line("jobs.running", code=job.job_id, prompt=prompt, percent=progress)
    state = "queued" if job.state is JobState.QUEUED else "begun"
    return line(f"jobs.{state}", code=job.job_id, prompt=prompt)


def _cancel(job: Job) -> Label:
    return Label("button.cancel_code", Press(Act.CANCEL, job.job_id), job.job_id)


def _languages() -> list[Label]:
    return [Label(f"lang.name_{code}", Press(Act.LANGUAGE, how=code)) for code in i18n.LANGUAGES]


async def _jobs_of(talk: Talk) -> list[Job]:
    rows = await talk.tx.all("jobs_of_user", user_id=talk.speaker.user_id)
    return [read_job(row) for row in rows]
