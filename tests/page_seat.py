"""Somebody in front of the sandbox's page, with the world behind it in the test's hands.

Unlike `seat`, which sits before a whole demo, nobody answers here but the test itself. What a
browser complains of meanwhile, and whatever it asks of any other site, fails the test.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from botapi_client import BareBot, bare_bot
from page_story import AN, empty_world
from playwright.async_api import Browser, ConsoleMessage, Locator, Page
from seat import PATIENCE_MS
from serving import listening, port_of, served

from bot.sandbox.page import page
from bot.sandbox.tasks import Pace
from bot.sandbox.world import World


class Server:
    """The page on a loopback port, which can go away and come back."""

    def __init__(self, world: World) -> None:
        self._app = page(world, token_path="k3v9", pace=Pace())
        self._port = 0
        self._open = contextlib.AsyncExitStack()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/k3v9/"

    async def start(self) -> None:
        listener = listening(self._port)
        self._port = port_of(listener)
        await self._open.enter_async_context(served(self._app, listener))

    def change_address(self) -> None:
        """As a demo that was started anew: same port, another path."""
        self._app = page(empty_world(), token_path="another", pace=Pace())

    async def stop(self) -> None:
        await self._open.aclose()


@dataclass(frozen=True)
class Seat:
    """A person in front of the open page."""

    page: Page
    world: World
    easel: BareBot
    server: Server

    def one(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def bubble(self, message: dict[str, object]) -> Locator:
        return self.one(f"message-{message['message_id']}")

    def focused(self, testid: str) -> Locator:
        return self.page.locator(f"[data-testid='{testid}']:focus")


@contextlib.asynccontextmanager
async def seated(browser: Browser, size: tuple[int, int]) -> AsyncIterator[Seat]:
    """An's chat with the bot is open (or, on a phone, listed) in a world where nothing was said."""
    world = empty_world()
    server = Server(world)
    async with bare_bot(world) as easel, contextlib.AsyncExitStack() as leaving:
        await server.start()
        leaving.push_async_callback(server.stop)
        async with _opened(browser, server.url, size) as opened:
            yield Seat(opened, world, easel, server)


@contextlib.asynccontextmanager
async def _opened(browser: Browser, url: str, size: tuple[int, int]) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]})
    opened = await context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.extend(_complaint(said)))
    opened.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith((url, "data:", f"blob:{url[:20]}"))
            else complaints.append(asked.url)
        ),
    )
    await opened.goto(url)
    await opened.get_by_test_id(f"chat-{AN}").wait_for()
    yield opened
    await context.close()
    assert complaints == []


def _complaint(said: ConsoleMessage) -> list[str]:
    # A browser logs every connection a stopped server refuses; the page says it in its own words.
    away = "net::ERR_" in said.text or "404" in said.text
    return [said.text] if said.type == "error" and not away else []
