"""`/history`: one's own ended work, a page at a time, each a press away.

In a group, where everybody reads along, only what was asked for there before everybody.
Knows nothing of how results look. A page is found again by when its first and last line were
asked for, so that it turns rightly however much has come or gone since.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Final

from bot.chat.account import PROMPT_SHOWN, Account
from bot.chat.links import deep_link
from bot.chat.talk import Label, Line, Link, Talk, apart, line, shortened
from bot.chat.to_me import show_alone
from bot.jobs import book
from bot.jobs.buttons import Act, Press
from bot.model import Job, JobId, JobState, Millis, UserId
from bot.store.records import read_job

ON_A_PAGE: Final = 5
IN_A_ROW: Final = 3
"""Codes: more are cut off on a phone."""
_AFTER_ALL: Final[Millis] = 2**53
"""Later than any moment a clock tells."""
_WORDLESS: Final = "🖼"
"""In place of a prompt: somebody's own picture was enlarged."""
_TURN = re.compile(r"(?P<way>[on])\.(?P<user>-?[0-9]{1,16})\.(?P<at>[0-9]{1,15})")


@dataclasses.dataclass(frozen=True, slots=True)
class _Page:
    """Newest first."""

    jobs: Sequence[Job]
    has_newer: bool
    has_older: bool


class History:
    """Made once. ``account``: brings one result back. ``username``: the bot's."""

    def __init__(self, account: Account, username: str) -> None:
        self._account = account
        self._username = username

    async def open(self, talk: Talk) -> None:
        """`/history`: the newest page, as a message of its own."""
        lines, buttons = self._told(talk, await _newest(talk))
        await talk.say(*lines, buttons=buttons)

    async def press(self, talk: Talk, press: Press) -> str:
        """A code or an arrow; the catalogue key of what floats by, "" for nothing."""
        if press.act is Act.SHOW:
            return await self._show(talk, press.job_id)
        if not press.how:  # the way in, under an answer about something else
            await self.open(talk)
            return ""
        turn = _TURN.fullmatch(press.how)
        if turn is None or press.job_id is None or turned_by(press) != talk.speaker.user_id:
            return "press.not_yours"
        find = _older if turn["way"] == "o" else _newer
        page = await find(talk, int(turn["at"]), press.job_id)
        if not page.jobs:
            page = await _newest(talk)
        lines, buttons = self._told(talk, page)
        await talk.turn(*lines, buttons=buttons)
        return ""

    def _told(self, talk: Talk, page: _Page) -> tuple[list[Line], list[list[Label | Link]]]:
        """A page's words and buttons; in a group with the way to what is not listed there."""
        if talk.is_private:
            return (
                (_lines(page), _buttons(talk, page)) if page.jobs else ([line("history.none")], [])
            )
        link: list[Label | Link] = [
            Link("button.history_in_private", deep_link(self._username, "history"))
        ]
        if not page.jobs:
            return [line("history.none_here")], [link]
        return [*_lines(page), apart(line("history.rest"))], [*_buttons(talk, page), link]

    async def _show(self, talk: Talk, job_id: JobId | None) -> str:
        job = await book.find_job(talk.tx, job_id or "")
        if job is None or job.user_id != talk.speaker.user_id:
            return "press.not_yours"
        if talk.is_private or (job.chat_id == talk.place.chat_id and not job.to_private):
            await self._account.show(talk, job.job_id)
            return "press.coming"
        return "to_me.coming" if await show_alone(talk, job) else "to_me.open_first"


def turned_by(press: Press) -> UserId | None:
    """Whose page an arrow turns; None: it is no arrow."""
    turn = _TURN.fullmatch(press.how)
    return None if turn is None else UserId(int(turn["user"]))


async def _newest(talk: Talk) -> _Page:
    page = await _older(talk, _AFTER_ALL, JobId(""))
    return dataclasses.replace(page, has_newer=False)


async def _older(talk: Talk, accepted_at: Millis, job_id: JobId) -> _Page:
    jobs = await _jobs(talk, "history_older", accepted_at, job_id)
    return _Page(jobs[:ON_A_PAGE], has_newer=True, has_older=len(jobs) > ON_A_PAGE)


async def _newer(talk: Talk, accepted_at: Millis, job_id: JobId) -> _Page:
    jobs = await _jobs(talk, "history_newer", accepted_at, job_id)
    if len(jobs) <= ON_A_PAGE:  # the first page is always a full one
        return await _newest(talk)
    return _Page(jobs[:ON_A_PAGE][::-1], has_newer=True, has_older=True)


async def _jobs(talk: Talk, statement: str, accepted_at: Millis, job_id: JobId) -> list[Job]:
    """One more than a page holds, where there are so many."""
    rows = await talk.tx.all(
        statement,
        user_id=talk.speaker.user_id,
        accepted_at=accepted_at,
        job_id=job_id,
        most=ON_A_PAGE + 1,
        group_id=0 if talk.is_private else talk.place.chat_id,
    )
    return [read_job(row) for row in rows]


def _lines(page: _Page) -> list[Line]:
    return [line("history.title"), *(each for job in page.jobs for each in _entry(job))]


def _kind(job: Job) -> str:
    return job.request.operation.output_kind.value


def _entry(job: Job) -> list[Line]:
    """What it was and what it cost; and of which picture it was made."""
    kind = _kind(job)
    prompt = " ".join(job.request.prompt.split()) or _WORDLESS
    shown = shortened(prompt, PROMPT_SHOWN)
    values = {"code": job.job_id, "asked_at": job.accepted_at, "prompt": shown}
    match job.state:
        case JobState.DONE if job.charged_vnd:
            entry = line(f"history.{kind}_paid", **values, charged_vnd=job.charged_vnd)
        case JobState.DONE:
            entry = line(f"history.{kind}_free", **values)
        case state:
            entry = line(f"history.{kind}_{state}", **values)
    if job.parent_id is None:
        return [apart(entry)]
    tile = job.request.tile or 1
    return [apart(entry), line(f"derived.{job.request.operation}", code=job.parent_id, tile=tile)]


def _buttons(talk: Talk, page: _Page) -> list[list[Label | Link]]:
    codes: list[Label | Link] = [
        Label(f"button.show_{_kind(job)}", Press(Act.SHOW, job.job_id), job.job_id)
        for job in page.jobs
        if job.state is JobState.DONE
    ]
    rows = [codes[start : start + IN_A_ROW] for start in range(0, len(codes), IN_A_ROW)]
    first, last = page.jobs[0], page.jobs[-1]
    arrows: list[Label | Link] = []
    if page.has_newer:
        arrows.append(Label("button.newer", _turn(talk, "n", first)))
    if page.has_older:
        arrows.append(Label("button.older", _turn(talk, "o", last)))
    return [*rows, arrows] if arrows else rows


def _turn(talk: Talk, way: str, edge: Job) -> Press:
    how = f"{way}.{talk.speaker.user_id}.{edge.accepted_at}"
    return Press(Act.HISTORY, edge.job_id, how=how)
