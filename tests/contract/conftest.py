"""A small Telegram for the contract tests of the sandbox."""

from collections.abc import AsyncIterator

import pytest
import telegram
from botapi_client import TOKEN, real_bot

from bot.sandbox.limits import Limits
from bot.sandbox.world import World


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
