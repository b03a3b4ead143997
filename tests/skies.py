"""The bot among providers that misbehave: what people read, what it costs, what the operator hears.

Nothing is free here, so every story is about money; each person begins with the same balance.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import stamina
from beside import change, rows
from story import PATIENCE_S, Message, Person, Story, is_media, served_town, settings_for, words
from telling import until

from bot import app
from bot.app import DATABASE_NAME
from bot.model import UserId
from bot.money import ledger
from bot.money.auditing import verify
from bot.providers.apiframe import Apiframe
from bot.providers.flow import Flow
from bot.providers.http import Network
from bot.runner.accounts import Account
from bot.sandbox.service import ProviderSandbox
from bot.settings import Settings, load
from bot.store.sqlite import SqliteStore, open_store

BALANCE_VND = 10_000
PLANS = """
[prices]
image = 100
[shop]
contact = "@shop"
[plans.free]
threads = 20
"""
CDN = "https://cdn.example"
CDN_ADDRESS = "93.184.216.34"
SAD_PAGE = b"<html><title>502 Bad Gateway</title><body>nginx</body></html>"


@dataclasses.dataclass(frozen=True)
class Service:
    """One provider as the stories speak of it."""

    name: str
    title: str
    said: str
    said_in_english: str
    submit: str
    """How the path of an order ends."""
    read: str
    download: str
    price_vnd: int


MIDJOURNEY = Service(
    "apiframe", "Midjourney", "/img mèo", "/img a cat", "/imagine", "/fetch", "/1.png", 400
)
FLOW = Service(
    "flow",
    "Flow AI",
    "/img mèo --with flow",
    "/img a cat --with flow",
    "/text-to-image",
    "/jobs/*",
    "/image",
    100,
)
BOTH = (MIDJOURNEY, FLOW)


class Internet(httpx.AsyncBaseTransport):
    """Where bytes leave: a name that may be unknown, a host of strangers, and this machine."""

    def __init__(self, town: str) -> None:
        self._wires = httpx.AsyncHTTPTransport()
        self._town = httpx.URL(f"{town}/apiframe")
        self.knows_names = True
        self.asked_in_vain = 0
        self.is_cut = False
        """Nothing of ours gets out either."""
        self.strangers: list[httpx.Request] = []
        """What was asked of hosts that are none of ours."""

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        if not self.knows_names:
            self.asked_in_vain += 1
            raise OSError(f"{host}:{port} is not known")
        return [CDN_ADDRESS]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_cut:
            raise httpx.ConnectError("the network is unreachable")
        if request.url.host != CDN_ADDRESS:
            return await self._wires.handle_async_request(request)
        self.strangers.append(request)
        path = self._town.path + request.url.path
        home = self._town.copy_with(path=path)
        moved = httpx.Request("GET", home, headers={"Accept-Encoding": "identity"})
        return await self._wires.handle_async_request(moved)

    async def aclose(self) -> None:
        await self._wires.aclose()


@dataclasses.dataclass
class Sky:
    """See the module."""

    story: Story
    internet: Internet
    store: SqliteStore
    operator: Person

    def sandbox(self, service: Service) -> ProviderSandbox:
        return self.story.town.apiframe if service.name == "apiframe" else self.story.town.flow

    def submits(self, service: Service) -> int:
        """How often something was ordered there, whatever became of it."""
        return sum(c.path.endswith(service.submit) for c in self.sandbox(service).calls)

    async def person(self, name: str = "An", language: str = "vi") -> Person:
        """Somebody with money."""
        person = self.story.person(name, language)
        await person.answer_to(person.say("/jobs"))  # the bot knows them

        await self.store.write(
            lambda tx: ledger.enter(
                tx,
                UserId(person.user_id),
                ledger.EntryKind.GRANT,
                BALANCE_VND,
                ledger.Act(f"grant:{person.user_id}", "operator", "", app.wall_clock()),
            )
        )
        return person

    async def quota(self, person: Person) -> str:
        """Balance and what is set aside, as /quota says it."""
        lines = words(await person.answer_to(person.say("/quota"))).splitlines()
        return next(line for line in lines if line.startswith(("Số dư", "Balance")))

    async def settled(self, person: Person, *, paid_vnd: int) -> None:
        """Nothing is set aside, this much was paid in all, and the book is right."""
        left = f"{BALANCE_VND - paid_vnd:,}"
        vietnamese = f"Số dư: {left.replace(',', '.')} ₫"
        assert await self.quota(person) in {vietnamese, f"Balance: ₫{left}"}
        assert [] == await verify(self.store)

    def heard(self) -> list[str]:
        """What the operator was told."""
        return [words(message) for message in self.operator.from_bot()]

    async def told_operator(self, part: str) -> Message:
        return await self.operator.sees(part)

    def results(self, person: Person, asked: Message) -> list[Message]:
        return [
            message
            for message in person.from_bot()
            if is_media(message)
            and message["reply_to_message"]["message_id"] == asked["message_id"]
        ]

    async def calls(self, service: Service, path: str, count: int) -> None:
        """Until so many calls of one kind have arrived at a provider."""
        sandbox = self.sandbox(service)
        async with asyncio.timeout(PATIENCE_S):
            while sum(path in call.path for call in sandbox.calls) < count:
                await asyncio.sleep(0.01)

    async def is_waited_for_long(self, jobs: int = 1) -> None:
        """So many are at work, as if for an hour: as long is one looked after that is late."""
        started = "SELECT 1 FROM job WHERE started_at IS NOT NULL"
        await until(lambda: len(rows(self.story, started)) == jobs)
        await change(self.story, "UPDATE job SET started_at = started_at - 3600000")

    async def nudge(self) -> None:
        """The bot looks at its clock: somebody else has written to its database."""
        await self.store.write(
            lambda tx: tx.run("setting_set", scope=0, name="nudge", value=str(app.wall_clock()))
        )


@contextlib.asynccontextmanager
async def under_sky(folder: Path, *, answer_s: float = 90.0, **more: str) -> AsyncIterator[Sky]:
    """``answer_s``: the longest a provider may take to answer a call."""
    plans = folder / "plans.toml"
    plans.write_text(PLANS)
    async with served_town(folder / "town") as town:
        story = Story(town, folder / "data")
        operator = story.person("Operator")
        environ = settings_for(
            town,
            story.data_dir,
            BOT_ADMIN_IDS=str(operator.user_id),
            BOT_PLANS_FILE=str(plans),
            **more,
        )
        internet = Internet(town.address)
        at_once = stamina.AsyncRetryingCaller(
            attempts=3, timeout=None, wait_initial=0, wait_max=0, wait_jitter=0
        )
        network = Network(
            answer_s=answer_s, reads=at_once, resolve=internet.resolve, transport=internet
        )

        def make_accounts(settings: Settings) -> dict[str, Account]:
            key = settings.apiframe_api_key.get_secret_value
            apiframe = Apiframe(
                key=key(),
                base_url=settings.apiframe_url,
                fetch_url=settings.apiframe_fetch_url,
                network=network,
            )
            flow_key = settings.flow_api_key.get_secret_value()
            flow = Flow(key=flow_key, base_url=settings.flow_url, offers_hd=True, network=network)
            return {"apiframe": Account(apiframe, lanes=3), "flow": Account(flow, lanes=3)}

        async with app.start(load(environ, None), make_accounts) as easel:
            running = asyncio.create_task(easel.run())
            try:
                async with open_store(story.data_dir / DATABASE_NAME) as store:
                    yield Sky(story, internet, store, operator)
            finally:
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running
