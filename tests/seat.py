"""Somebody in front of the demo's page: opens it in Chromium, writes, presses, looks.

What a browser complains of while they do is kept, and fails the test that caused it.
"""

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    async_playwright,
    expect,
)

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = (1280, 800)
PHONE = (360, 740)
PATIENCE_MS = 90_000
LOOK_S = 0.05
TOASTS = """
window.toasts = [];
new MutationObserver(changes => {
  for (const { addedNodes } of changes)
    for (const node of addedNodes)
      if (node.nodeType === Node.ELEMENT_NODE && node.matches(".toast")) toasts.push(node.textContent);
}).observe(document, { childList: true, subtree: true });
"""
"""Keeps what the page says for three seconds and a half, for whoever looks later."""
SCREENSHOTS = "SCREENSHOTS"
"""The environment variable that names the folder screenshots go to; without it none are taken."""


@contextlib.asynccontextmanager
async def opened_chromium() -> AsyncIterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "These tests need Chromium: apt-get install chromium."
    expect.set_options(timeout=PATIENCE_MS)  # a busy machine is slow, not wrong
    async with async_playwright() as playing:
        browser = await playing.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        await browser.close()


@dataclass
class Seat:
    """One window of the demo."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def one(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    @property
    def mine(self) -> Locator:
        """What I have said in the open chat, oldest first."""
        return self.page.locator("#log > [data-from='me']")

    @property
    def bots(self) -> Locator:
        """What the bot has said in the open chat, oldest first."""
        return self.page.locator("#log > [data-from='bot']")

    async def to_list(self) -> None:
        """A narrow page shows one thing at a time: back to people and chats."""
        if await self.one("back").is_visible():
            await self.one("back").click()
            await expect(self.page.locator("#side")).to_be_visible()

    async def become(self, name: str) -> None:
        await self.to_list()
        person = self.page.locator("#users").get_by_role("button", name=name)
        await person.click()
        await expect(person).to_have_attribute("aria-pressed", "true")

    async def open_chat(self, title: str) -> None:
        named = self.page.locator("strong").filter(has_text=re.compile(f"^{title}"))
        row = self.page.locator("#chats .chat").filter(has=named)
        await self.to_list()
        await row.click()
        # Row and messages are drawn in one go: what is counted from here on is this chat's.
        await expect(row).to_have_attribute("aria-current", "true")

    async def write(self, text: str) -> None:
        await self.one("composer").fill(text)
        await self.page.keyboard.press("Enter")

    async def ask(self, text: str) -> Locator:
        """Write, and wait for the bot's next bubble."""
        return await self.next_bubble(lambda: self.write(text))

    async def next_bubble(self, act: Callable[[], Awaitable[None]]) -> Locator:
        before = await self.bots.count()
        await act()
        bubble = self.bots.nth(before)
        await expect(bubble).to_be_visible(timeout=PATIENCE_MS)
        return bubble

    async def reply(self, bubble: Locator, text: str) -> Locator:
        """Answer with the bubble's own reply button."""
        await bubble.get_by_test_id("reply").click()
        await expect(self.one("reply-bar")).to_be_visible()
        return await self.ask(text)

    async def press(self, bubble: Locator, label: str) -> Locator:
        """Press a button that begins so, and wait for what comes of it."""
        button = bubble.get_by_test_id("button").filter(has_text=re.compile(f"^{label}"))
        return await self.next_bubble(button.click)

    async def turn(self, bubble: Locator, label: str, shows: str) -> None:
        """Press a button that turns the same bubble into what shows these words."""
        await bubble.get_by_test_id("button").filter(has_text=label).click()
        await expect(bubble).to_contain_text(shows)

    async def toasted(self, words: str) -> str:
        """The first toast with these words since the page was opened, there still or gone by now."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not (said := [t for t in await self.page.evaluate("toasts") if words in t]):
                await asyncio.sleep(LOOK_S)
        return str(said[0])

    async def turn_speed(self, times: int) -> None:
        dial = self.one(f"speed-{times}")
        await dial.click()
        await expect(dial).to_have_attribute("aria-pressed", "true")

    async def show(self, name: str) -> None:
        """A screenshot for people to look at."""
        if folder := os.environ.get(SCREENSHOTS):
            await self.page.screenshot(path=Path(folder) / f"{name}.png")


@contextlib.asynccontextmanager
async def seated(
    browser: Browser,
    url: str,
    size: tuple[int, int] = DESKTOP,
    *,
    scheme: Literal["light", "dark"] = "light",
    is_touch: bool = False,
) -> AsyncIterator[Seat]:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        has_touch=is_touch,
        is_mobile=is_touch,
    )
    await context.add_init_script(TOASTS)
    seat = Seat(await context.new_page())
    seat.page.set_default_timeout(PATIENCE_MS)
    seat.page.on("pageerror", lambda error: seat.complaints.append(str(error)))
    seat.page.on("console", lambda said: seat.complaints.extend(_said(said)))
    seat.page.on("requestfailed", lambda request: seat.complaints.extend(_failed(request)))
    seat.page.on("response", lambda response: seat.complaints.extend(_refused(response)))
    await seat.page.goto(url)
    await seat.page.locator("#users .user").first.wait_for()
    yield seat
    await context.close()
    assert [] == seat.complaints


def _said(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type in {"error", "warning"} else []


def _failed(request: Request) -> list[str]:
    # A player that has seen enough of a film, and a page that is left, break off by themselves.
    by_itself = "net::ERR_ABORTED" in (request.failure or "")
    return [] if by_itself else [f"{request.url}: {request.failure}"]


def _refused(response: Response) -> list[str]:
    return [f"{response.status} {response.url}"] if response.status >= 400 else []


def address_in(line: str) -> str:
    """The address a program printed."""
    found = re.search(r"http://\S+", line)
    assert found, line
    return found.group()


async def pixels(picture: Locator) -> tuple[int, int]:
    """What a picture on the page really measures."""
    await expect(picture).to_have_js_property("complete", True, timeout=PATIENCE_MS)
    width, height = await picture.evaluate("node => [node.naturalWidth, node.naturalHeight]")
    return int(width), int(height)
