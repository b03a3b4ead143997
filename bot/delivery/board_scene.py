"""Everything needed to put a board into words, read together. Decides no words itself."""

from __future__ import annotations

import dataclasses

from bot.delivery.scene import Move, Scenes
from bot.i18n import Tongue
from bot.jobs.accounts import told_to_wait_until, why_paused
from bot.jobs.board import Board, find_board, jobs_on
from bot.jobs.people import language_for
from bot.jobs.queue import Outlook
from bot.model import FINAL_STATES, Job, JobState, Millis
from bot.store.port import Reading


@dataclasses.dataclass(frozen=True, slots=True)
class BoardLine:
    """One request under way, as it stands."""

    job: Job
    who: str
    """Who asked."""
    title: str
    """Its provider as people know it."""
    outlook: Outlook
    is_paused: bool = False
    """It waits, and nothing is ordered from its provider for now."""
    retry_at: Millis | None = None
    """When it is ordered at the earliest, where the provider asked for a longer wait."""
    moves: tuple[Move, ...] = ()
    """Who else could make it."""


@dataclasses.dataclass(frozen=True, slots=True)
class BoardScene:
    """A board as it stands, in the language of its group, else of who asked first."""

    board: Board
    lines: tuple[BoardLine, ...]
    """Of what is under way, in the order it was asked for."""
    ended: tuple[Job, ...]
    """What is not; without what another provider was given instead."""
    tongue: Tongue


class BoardScenes:
    """Made once; reads a scene whenever a message is to be written."""

    def __init__(self, reading: Reading, scenes: Scenes, default_language: str) -> None:
        self._reading = reading
        self._scenes = scenes
        self._default_language = default_language

    async def of(self, board_id: int, *, now: Millis) -> BoardScene | None:
        board = await find_board(self._reading, board_id)
        if board is None:
            return None
        jobs = [job for job in await jobs_on(self._reading, board_id) if job.moved_to is None]
        first = jobs[0].user_id if jobs else None
        theirs = await language_for(
            self._reading, first, board.chat_id, default=self._default_language
        )
        language = await language_for(self._reading, None, board.chat_id, default=theirs)
        coming = [job for job in jobs if job.state not in FINAL_STATES]
        return BoardScene(
            board=board,
            lines=tuple([await self._line(job, now) for job in coming]),
            ended=tuple(job for job in jobs if job.state in FINAL_STATES),
            tongue=self._scenes.tongue(language),
        )

    async def _line(self, job: Job, now: Millis) -> BoardLine:
        user = await self._reading.one("user_get", user_id=job.user_id)
        line = BoardLine(
            job,
            user["first_name"] if user else "",
            self._scenes.titles.get(job.provider, job.provider),
            await self._scenes.outlook(job),
        )
        if job.state is not JobState.QUEUED:
            return line
        is_paused = await why_paused(self._reading, job.provider) is not None
        retry_at = await told_to_wait_until(self._reading, job.provider, now=now)
        must_wait = is_paused or retry_at is not None
        moves = await self._scenes.moves(job, must_wait=must_wait)
        return dataclasses.replace(line, is_paused=is_paused, retry_at=retry_at, moves=moves)
