"""Chromium and what is opened in it, for every test that looks at a page."""

from collections.abc import AsyncIterator
from pathlib import Path

import page_seat
import pytest
import pytest_asyncio
from playwright.async_api import Browser
from programs import started
from seat import DESKTOP, PHONE, address_in, opened_chromium
from story import free_port


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with opened_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def seat(chromium: Browser) -> AsyncIterator[page_seat.Seat]:
    """The page on a desk with nobody behind it but the test; a test of the demo has its own."""
    async with page_seat.seated(chromium, DESKTOP) as seat:
        yield seat


@pytest_asyncio.fixture(loop_scope="module")
async def phone(chromium: Browser) -> AsyncIterator[page_seat.Seat]:
    async with page_seat.seated(chromium, PHONE) as phone:
        yield phone


@pytest_asyncio.fixture(loop_scope="module")
async def demo(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a fresh demo; it has to end well on Ctrl-C. A parameter is its speed."""
    speed = getattr(request, "param", "30")
    arguments = ("-m", "bot", "demo", "--port", str(free_port()), "--speed", speed)
    async with started(*arguments, home=tmp_path) as program:
        yield address_in(await program.line_with("http://"))
