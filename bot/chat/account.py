"""Commands about oneself: what is running, stopping it, bringing it back, one's language.

Knows nothing of how updates look and makes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot import i18n
from bot.chat.codes import read_code
from bot.chat.links import deep_link
from bot.chat.talk import Label, Line, Link, Talk, counted, line, shortened
from bot.chat.to_me import show_alone
from bot.jobs import book
from bot.jobs.buttons import Act, Press
from bot.jobs.facts import CancelAsked
from bot.jobs.pace import carried_progress
from bot.model import FINAL_STATES, Job, JobState, Millis, Say
from bot.store.records import read_job

JOBS_SHOWN = 10
PROMPT_SHOWN = 60
"""Characters of a prompt in a list."""


class Account:
    """Made once. ``username``: the bot's."""

    def __init__(self, username: str) -> None:
        self._username = username

    async def language(self, talk: Talk, wanted: str) -> None:
        """One's own by `/lang vi|en`, or the choice as buttons."""
        if wanted not in i18n.LANGUAGES:
            await talk.say(line("lang.which"), buttons=[_languages()])
            return
        await talk.tx.run("user_set_language", user_id=talk.speaker.user_id, language=wanted)
        lines = [line("lang.set")] if talk.is_private else [line("lang.set"), line("lang.own_only")]
        await talk.in_language(wanted).say(*lines)

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
        stands = "sent" if await show_alone(talk, job) else "waits"
        kind = job.request.operation.output_kind
        await talk.say(
            line(f"stub.{stands}_{kind}", name=talk.speaker.first_name),
            buttons=[[Link("button.in_private", deep_link(self._username, job.job_id))]],
        )


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
    return counted("jobs.bulk", len(members), prompt=shortened(first.request.prompt, PROMPT_SHOWN))


def _job_line(job: Job, now: Millis) -> Line:
    prompt = shortened(job.request.prompt, PROMPT_SHOWN)
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
