"""Everything needed to put one job into words, read together. Decides no words itself."""

from __future__ import annotations

import dataclasses
import zoneinfo
from collections.abc import Callable, Mapping, Sequence

from bot.i18n import I18n, Tongue
from bot.jobs import book, moving, queue
from bot.jobs.accept import Desk
from bot.jobs.accounts import told_to_wait_until, why_paused
from bot.jobs.bulk import find_bulk
from bot.jobs.low_balance import Low, told_by
from bot.jobs.offers import Market, Offer
from bot.jobs.people import at_in, language_for
from bot.jobs.preferences import Form, preferences_of
from bot.jobs.purses import UNLIMITED, Purse
from bot.jobs.rules import rules_of
from bot.model import (
    Asset,
    ChatId,
    Clock,
    Job,
    JobState,
    Millis,
    Operation,
    Outgoing,
    Place,
    Request,
)
from bot.providers.port import Provider
from bot.store.port import Reading
from bot.store.records import read_asset


@dataclasses.dataclass(frozen=True, slots=True)
class Move:
    """Another provider that could make a job that cannot be made where it is."""

    provider: str
    title: str
    price_vnd: int | None
    """What it takes from its owner there; None: it has no price."""


@dataclasses.dataclass(frozen=True, slots=True)
class Scene:
    """One job as it stands, for somebody who reads it in ``tongue``."""

    job: Job
    parent: Job | None
    assets: tuple[Asset, ...]
    """The grid (tile 0), if any, first."""
    tongue: Tongue
    title: str
    """The provider as people know it."""
    parent_title: str
    """The provider of the parent, "" without one."""
    offers: Mapping[Operation, Offer]
    """What can be done to a picture of it."""
    outlook: queue.Outlook
    free_left: int | None
    """What is left of today's allowance for outputs of this kind; None: it is unlimited."""
    prices_vnd: Mapping[Operation, int]
    """What each of ``offers`` takes from its owner now: 0 where today's allowance covers it; what
    has no price is missing."""
    again_vnd: int | None
    """What the same request takes once more; None: it has no price."""
    timezone: zoneinfo.ZoneInfo
    contact: str
    """Whom to ask for what Telegram does not take."""
    link: str
    """The address that opens the private chat and shows it there."""
    is_in_group: bool = False
    """Everybody of a group sees what is written."""
    asker: str = ""
    """How who ordered it is called."""
    form: Form = Form.GRID
    """How who sees it wants results of several pictures."""
    is_paused: bool = False
    """It waits, and nothing is ordered from its provider for now."""
    is_moved: bool = False
    """It is made in place of a job of another provider."""
    moves: tuple[Move, ...] = ()
    """Who else could make it."""
    bulk_count: int | None = None
    """Of how many requests of one message it is one."""
    low: Low | None = None
    """What it tells the group that pays for it: that little is left."""
    at: str = ""
    """What stands behind a command there."""
    retry_at: Millis | None = None
    """When it is ordered at the earliest, where the provider asked for a longer wait."""

    @property
    def tiles(self) -> tuple[Asset, ...]:
        return tuple(asset for asset in self.assets if asset.tile > 0)


class Scenes:
    """Made once; reads a scene whenever a message is to be written.

    ``titles``: how people know the providers, also those that are not set up any more.
    ``username``: the bot's own. ``link_to``: the address that opens the private chat with a word,
    such as a job's code.
    """

    def __init__(
        self,
        reading: Reading,
        *,
        accounts: Mapping[str, tuple[Provider, int]],
        titles: Mapping[str, str],
        market: Market,
        desk: Desk,
        i18n: I18n,
        default_language: str,
        link_to: Callable[[str], str],
        username: str,
        clock: Clock,
    ) -> None:
        self._reading = reading
        self._accounts = accounts
        self.titles = titles
        self._market = market
        self._desk = desk
        self._i18n = i18n
        self._default_language = default_language
        self.link_to = link_to
        self.username = username
        self._clock = clock

    def tongue(self, language: str | None) -> Tongue:
        return self._i18n.tongue(language or self._default_language)

    @property
    def timezone(self) -> zoneinfo.ZoneInfo:
        return self._desk.timezone

    async def of(self, job_id: str, shown_in: ChatId | None = None) -> Scene | None:
        """``shown_in``: where its buttons will be pressed, and whoever pays there pays; None: where
        it was asked for.
        """
        job = await book.find_job(self._reading, job_id)
        if job is None:
            return None
        chat_id = job.chat_id if shown_in is None else shown_in
        language = await language_for(
            self._reading, job.user_id, chat_id, default=self._default_language
        )
        asker = await self._reading.one("user_get", user_id=job.user_id)
        rows = await self._reading.all("assets_of_job", job_id=job_id)
        parent = await book.find_job(self._reading, job.parent_id) if job.parent_id else None
        allowance = await self._desk.purses.allowance(
            self._reading, job.user_id, job.request.operation.output_kind, now=self._clock()
        )
        assets = tuple(read_asset(row) for row in rows)
        offers = await self._offers(job, assets)
        is_paused, retry_at = await self._delay(job)
        purse = await self._desk.purses.of(self._reading, job.user_id, chat_id)
        return Scene(
            job=job,
            parent=parent,
            assets=assets,
            tongue=self._i18n.tongue(language),
            title=self._title(job.provider),
            parent_title=self._title(parent.provider) if parent else "",
            offers=offers,
            outlook=await self.outlook(job),
            free_left=None if allowance.given >= UNLIMITED else allowance.left,
            prices_vnd=self._prices(purse, offers),
            again_vnd=self._price(purse, job.request),
            timezone=self._desk.timezone,
            contact=self._desk.plans.contact,
            link=self.link_to(job.job_id),
            is_in_group=chat_id < 0,
            asker=asker["first_name"] if asker else "",
            is_paused=is_paused,
            is_moved=await self._reading.one("job_moved_from", job_id=job_id) is not None,
            bulk_count=await self._bulk_count(job),
            retry_at=retry_at,
            low=await self._low(job) if chat_id == job.chat_id else None,
            at=at_in(chat_id, self.username),
            moves=await self.moves(job, must_wait=is_paused or retry_at is not None),
        )

    async def _low(self, job: Job) -> Low | None:
        return await told_by(self._reading, self._desk.plans, self._desk.purses, job)

    async def _offers(self, job: Job, assets: Sequence[Asset]) -> Mapping[Operation, Offer]:
        """What who ordered it can do to a picture of it."""
        side = max((max(each.width, each.height) for each in assets if each.tile), default=0)
        preferences = await preferences_of(self._reading, job.user_id)
        return self._market.preferring(preferences.provider).offers(job, side)

    async def _delay(self, job: Job) -> tuple[bool, Millis | None]:
        """Whether its provider is paused while it waits, and until when it asked to be left alone."""
        if job.state is not JobState.QUEUED:
            return False, None
        is_paused = await why_paused(self._reading, job.provider) is not None
        retry_at = await told_to_wait_until(self._reading, job.provider, now=self._clock())
        return is_paused, retry_at

    async def form_for(self, row: Outgoing) -> Form:
        """How who asked for it, else who ordered it, wants results of several pictures.

        In a group always as one: it has few messages a minute, for everybody.
        """
        if row.place.chat_id < 0:
            return Form.GRID
        viewer_id = row.payload.get("user_id")
        if viewer_id is None:
            job = await book.find_job(self._reading, row.job_id or "")
            if job is None:
                return Form.GRID
            viewer_id = job.user_id
        return (await preferences_of(self._reading, viewer_id)).form

    async def heard_at(self, place: Place) -> Place:
        """``place``, without a sound where the group is quiet by now."""
        is_quiet = (await rules_of(self._reading, place.chat_id)).is_quiet
        return dataclasses.replace(place, is_silent=is_quiet)

    async def moves(self, job: Job, *, must_wait: bool) -> tuple[Move, ...]:
        """Who else could make it. ``must_wait``: it does not go on where it is for now."""
        if job.state is JobState.QUEUED and not must_wait:
            return ()  # it goes on by itself
        found = await moving.moves(self._reading, job, self._market, now=self._clock())
        purse = await self._desk.purses.of(self._reading, job.user_id, job.chat_id, freed=job)
        return tuple(
            Move(name, self._title(name), self._price(purse, request))
            for name, request in found.items()
        )

    async def _bulk_count(self, job: Job) -> int | None:
        whole = None if job.bulk_id is None else await find_bulk(self._reading, job.bulk_id)
        return len(whole.parts) if whole else None

    async def outlook(self, job: Job) -> queue.Outlook:
        """What can be promised to who waits for it; nothing where its provider is no more."""
        provider, lanes = self._accounts.get(job.provider, (None, 1))
        if provider is None:
            return queue.Outlook(0, 0.0)
        spec = provider.capabilities.operations.get(job.request.operation)
        if spec is None:  # offered no more
            return queue.Outlook(0, 0.0)
        typical_s = await queue.typical_duration(
            self._reading, job.provider, job.request.operation, otherwise_s=spec.typical_s
        )
        return await queue.outlook(
            self._reading, job, lanes=lanes, typical_s=typical_s, now=self._clock()
        )

    def _title(self, name: str) -> str:
        return self.titles.get(name, name)

    def _prices(self, purse: Purse, offers: Mapping[Operation, Offer]) -> dict[Operation, int]:
        prices = {
            wanted: self._price(purse, Request(offer.operation, count=offer.spec.default_count))
            for wanted, offer in offers.items()
        }
        return {wanted: price for wanted, price in prices.items() if price is not None}

    def _price(self, purse: Purse, request: Request) -> int | None:
        quote = self._desk.purses.reckon(purse, request)
        return None if quote is None else quote.cost_vnd
