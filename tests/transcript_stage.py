"""Where a chat story is played: the real bot among providers who wait for their cue.

The bot's clock stands still until it is put on, and an order stops at the provider's door until
the story lets it in. So after every deed there is a moment when nothing more can happen by
itself, and what was said until then is the same in every run. Knows nothing of what is said.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from beside import is_taken_in
from shop import NOON
from story import PATIENCE_S, Story, living_bot, served_town, settings_for

from bot.app import DATABASE_NAME, Clocks
from bot.delivery.loop import Delivery
from bot.living import EaselBot
from bot.model import Millis, UserId
from bot.money import ledger
from bot.providers.apiframe import Apiframe
from bot.providers.flow import Flow
from bot.providers.http import Network
from bot.providers.local import Local
from bot.runner.accounts import Account
from bot.settings import Settings
from bot.store.sqlite import SqliteStore, open_store

LANES = 3
LOOK_S = 0.01
SENDS = Delivery._send.__qualname__
LEAST_SPEED = 1e-9
"""The providers work as good as never: the story says when they are done."""
ORDERS = (
    *("imagine", "vary", "upscale-1x", "upscale", "pan", "zoom"),
    *("text-to-image", "reference-to-image"),
    *("text-to-video", "image-to-video", "reference-to-video"),
)
"""How the paths end that order something (the providers' documents)."""
PRICES = """
[prices]
image = 100
image_hd = 150
image_turbo = 200
[shop]
contact = "@xuong_anh"
"""
_BUSY = """
SELECT (SELECT COUNT(*) FROM inbox WHERE state = 'new')
     + (SELECT COUNT(*) FROM outbox WHERE state = 'sending')
     + (SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND due_at <= :now)
     + (SELECT COUNT(*) FROM draft WHERE due_at <= :now)
     + (SELECT COUNT(*) FROM account_look)
     + (SELECT COUNT(*) FROM stats_look)
     + (SELECT COUNT(*) FROM payment WHERE due_at <= :now OR stop_due_at <= :now)
     + (SELECT COUNT(*) FROM setting WHERE scope = 0 AND name = 'stars_checked'
            AND json_extract(value, '$.asked') <> '[]')
     + (SELECT COUNT(*) FROM provider_account WHERE paused_why IS NOT NULL AND probe_at <= :now)
     + (SELECT COUNT(*) FROM job WHERE state <> 'queued' AND due_at <= :now)
     + MAX(0, (SELECT COUNT(*) FROM job WHERE state = 'submitting') - :held)
"""
_FAILED = "SELECT say, error FROM outbox WHERE state = 'waiting' AND error IS NOT NULL"
_RUNNING = """
SELECT job_id, task_id FROM job
WHERE state = 'running' AND task_id IS NOT NULL AND :code IN ('', job_id)
"""
_NEXT = """
SELECT MIN(due_at) FROM (
    SELECT due_at FROM outbox WHERE state = 'waiting'
    UNION ALL SELECT due_at FROM draft
    UNION ALL SELECT due_at FROM job
    UNION ALL SELECT probe_at FROM provider_account WHERE paused_why IS NOT NULL
) WHERE due_at > :now
"""


@dataclass
class Order:
    """One order at the provider's door."""

    request: httpx.Request
    decided: asyncio.Future[httpx.Response | None]
    """What is answered; None: what the provider says."""


@dataclass
class Door(httpx.AsyncBaseTransport):
    """Where the bot's bytes leave for the providers."""

    waiting: list[Order] = field(default_factory=list)
    wires: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)
    under_way: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.rsplit("/", 1)[-1] in ORDERS:
            order = Order(request, asyncio.get_running_loop().create_future())
            self.waiting.append(order)
            try:
                answer = await order.decided
            finally:
                self.waiting = [one for one in self.waiting if one is not order]
            if answer is not None:
                return answer
        return await self.wires.handle_async_request(request)

    def let_in(self) -> None:
        for order in self.waiting:
            order.decided.set_result(None)
        self.waiting = []

    def turn_away(self, words: str) -> None:
        """Refused in the provider's own words, as its documents show it."""
        for order in self.waiting:
            is_flow = "/flow/" in order.request.url.path
            body = {"detail": words} if is_flow else {"errors": [{"msg": words}]}
            order.decided.set_result(httpx.Response(400, content=json.dumps(body)))
        self.waiting = []

    async def aclose(self) -> None:
        await self.wires.aclose()


@dataclass
class Stage:
    """See the module. ``settle`` waits until nothing happens any more."""

    story: Story
    door: Door
    environ: dict[str, str]
    steady: Iterator[float]
    now: Millis = NOON
    presses: int = 0
    each_moment: Callable[[], None] = lambda: None
    """Told whenever the clock is about to be put on."""
    easel: EaselBot | None = None
    _bot: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    _store: SqliteStore | None = None
    _database: sqlite3.Connection | None = None

    async def open(self) -> None:
        """The bot starts."""
        clocks = Clocks(lambda: self.now, lambda: next(self.steady))
        self.easel = await self._bot.enter_async_context(
            living_bot(self.environ, self._accounts, clocks)
        )
        path = self.story.data_dir / DATABASE_NAME
        self._store = await self._bot.enter_async_context(open_store(path))
        self._database = self._bot.enter_context(
            contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True))
        )

    async def aclose(self) -> None:
        await self._bot.aclose()
        self._bot, self.easel = contextlib.AsyncExitStack(), None

    def _accounts(self, settings: Settings) -> dict[str, Account]:
        network = Network(transport=self.door)
        apiframe = Apiframe(
            key=settings.apiframe_api_key.get_secret_value(),
            base_url=settings.apiframe_url,
            fetch_url=settings.apiframe_fetch_url,
            network=network,
        )
        flow = Flow(
            key=settings.flow_api_key.get_secret_value(),
            base_url=settings.flow_url,
            offers_hd=settings.flow_hd,
            video_references=settings.flow_video_references,
            network=network,
        )
        local = Local(settings.bot_data_dir)
        return {
            "local": Account(local, lanes=1),
            "apiframe": Account(apiframe, LANES),
            "flow": Account(flow, LANES),
        }

    async def settle(self) -> None:
        """Until nothing more happens by itself at this time of the story."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self._is_quiet():
                await asyncio.sleep(LOOK_S)
        assert self._database is not None
        failed = self._database.execute(_FAILED).fetchall()
        assert [] == failed, "a send failed that no story tells of"

    async def put_on(self, seconds: float) -> None:
        """Time passes, with a stop wherever something falls due."""
        until = self.now + int(seconds * 1000)
        await self.settle()
        while (due_at := self._next_due()) is not None and due_at <= until:
            await self._jump(due_at)
        await self._jump(until)

    def running(self, code: str = "") -> dict[str, str]:
        """The tasks that are being made by the codes of their jobs; that of one job alone."""
        assert self._database is not None
        return dict(self._database.execute(_RUNNING, {"code": code}).fetchall())

    async def until_made(self, codes: AbstractSet[str]) -> None:
        """Time passes until none of these is being made."""
        await self.settle()
        while codes & self.running().keys():
            due_at = self._next_due()
            assert due_at is not None, "something runs that nobody looks at"
            await self._jump(due_at)

    def give(self, images: int, videos: int) -> None:
        """The shop gives so much for free each day; before it opens."""
        plans = self.story.data_dir.parent / "plans.toml"
        given = f"free_images_per_day = {images}\nfree_videos_per_day = {videos}\nthreads = 1\n"
        plans.write_text(f"{PRICES}[plans.free]\n{given}", encoding="utf-8")
        self.environ["BOT_PLANS_FILE"] = str(plans)

    async def pay(self, user_id: int, vnd: int) -> None:
        assert self._store is not None
        await self._store.write(
            lambda tx: ledger.enter(
                tx,
                UserId(user_id),
                ledger.EntryKind.GRANT,
                vnd,
                ledger.Act(f"grant:{user_id}:{self.now}", "operator", "", self.now),
            )
        )

    def codes(self) -> list[str]:
        assert self._database is not None
        return [code for (code,) in self._database.execute("SELECT job_id FROM job")]

    async def _jump(self, at: Millis) -> None:
        self.each_moment()
        self.now = at
        assert self.easel is not None
        self.easel.wake()
        await self.settle()

    def _next_due(self) -> Millis | None:
        return self._count(_NEXT, now=self.now)

    def _count(self, statement: str, **values: int) -> int | None:
        assert self._database is not None
        [number] = self._database.execute(statement, values).fetchone()
        return None if number is None else int(number)

    async def _is_quiet(self) -> bool:
        assert self.easel is not None
        if (dead := self.easel.dead_part()) not in {None, "not started"}:
            raise RuntimeError(dead)
        world = self.story.world
        calls = [call for call in world.calls if call.method != "getUpdates"]
        answered = sum(call.method == "answerCallbackQuery" for call in calls)
        if (
            not is_taken_in(self.story)
            or answered < self.presses
            or any(c.ok is None for c in calls)
        ):
            return False
        held = len(self.door.waiting)
        if _sends_under_way():
            return False
        return not self._count(_BUSY, now=self.now, held=held) and not await self._may_admit()

    async def _may_admit(self) -> bool:
        """Whether the next look gives somebody a lane."""
        assert self._store is not None
        for provider, lanes in (("apiframe", LANES), ("flow", LANES), ("local", 1)):
            taken = await self._store.one("lanes_taken", provider=provider)
            account = await self._store.one("account_get", provider=provider)
            is_resting = account is not None and account["paused_why"] and not account["on_trial"]
            if taken is None or taken["taken"] >= lanes or is_resting:
                continue
            if await self._store.one("next_admitted", provider=provider, now=self.now):
                return True
        return False


def _sends_under_way() -> bool:
    """A row of the outbox does not tell: one that is put off while it is being sent looks idle."""
    running = [task.get_coro() for task in asyncio.all_tasks()]
    return any(getattr(coro, "__qualname__", "") == SENDS for coro in running)


@contextlib.asynccontextmanager
async def opened_stage(folder: Path) -> AsyncIterator[Stage]:
    """A town where nobody lives yet; everything is kept in ``folder``."""
    async with served_town(folder / "town", speed=LEAST_SPEED) as town:
        told = settings_for(town, folder / "data", BOT_POLL_SECONDS="0.5")
        stage = Stage(Story(town, folder / "data"), Door(), told, itertools.count(0.0, 10.0))
        async with contextlib.aclosing(stage):
            yield stage
