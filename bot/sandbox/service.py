"""What the emulated providers have in common: an account with tasks, files and weather.

Knows nothing of what any call means.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.darkroom import Darkroom
from bot.sandbox.downloads import Downloads
from bot.sandbox.tasks import Pace, TaskBook
from bot.sandbox.weather import Weather, WeatherFront

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Account:
    """One account at a provider.

    `base_url` is the address its service is reached at (used in the addresses of results),
    `media_dir` a folder of ours; `clock` counts seconds from anywhere.
    """

    key: str
    pace: Pace
    base_url: str
    media_dir: Path
    clock: Callable[[], float] = time.monotonic


class ProviderSandbox(Weather, Downloads, TaskBook):
    """The service of one account, working on `lanes` tasks at a time."""

    app: Starlette
    """All of it, for a server or a test's transport."""

    def __init__(self, account: Account, *, lanes: int) -> None:
        Weather.__init__(self, account.clock)
        Downloads.__init__(self)
        TaskBook.__init__(self, account.clock, account.pace, lanes)
        self._key = account.key
        self._base_url = account.base_url.rstrip("/")
        self._darkroom = Darkroom(account.media_dir)

    def _app_of(self, routes: Sequence[Route]) -> Starlette:
        """The service, with the weather before its door."""
        return Starlette(routes=routes, middleware=[Middleware(WeatherFront, weather=self)])
