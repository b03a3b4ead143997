"""What every test may ask for, and what is done before the first one runs."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest
import telegram
from botapi_client import TOKEN, real_bot
from process import Host, installed
from shop import Shop, opened_shop
from skies import Sky, under_sky
from story import Story, living_bot, served_town, settings_for

from bot.sandbox.limits import Limits
from bot.sandbox.world import World

pytest_plugins = ("browsing",)

# A slow machine makes examples slowly, which says nothing of the code.
hypothesis.settings.register_profile(
    "easel", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("easel")


def pytest_sessionstart(session: pytest.Session) -> None:
    # Else pytest-asyncio, before its first test on Python 3.11, makes Python create a loop to
    # remember, which nobody closes: a ResourceWarning, an error here, in whichever test comes next.
    asyncio.set_event_loop(None)


@pytest.fixture
def world() -> World:
    return World(token=TOKEN, limits=Limits.off())


@pytest.fixture
async def bot(world: World) -> AsyncIterator[telegram.Bot]:
    async with real_bot(world) as bot:
        yield bot


@pytest.fixture
def lan(world: World) -> int:
    """Lan's user id, which is her private chat's as well."""
    return int(world.add_user("Lan", username="lan")["id"])


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """The bot living in a sandbox of its own."""
    async with served_town(tmp_path / "town") as town:
        data_dir = tmp_path / "data"
        async with living_bot(settings_for(town, data_dir)):
            yield Story(town, data_dir)


@pytest.fixture
async def sky(tmp_path: Path) -> AsyncIterator[Sky]:
    """The bot under a sky whose weather the test makes, everything to be paid for."""
    async with under_sky(tmp_path) as sky:
        yield sky


@pytest.fixture
async def short_sky(tmp_path: Path) -> AsyncIterator[Sky]:
    """The same with a patience of seconds."""
    async with under_sky(tmp_path, BOT_IMAGE_DEADLINE_S="4") as sky:
        yield sky


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """A real store with the shipped plans, and nobody working in it."""
    async with opened_shop(tmp_path) as shop:
        yield shop


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    """A machine on which the bot is installed and not yet started, in a sandbox of its own."""
    async with (
        served_town(tmp_path / "town") as town,
        installed(Story(town, tmp_path / "data"), tmp_path / "machine") as host,
    ):
        yield host
