"""The composition root: builds every part, owns their start and stop. The one file that knows all.

Read it after docs/architecture.md: the parts are made here in the order in which data flows.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import time
import warnings
import zoneinfo
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager

import structlog
from telegram import Bot
from telegram.warnings import PTBUserWarning

from bot.arriving import make_looks, make_updates, open_checkout
from bot.chat.bulking import Bulking
from bot.chat.dispatch import Dispatcher
from bot.chat.downloading import Downloader, open_downloader
from bot.chat.gathering import Gathering
from bot.chat.handlers import Handlers, Self
from bot.chat.intake import POLL_S, Poller
from bot.chat.links import deep_link
from bot.chat.listening import Listener
from bot.chat.making import Making
from bot.chat.reading import Reader
from bot.chat.spill import open_spill
from bot.chat.stats import Accounting
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
from bot.delivery.till import Till
from bot.delivery.welcoming import Welcoming
from bot.i18n import I18n
from bot.jobs import webhooks
from bot.jobs.accept import Desk
from bot.jobs.offers import Market, default_providers
from bot.living import EaselBot
from bot.model import Clock, Millis
from bot.money.plan_file import load_plans
from bot.money.plans import Plans
from bot.providers.apiframe import Apiframe
from bot.providers.flow import Flow
from bot.providers.local import Local
from bot.runner.accounts import MANY_LANES, Account, Timing, Webhook
from bot.runner.endings import Endings
from bot.runner.loop import Runner
from bot.settings import Settings
from bot.store.connecting import open_reading
from bot.store.folder import claim
from bot.store.port import Store, Topic
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
        for account in accounts.values():
            stack.push_async_callback(account.provider.aclose)
        bot = await stack.enter_async_context(connected_bot(settings))
        given = settings.apiframe_webhook_secret.get_secret_value()
        accounts = with_webhooks(
            settings, accounts, given or await store.write(webhooks.own_secret)
        )
        metrics = create_metrics()
        ground = lay_ground(settings, clocks, store, bot, accounts, plans, metrics)
        films = FilmCopies(COPY_MAX_BYTES)
        stack.push_async_callback(films.aclose)
        downloader = await stack.enter_async_context(open_downloader(bot, _proxy(settings)))

        await introduce(ground)
        hurried, thorough = [
            await stack.enter_async_context(open_reading(settings.bot_data_dir / DATABASE_NAME))
            for _ in ("checkout", "accounting")
        ]
        checkout = await stack.enter_async_context(
            open_checkout(settings, hurried, plans, ground.i18n, metrics, clocks.wall)
        )
        spill = await stack.enter_async_context(
            open_spill(settings.bot_data_dir, store, clocks.wall)
        )
        updates = make_updates(settings, bot, store, checkout, spill, clocks.wall)
        easel = EaselBot(
            {
                "updates": updates,
                **make_handling(ground, downloader),
                "accounting": Accounting(store, thorough, ground.desk, ground.titles),
                "runner": make_runner(ground),
                "till": Till(store, ground.telegram, plans, clock=clocks.wall),
                "endings": Endings(store, plans, clock=clocks.wall),
            },
            make_delivery(ground, Pictures(settings.bot_data_dir, films)),
            bot.username,
            settings.bot_drain_seconds,
            functools.partial(store.ring, tuple(Topic)),
        )
        hooks = make_hooks(accounts, store, clocks.wall)
        await stack.enter_async_context(_serving(settings, easel, updates, store, metrics, hooks))
        yield easel


@dataclasses.dataclass(frozen=True, slots=True)
class Ground:
    """What several parts are made of."""

    settings: Settings
    clock: Clock
    store: Store
    bot: Bot
    telegram: TelegramSender
    accounts: Mapping[str, Account]
    titles: Mapping[str, str]
    """How people know those of ``accounts``."""
    market: Market
    desk: Desk
    i18n: I18n


def lay_ground(
    settings: Settings,
    clocks: Clocks,
    store: Store,
    bot: Bot,
    accounts: Mapping[str, Account],
    plans: Plans,
    metrics: Metrics,
) -> Ground:
    capabilities = {name: each.provider.capabilities for name, each in accounts.items()}
    return Ground(
        settings=settings,
        clock=clocks.wall,
        store=store,
        bot=bot,
        telegram=TelegramSender(bot, Limiter(clocks.steady), metrics),
        accounts=accounts,
        titles={name: each.provider.title for name, each in accounts.items()},
        market=Market(capabilities, default_providers(capabilities, settings.image_provider)),
        desk=Desk(plans, zoneinfo.ZoneInfo(settings.bot_timezone), clocks.wall),
        i18n=I18n.load(),
    )


def make_handling(ground: Ground, downloader: Downloader) -> dict[str, Dispatcher | Gathering]:
    """What understands updates, and what fetches the pictures that came with them."""
    settings, bot = ground.settings, ground.bot
    me = Self(
        bot_id=bot.id,
        username=bot.username,
        admin_ids=settings.bot_admin_ids,
        access=settings.bot_access,
        default_language=settings.bot_language,
    )
    reader = Reader(bot.username, ground.market, ground.titles)
    making = Making(ground.desk, ground.market, bot.username)
    handlers = Handlers(me, ground.desk, reader, making, ground.i18n, clock=ground.clock)
    looks = make_looks(settings, bot, ground.store, handlers.door, ground.clock)
    return {
        "handling": Dispatcher(
            bot, ground.store, handlers, ground.telegram, before=looks, clock=ground.clock
        ),
        "gathering": Gathering(
            ground.store,
            downloader,
            reader,
            making,
            Bulking(ground.desk, reader, making),
            ground.telegram,
            data_dir=settings.bot_data_dir,
            default_language=settings.bot_language,
            clock=ground.clock,
        ),
    }


def make_runner(ground: Ground) -> Runner:
    """What has the jobs done."""
    settings = ground.settings
    timing = Timing(
        poll_s=settings.bot_poll_seconds,
        image_deadline_s=settings.bot_image_deadline_s,
        video_deadline_s=settings.bot_video_deadline_s,
    )
    return Runner(
        ground.store,
        ground.accounts,
        data_dir=settings.bot_data_dir,
        timing=timing,
        clock=ground.clock,
    )


def make_delivery(ground: Ground, pictures: Pictures) -> Delivery:
    """What brings words and results to the chats."""
    store, desk, telegram = ground.store, ground.desk, ground.telegram
    language = ground.settings.bot_language
    lanes = {name: (each.provider, each.lanes) for name, each in ground.accounts.items()}
    scenes = Scenes(
        store,
        accounts=lanes,
        titles={**TITLES, **ground.titles},
        market=ground.market,
        desk=desk,
        i18n=ground.i18n,
        default_language=language,
        link_to=functools.partial(deep_link, ground.bot.username),
        username=ground.bot.username,
        clock=ground.clock,
    )
    bulk_scenes = BulkScenes(store, scenes, accounts=lanes, desk=desk, default_language=language)
    sending = Sending(
        telegram,
        scenes,
        Bulks(telegram, scenes, bulk_scenes, pictures),
        Boards(telegram, BoardScenes(store, scenes, language), ground.clock),
        Approvals(telegram, store, scenes),
        Welcoming(telegram, store),
        pictures,
    )
    return Delivery(store, sending, telegram, clock=ground.clock)


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
        name: Hook(account.webhook.secret, webhooks.hearing(store, account.provider, clock))
        for name, account in accounts.items()
        if account.webhook is not None
    }


def connected_bot(settings: Settings) -> AbstractAsyncContextManager[Bot]:
    """Telegram's client as the settings want it. Entering raises SettingsError."""
    return open_bot(
        settings.telegram_bot_token.get_secret_value(),
        root=settings.telegram_api_url,
        proxy=_proxy(settings),
        longest_poll_s=POLL_S,
    )


def _proxy(settings: Settings) -> str | None:
    return settings.telegram_proxy.get_secret_value() or None


async def introduce(ground: Ground) -> None:
    """The store hears who the operators are, and Telegram what the bot can do."""
    settings, store = ground.settings, ground.store
    value = json.dumps(sorted(settings.bot_admin_ids))
    await store.write(lambda tx: tx.run("setting_set", scope=0, name="admin_ids", value=value))
    await set_menus(
        ground.bot,
        ground.i18n,
        default_language=settings.bot_language,
        market=ground.market,
        admin_ids=settings.bot_admin_ids,
    )


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
