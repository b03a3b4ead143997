"""The composition root: builds every part, owns their start and stop. The one file that knows all.

Read it after docs/architecture.md: the parts are made here in the order in which data flows.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import json
import os
import secrets
import time
import warnings
import zoneinfo
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
from telegram import Bot
from telegram.warnings import PTBUserWarning

from bot.chat.bulking import Bulking
from bot.chat.checkup import Checkup
from bot.chat.dispatch import Dispatcher, Look
from bot.chat.downloading import open_downloader
from bot.chat.gathering import Gathering
from bot.chat.handlers import Handlers, Self
from bot.chat.intake import POLL_S, Poller
from bot.chat.links import deep_link
from bot.chat.listening import Listener
from bot.chat.making import Making
from bot.chat.reading import Reader
from bot.chat.rights import Rights
from bot.delivery.approvals import Approvals
from bot.delivery.board_scene import BoardScenes
from bot.delivery.board_showing import Boards
from bot.delivery.bulk_scene import BulkScenes
from bot.delivery.bulks import Bulks
from bot.delivery.connecting import open_bot
from bot.delivery.films import FilmCopies
from bot.delivery.limiter import Limiter
from bot.delivery.loop import Delivery
from bot.delivery.menus import set_menus
from bot.delivery.pictures import COPY_MAX_BYTES, Pictures
from bot.delivery.scene import Scenes
from bot.delivery.sending import Sending
from bot.delivery.telegram import TelegramSender
from bot.delivery.welcoming import Welcoming
from bot.i18n import I18n
from bot.jobs import webhooks
from bot.jobs.accept import Desk
from bot.jobs.offers import Market
from bot.model import Clock, Millis, Operation
from bot.money.plans import load_plans
from bot.providers.apiframe import Apiframe
from bot.providers.flow import Flow
from bot.providers.local import Local
from bot.providers.port import Provider
from bot.runner.accounts import MANY_LANES, Account, Timing, Webhook
from bot.runner.loop import Runner
from bot.settings import Settings
from bot.store.folder import claim
from bot.store.port import Store, Topic, Transaction
from bot.store.sqlite import open_store
from bot.telemetry import Metrics, Redactor, configure, create_metrics
from bot.web import Hook, Letterbox, served, web

DATABASE_NAME = "bot.db"
TITLES = {each.name: each.title for each in (Apiframe, Flow, Local)}
"""Whoever has ever made something: a result outlives its provider's key."""

log = structlog.get_logger(__name__)


def wall_clock() -> Millis:
    return time.time_ns() // 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Clocks:
    """What time it is for everybody here."""

    wall: Clock = wall_clock
    steady: Callable[[], float] = time.monotonic
    """Seconds from anywhere, never back: Telegram's pace is kept by it."""


class EaselBot:
    """A started bot. ``run`` works until it is cancelled or a part of it fails for good."""

    def __init__(
        self,
        parts: Mapping[str, Poller | Listener | Dispatcher | Gathering | Runner | Delivery],
        delivery: Delivery,
        username: str,
        drain_s: float,
        wake: Callable[[], None],
    ) -> None:
        self.username = username
        self.wake = wake
        """Every part looks at the clock: it was put on (a machine that slept, a story)."""
        self._parts = parts
        self._delivery = delivery
        self._drain_s = drain_s
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Raises what ended a part."""
        self._tasks = {
            name: asyncio.create_task(part.run(), name=name) for name, part in self._parts.items()
        }
        try:
            done, _ = await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._stop()

    def dead_part(self) -> str | None:
        """A part that does not work any more, for `/readyz`."""
        if not self._tasks:
            return "not started"
        ended = [name for name, task in self._tasks.items() if task.done()]
        return f"{', '.join(ended)} ended" if ended else None

    async def _stop(self) -> None:
        """What is being sent may arrive; nothing else needs a clean end."""
        for name in ("updates", "handling", "gathering", "runner"):
            self._tasks[name].cancel()
        await self._delivery.drain(self._drain_s)
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def make_accounts(settings: Settings) -> dict[str, Account]:
    """The providers to choose from: those that have a key, and this machine.

    A new one is an entry here (docs/adding-a-provider.md).
    """
    accounts = [Account(Local(settings.bot_data_dir), lanes=1)]
    if key := settings.apiframe_api_key.get_secret_value():
        apiframe = Apiframe(
            key=key, base_url=settings.apiframe_url, fetch_url=settings.apiframe_fetch_url
        )
        accounts.append(Account(apiframe, _lanes(settings.apiframe_threads)))
    if key := settings.flow_api_key.get_secret_value():
        flow = Flow(
            key=key,
            base_url=settings.flow_url,
            offers_hd=settings.flow_hd,
            video_references=settings.flow_video_references,
        )
        accounts.append(Account(flow, _lanes(settings.flow_threads)))
    return {account.name: account for account in accounts}


def _lanes(threads: int | None) -> int:
    return MANY_LANES if threads is None else threads


@contextlib.asynccontextmanager
async def start(
    settings: Settings,
    make_accounts: Callable[[Settings], dict[str, Account]] = make_accounts,
    clocks: Clocks = Clocks(),  # frozen
) -> AsyncIterator[EaselBot]:
    """Everything built and connected, ready to ``run``.

    ``make_accounts``: who makes the pictures.
    Raises SettingsError, DataFolderInUse, StoreError.
    """
    os.environ.setdefault("PTB_TIMEDELTA", "true")  # the library's coming default, no warning
    # Raw updates are what we want: they are written down before anybody tries to understand them.
    warnings.filterwarnings("ignore", "Please use 'Bot.getUpdates'", PTBUserWarning)
    configure(settings.bot_log_format, Redactor(settings.secrets()))
    plans = load_plans(settings.bot_plans_file)
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(claim(settings.bot_data_dir))
        store = await stack.enter_async_context(open_store(settings.bot_data_dir / DATABASE_NAME))
        accounts = make_accounts(settings)
        providers = {name: account.provider for name, account in accounts.items()}
        for provider in providers.values():
            stack.push_async_callback(provider.aclose)
        bot = await stack.enter_async_context(connected_bot(settings))
        i18n = I18n.load()
        desk = Desk(plans, zoneinfo.ZoneInfo(settings.bot_timezone), clocks.wall)
        defaults = default_providers(settings, providers)
        metrics = create_metrics()

        market = Market({name: each.capabilities for name, each in providers.items()}, defaults)
        given = settings.apiframe_webhook_secret.get_secret_value()
        secret = given or await store.write(webhooks.own_secret)
        accounts = with_webhooks(settings, accounts, secret)
        timing = Timing(
            poll_s=settings.bot_poll_seconds,
            image_deadline_s=settings.bot_image_deadline_s,
            video_deadline_s=settings.bot_video_deadline_s,
        )
        runner = Runner(
            store, accounts, data_dir=settings.bot_data_dir, timing=timing, clock=clocks.wall
        )

        titles = {name: each.title for name, each in providers.items()}
        telegram = TelegramSender(bot, Limiter(clocks.steady), metrics)
        lanes = {name: (each.provider, each.lanes) for name, each in accounts.items()}
        scenes = Scenes(
            store,
            accounts=lanes,
            titles=TITLES | titles,
            market=market,
            desk=desk,
            i18n=i18n,
            default_language=settings.bot_language,
            link_to=functools.partial(deep_link, bot.username),
            username=bot.username,
            clock=clocks.wall,
        )
        bulk_scenes = BulkScenes(
            store, scenes, accounts=lanes, desk=desk, default_language=settings.bot_language
        )
        films = FilmCopies(COPY_MAX_BYTES)
        stack.push_async_callback(films.aclose)
        pictures = Pictures(settings.bot_data_dir, films)
        bulks = Bulks(telegram, scenes, bulk_scenes, pictures)
        boards = Boards(telegram, BoardScenes(store, scenes, settings.bot_language), clocks.wall)
        welcoming = Welcoming(telegram, store)
        approvals = Approvals(telegram, store, scenes)
        sending = Sending(telegram, scenes, bulks, boards, approvals, welcoming, pictures)
        delivery = Delivery(store, sending, telegram, clock=clocks.wall)

        me = Self(
            bot_id=bot.id,
            username=bot.username,
            admin_ids=settings.bot_admin_ids,
            access=settings.bot_access,
            default_language=settings.bot_language,
        )
        reader = Reader(bot.username, market, titles)
        making = Making(desk, market)
        handlers = Handlers(me, desk, reader, making, i18n, clock=clocks.wall)
        proxy = settings.telegram_proxy.get_secret_value() or None
        gathering = Gathering(
            store,
            await stack.enter_async_context(open_downloader(bot, proxy)),
            reader,
            making,
            Bulking(desk, reader, making),
            telegram,
            data_dir=settings.bot_data_dir,
            default_language=settings.bot_language,
            clock=clocks.wall,
        )
        updates = make_updates(settings, bot, store, clocks.wall)
        looks = make_looks(settings, bot, store, clocks.wall)
        dispatcher = Dispatcher(bot, store, handlers, telegram, before=looks, clock=clocks.wall)

        await _remember_admins(store, settings)
        await set_menus(
            bot,
            i18n,
            default_language=settings.bot_language,
            market=market,
            admin_ids=settings.bot_admin_ids,
        )
        easel = EaselBot(
            {
                "updates": updates,
                "handling": dispatcher,
                "gathering": gathering,
                "runner": runner,
                "sending": delivery,
            },
            delivery,
            bot.username,
            settings.bot_drain_seconds,
            functools.partial(store.ring, tuple(Topic)),
        )
        hooks = make_hooks(accounts, store, clocks.wall)
        await stack.enter_async_context(_serving(settings, easel, updates, store, metrics, hooks))
        yield easel


def make_updates(settings: Settings, bot: Bot, store: Store, clock: Clock) -> Poller | Listener:
    """The way in that the settings ask for."""
    if settings.telegram_updates == "polling":
        return Poller(bot, store, clock=clock)
    given = settings.telegram_webhook_secret.get_secret_value()
    return Listener(
        bot,
        store,
        url=f"{settings.bot_public_url}/telegram",
        secret=given or secrets.token_urlsafe(32),
        clock=clock,
    )


def make_looks(settings: Settings, bot: Bot, store: Store, clock: Clock) -> tuple[Look, ...]:
    """What Telegram is asked before an update is handled."""
    checkup = Checkup(
        bot, store, data_dir=settings.bot_data_dir, admin_ids=settings.bot_admin_ids, clock=clock
    )
    return (Rights(bot, store, clock=clock).look, checkup.look)


def with_webhooks(
    settings: Settings, accounts: Mapping[str, Account], secret: str
) -> dict[str, Account]:
    """Each may call us back where it can and the settings say where we are."""
    public = settings.bot_public_url
    return {
        name: dataclasses.replace(account, webhook=Webhook(f"{public}/webhooks/{name}", secret))
        if public and account.provider.capabilities.has_webhook
        else account
        for name, account in accounts.items()
    }


def make_hooks(accounts: Mapping[str, Account], store: Store, clock: Clock) -> dict[str, Hook]:
    """The webhooks of those who may call."""
    return {
        name: _hook(account.provider, account.webhook.secret, store, clock)
        for name, account in accounts.items()
        if account.webhook is not None
    }


def _hook(provider: Provider, secret: str, store: Store, clock: Clock) -> Hook:
    async def hear(reference: str, body: Any) -> bool:
        task_id = provider.read_webhook(body)

        async def work(tx: Transaction) -> bool:
            return await webhooks.hear(tx, provider.name, reference, task_id, now=clock())

        return await store.write(work)

    return Hook(secret, hear)


def default_providers(
    settings: Settings, providers: Mapping[str, Provider]
) -> dict[Operation, str]:
    """Who does each operation when nobody chooses."""
    wanted = settings.image_provider
    order = sorted(providers, key=lambda name: name != wanted)
    return {
        operation: name
        for operation in Operation
        for name in reversed(order)
        if operation in providers[name].capabilities.operations
    }


def connected_bot(settings: Settings) -> AbstractAsyncContextManager[Bot]:
    """Telegram's client as the settings want it. Entering raises SettingsError."""
    return open_bot(
        settings.telegram_bot_token.get_secret_value(),
        root=settings.telegram_api_url,
        proxy=settings.telegram_proxy.get_secret_value() or None,
        longest_poll_s=POLL_S,
    )


async def _remember_admins(store: Store, settings: Settings) -> None:
    value = json.dumps(sorted(settings.bot_admin_ids))
    await store.write(lambda tx: tx.run("setting_set", scope=0, name="admin_ids", value=value))


@contextlib.asynccontextmanager
async def _serving(
    settings: Settings,
    easel: EaselBot,
    updates: Poller | Listener,
    store: Store,
    metrics: Metrics,
    hooks: Mapping[str, Hook],
) -> AsyncIterator[None]:
    """The web server, where the settings ask for one."""
    if settings.web_address is None:
        yield
        return

    async def database() -> str | None:
        await store.all("counts")
        return None

    async def flowing() -> str | None:
        return updates.trouble()

    async def parts() -> str | None:
        return easel.dead_part()

    checks = {"database": database, "updates": flowing, "parts": parts}
    letterbox = Letterbox(updates.secret, updates.take) if isinstance(updates, Listener) else None
    async with served(settings.web_address, web(checks, store, metrics, hooks, letterbox)):
        yield
