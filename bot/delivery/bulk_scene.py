"""Everything needed to put several requests of one message into words, read together.

Decides no words itself.
"""

from __future__ import annotations

import dataclasses
import math
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Final

from bot.delivery.scene import Scenes
from bot.i18n import Tongue
from bot.jobs import queue
from bot.jobs.accept import Desk
from bot.jobs.accounts import why_paused
from bot.jobs.bulk import Bulk, Part, find_bulk, jobs_of
from bot.jobs.bulk_orders import Total, failed_of, parts_of, total_of
from bot.jobs.people import language_for
from bot.jobs.rules import Payer, needs_admin, rules_of
from bot.model import FINAL_STATES, Job, JobState, Millis, Operation
from bot.providers.port import Provider
from bot.store.port import Reading

HISTORY: Final = "history"
"""What the link says in the private chat."""


@dataclasses.dataclass(frozen=True, slots=True)
class BulkScene:
    """A bulk as it stands, for who asked for it."""

    bulk: Bulk
    jobs: tuple[Job, ...]
    tongue: Tongue
    titles: Mapping[str, str]
    """How people know the providers."""
    all: Total
    """What all of it would take now."""
    joined: Total | None
    """What it would take as one; None: it cannot be meant so."""
    rest: Total
    """What those would take that are not begun."""
    again: Total
    """What those would take that failed."""
    left_s: float
    """Until all that is begun should be ready."""
    is_of_group: bool
    """The group's wallet pays for what is begun now."""
    needs_admin: bool
    """An admin of the group has to agree to the price of all."""
    paused_title: str | None
    """The provider that some of it waits for and that is not ordered from for now."""
    asker: str
    """How who asked is called."""
    link: str
    """The address that opens the private chat, where their results are listed."""
    timezone: zoneinfo.ZoneInfo

    @property
    def ended(self) -> list[Job]:
        return [job for job in self.jobs if job.state in FINAL_STATES]

    @property
    def failed(self) -> list[Job]:
        return failed_of(self.jobs)


class BulkScenes:
    """Made once; reads a scene whenever a message is to be written."""

    def __init__(
        self,
        reading: Reading,
        scenes: Scenes,
        *,
        accounts: Mapping[str, tuple[Provider, int]],
        desk: Desk,
        default_language: str,
    ) -> None:
        self._reading = reading
        self._scenes = scenes
        self._accounts = accounts
        self._desk = desk
        self._default_language = default_language

    async def of(self, bulk_id: int) -> BulkScene | None:
        bulk = await find_bulk(self._reading, bulk_id)
        if bulk is None:
            return None
        jobs = await jobs_of(self._reading, bulk_id)
        language = await language_for(
            self._reading, bulk.user_id, bulk.place.chat_id, default=self._default_language
        )

        asker = await self._reading.one("user_get", user_id=bulk.user_id)
        all_of_it = await self._total(bulk, bulk.parts)
        chat_id = bulk.place.chat_id
        rules = await rules_of(self._reading, chat_id)
        return BulkScene(
            bulk=bulk,
            jobs=tuple(jobs),
            tongue=self._scenes.tongue(language),
            titles=self._scenes.titles,
            all=all_of_it,
            joined=await self._total(bulk, [bulk.joined]) if bulk.joined else None,
            rest=await self._total(bulk, bulk.parts[bulk.begun :]),
            again=await self._total(bulk, parts_of(failed_of(jobs))),
            left_s=await self._left_s(jobs, self._desk.clock()),
            is_of_group=rules.payer is Payer.GROUP,
            needs_admin=await needs_admin(self._reading, bulk.user_id, chat_id, all_of_it.cost_vnd),
            paused_title=await self._paused_title(jobs),
            asker=asker["first_name"] if asker else "",
            link=self._scenes.link_to(HISTORY),
            timezone=self._scenes.timezone,
        )

    async def _total(self, bulk: Bulk, parts: Sequence[Part]) -> Total:
        return await total_of(self._desk, self._reading, bulk.user_id, bulk.place.chat_id, parts)

    async def _left_s(self, jobs: Sequence[Job], now: Millis) -> float:
        under_way_s, longest_s, lanes = 0.0, 0.0, 1
        waiting = [job for job in jobs if job.state is JobState.QUEUED]
        coming = [job for job in jobs if job.state not in FINAL_STATES]
        typical = await self._typical_durations(coming)
        for job in coming:
            typical_s = typical.get((job.provider, job.request.operation))
            if typical_s is None:
                continue
            of_account = self._accounts[job.provider][1]
            longest_s = max(longest_s, typical_s)
            lanes = max(1, min(of_account, job.user_lanes or of_account))
            if job.state is not JobState.QUEUED:
                outlook = await queue.outlook(
                    self._reading, job, lanes=lanes, typical_s=typical_s, now=now
                )
                under_way_s = max(under_way_s, outlook.left_s)
        return under_way_s + longest_s * math.ceil(len(waiting) / lanes)

    async def _typical_durations(self, jobs: Sequence[Job]) -> dict[tuple[str, Operation], float]:
        """In seconds, of each kind of work there is among ``jobs``; what nobody does is missing."""
        typical = {}
        for name, operation in {(job.provider, job.request.operation) for job in jobs}:
            provider, _ = self._accounts.get(name, (None, 0))
            spec = provider.capabilities.operations.get(operation) if provider else None
            if spec is not None:
                typical[name, operation] = await queue.typical_duration(
                    self._reading, name, operation, otherwise_s=spec.typical_s
                )
        return typical

    async def _paused_title(self, jobs: Sequence[Job]) -> str | None:
        for provider in {job.provider for job in jobs if job.state is JobState.QUEUED}:
            if await why_paused(self._reading, provider) is not None:
                return self._scenes.titles.get(provider, provider)
        return None
